"""Try a TRL reward function on a grid of completion forms, with no model: `python -m finmath_grpo.reward_lint`.

    python -m finmath_grpo.reward_lint my_rewards:format_reward --template template.txt

The template is a file with the form that the prompt asks for, or the prompt itself: two tagged blocks in which `...`
stands for the working and for the answer. What a completion of each form earns is printed, and whether `RULES` hold.

Exit status: 0 if all rules hold that count, 1 if one does not, 2 for a mistake in the command. No torch is imported,
unless the function's own module does it.

The function gets one completion at a time, as text or, if it can't read a text, as a list of one message. So a reward
that compares the completions of a group can't be judged here. The columns of the data set are those of `GOLDS`, or of
`--columns`: a JSON object of one value per column, or a list of such objects. Its `answer` is also what the completions
answer.
"""

import argparse
import json
import math
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.reward_function import Earn, Gold, adapt, load, shortened
from finmath_grpo.statistics.forms import FORMS, Template, in_form

GOLDS: tuple[Gold, ...] = (
    {"answer": "12.500", "solution": "12.500", "value": "12500", "answer_unit": "TL"},
    {"answer": "12", "solution": "12", "value": "12", "answer_unit": "%"},
)
LENGTHS = (250, 500, 1000, 2000)
"""Characters of working. The post's completions were about 1000 characters long."""
SHOWN = 1000
"""The length of the table, and of the rules that look at one length."""
GROWTH = (1_000, 10_000, 100_000, 1_000_000)
"""Characters at which a reward without bounds shows."""
END_OF_TURN = ("<|eot_id|>", "<end_of_turn>", "<|im_end|>")
"""Of Llama 3, Gemma, and ChatML. TRL gives no reward such a text: its trainer decodes completions with
`skip_special_tokens=True` (`GRPOTrainer`, 0.14 to 1.16). It is seen only where the token is no special one of the
tokenizer, or by code that decodes otherwise."""
SAME = 1e-9
"""Differences up to here are of floating-point sums."""
CHEAP = ("shell", "tags_only", "shell_repeated", "nothing")
"""Forms without working and answer."""

_TAG = re.compile(r"<[^<>\s]+>")
_LINE = "Faiz, anapara ile oran ve sürenin çarpımıdır."
_WORDS = "Faiz anapara ile oran ve sürenin çarpımıdır.\nSonuç bulunur. "


class Verdict(NamedTuple):
    """One rule and one reward."""

    rule: str
    holds: bool
    seen: str
    """What was seen where the rule does not hold."""
    counts: bool = True
    """Whether it counts for the exit status: not where the rule is about texts that TRL's training does not have."""


# ---- completions


def read_template(path: Path) -> Template:
    """The template in a file: from its first tag to its last, with `...` for working and answer.

    Raises UserError unless there are two `...`, a tag on each side of the second, and a tag before the first.
    """
    try:
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: can't be read as UTF-8 text: {error}") from None
    tags = list(_TAG.finditer(text))
    parts = text[tags[0].start() : tags[-1].end()].split("...") if tags else []
    if len(parts) != 3 or not all(map(_TAG.search, parts)):
        raise UserError(
            f"{path}: expected two blocks in tags, each with `...` inside: `...` for the working, then `...` for the "
            f"answer, as in\n<think>\n...\n</think>\n<answer>\n...\n</answer>\n(found {len(tags)} tags, "
            f"{text.count('...')} times `...`)"
        )
    return Template(*parts)


def working(length: int) -> str:
    """A text of `length` characters in words and lines."""
    return (_WORDS * (length // len(_WORDS) + 1))[:length].strip().ljust(length, ".")


def answer_block(template: Template, answer: str) -> str:
    """The answer between its tags alone."""
    opening = list(_TAG.finditer(template.between))[-1].start()
    return template.between[opening:] + answer + template.after


def wrong_like(answer: str) -> str:
    """A wrong answer of the same shape: 23.611 for 12.500. So a reward that counts characters can't tell them apart."""
    wrong = answer.translate(str.maketrans("0123456789", "1234567890"))
    return wrong if wrong != answer else "?" * max(1, len(answer))


def grid(template: Template, answer: str, wrong: str, length: int) -> dict[str, str]:
    """Completions by the name of their form: those of `statistics.forms`, and further ones."""
    text = working(length)
    asked = in_form("template", text, answer, template)
    shell = in_form("template", "", "", template)
    return {
        **{form: in_form(form, text, answer, template) for form in FORMS if form != "other"},
        "wrong_answer": in_form("template", text, wrong, template),
        "right_then_wrong": f"{asked}\n{answer_block(template, wrong)}",
        "wrong_then_right": f"{in_form('template', text, wrong, template)}\n{answer_block(template, answer)}",
        "talk_before": f"Merhaba, çözüyorum.\n{asked}",
        "talk_after": f"{asked}\nUmarım yardımcı olmuştur.",
        "dots": in_form("template", "...", "...", template),
        "shell": shell,
        "tags_only": "".join(_TAG.findall("".join(template))),
        "shell_repeated": "\n".join([shell] * 3),
        "nothing": "",
    }


def in_template(template: Template, golds: Sequence[Gold]) -> list[tuple[str, Gold]]:
    """A right completion of each question in the form asked for."""
    return [(in_form("template", working(SHOWN), str(gold["answer"]), template), gold) for gold in golds]


def spellings(gold: Gold) -> tuple[list[str], list[str]]:
    """Other spellings of the gold answer, and answers that look like it but state another number.

    An English `12,500` has the comma between its thousands, and `12.500` is then another number.
    """
    answer, unit = str(gold["answer"]), str(gold.get("answer_unit", ""))
    if not re.fullmatch(r"[0-9]{1,3}(?:[.,]?[0-9]{3})*", answer):
        return [], []
    digits = re.sub("[.,]", "", answer)
    mark = "," if "," in answer else "."
    grouped = f"{int(digits):,}"
    same = {digits, grouped.replace(",", mark)}
    same |= {f"{answer} {unit}"} if unit else set()
    same |= {f"%{answer}"} if unit == "%" else set()
    other = {f"{digits}0", grouped.replace(",", "." if mark == "," else ",")}
    return sorted(same - {answer}), sorted(other - same - {answer})


# ---- rules: each gives what is wrong with a reward, for one question


def asked_earns_most(earn: Earn, template: Template, gold: Gold) -> list[str]:
    found = []
    for length in LENGTHS:
        earned = _earned(earn, template, gold, length)
        better = {name: reward for name, reward in earned.items() if reward > earned["template"] + SAME}
        if better:
            most = sorted(better, key=lambda name: -better[name])[:3]
            named = ", ".join(f"{name} {better[name]:.4g}" for name in most)
            found.append(f"the template earns {earned['template']:.4g} at {length} characters, but {named}")
        elif max(earned.values()) - min(earned.values()) <= SAME:
            found.append(f"every form earns {earned['template']:.4g} at {length} characters")
    return found[-1:]


def bounded(earn: Earn, template: Template, gold: Gold) -> list[str]:
    """Growth by tens: what is bounded has reached its bounds long before a million characters."""
    answer = str(gold["answer"])
    asked = in_form("template", working(SHOWN), answer, template)
    block = "\n" + answer_block(template, answer)
    tags = "".join(_TAG.findall("".join(template)))
    series: dict[str, Callable[[int], str]] = {
        "working": lambda size: in_form("template", working(size), answer, template),
        "text without tags": working,
        "text after the answer": lambda size: f"{asked}\n{working(size)}",
        "repeated answers": lambda size: asked + block * (size // len(block)),
        "repeated tags": lambda size: tags * (size // len(tags)),
    }
    found = []
    for name, text in series.items():
        rewards = [earn(text(size), gold) for size in GROWTH]
        if math.isfinite(rewards[-1]) and abs(rewards[-1]) > 1.1 * max(map(abs, rewards[:-1])) + SAME:
            found.append(f"{rewards[-1]:.4g} for {GROWTH[-1]:,} characters of {name}")
    return found


def same_at_every_length(earn: Earn, template: Template, gold: Gold) -> list[str]:
    """Nor does the number of lines change it: in a regular expression `.` matches no newline by default."""
    found = []
    for form in FORMS[:-1]:
        rewards = [_earned(earn, template, gold, length)[form] for length in LENGTHS]
        one_line = earn(in_form(form, _LINE, str(gold["answer"]), template), gold)
        if max(rewards) - min(rewards) > SAME:
            found.append(
                f"{form} {rewards[0]:.4g} at {LENGTHS[0]} characters of working, {rewards[-1]:.4g} at {LENGTHS[-1]}"
            )
        elif abs(one_line - rewards[0]) > SAME:
            found.append(f"{form} {one_line:.4g} with one line of working, {rewards[0]:.4g} with several")
    return found


def same_with_final_newline(earn: Earn, template: Template, gold: Gold) -> list[str]:
    found = []
    for text in (working(SHOWN), _LINE):
        asked = in_form("template", text, str(gold["answer"]), template)
        without, newline = earn(asked, gold), earn(asked + "\n", gold)
        if abs(newline - without) > SAME:
            found.append(f"{without:.4g} without it, {newline:.4g} with it")
    return found[:1]


def same_with_end_of_turn(earn: Earn, template: Template, gold: Gold) -> list[str]:
    asked = in_form("template", working(SHOWN), str(gold["answer"]), template)
    plain = earn(asked, gold)
    with_token = {token: earn(asked + token, gold) for token in END_OF_TURN}
    return [
        f"{plain:.4g} without, {reward:.4g} with {token}"
        for token, reward in with_token.items()
        if abs(reward - plain) > SAME
    ]


def inline_earns_no_more(earn: Earn, template: Template, gold: Gold) -> list[str]:
    earned = _earned(earn, template, gold, SHOWN)
    return [
        f"{form} {earned[form]:.4g}, the template {earned['template']:.4g}"
        for form in ("inline", "half_inline")
        if earned[form] > earned["template"] + SAME
    ]


def second_answer_gains_nothing(earn: Earn, template: Template, gold: Gold) -> list[str]:
    """Two answers are not the form asked for, and a reward that both orders earn pays for guessing."""
    earned = _earned(earn, template, gold, SHOWN)
    asked = earned["template"]
    both = {name: earned[name] for name in ("right_then_wrong", "wrong_then_right")}
    found = [f"{name} {reward:.4g}, one answer {asked:.4g}" for name, reward in both.items() if reward > asked + SAME]
    if found:
        return found
    of_form = not _reads_answer(earned) and earned["no_tags"] < asked - SAME
    if (of_form and max(both.values()) >= asked - SAME) or (
        _reads_answer(earned) and min(both.values()) >= asked - SAME
    ):
        return [f"two answers earn {max(both.values()):.4g}, as one does"]
    return []


def spelling_changes_nothing(earn: Earn, template: Template, gold: Gold) -> list[str]:
    """Asked of rewards that read the answer. A number spelt otherwise earns the same, another number less."""

    def earned(answer: str) -> float:
        return earn(in_form("template", working(SHOWN), answer, template), gold)

    answer = str(gold["answer"])
    same, other = spellings(gold)
    if all(abs(earned(text) - earned(wrong_like(text))) <= SAME for text in (answer, *same)):
        return []
    right, wrong = earned(answer), earned(wrong_like(answer))
    found = [f"{text} {earned(text):.4g}, {answer} {right:.4g}" for text in same if abs(earned(text) - right) > SAME]
    return found + [
        f"{text} for {answer} {earned(text):.4g}" for text in other if earned(text) > max(wrong + SAME, right - SAME)
    ]


def cheap_forms_lose(earn: Earn, template: Template, gold: Gold) -> list[str]:
    found = []
    for length in LENGTHS:
        earned = _earned(earn, template, gold, length)
        best = max(CHEAP, key=lambda name: earned[name])
        if earned[best] >= earned["template"] - SAME:
            found.append(f"{best} {earned[best]:.4g}, the template {earned['template']:.4g} at {length} characters")
    return found[-1:]


RULES: dict[str, Callable[[Earn, Template, Gold], list[str]]] = {
    "the form asked for earns the most": asked_earns_most,
    "bounded": bounded,
    "the same at every length": same_at_every_length,
    "the same with a final newline": same_with_final_newline,
    "the same with an end-of-turn token": same_with_end_of_turn,
    "inline tags earn no more": inline_earns_no_more,
    "a second answer gains nothing": second_answer_gains_nothing,
    "the same however a number is spelt": spelling_changes_nothing,
    "cheap forms lose": cheap_forms_lose,
}
NOT_IN_TRAINING = {same_with_end_of_turn}
FINITE = "a finite number for every form"


def lint(earn: Earn, template: Template, golds: Sequence[Gold]) -> list[Verdict]:
    """One verdict per rule, over all questions."""
    odd: list[str] = []

    def watched(text: str, gold: Gold) -> float:
        reward = earn(text, gold)
        if not math.isfinite(reward):
            odd.append(f"{reward} for {shortened(text)!r}")
        return reward

    verdicts = []
    for name, rule in RULES.items():
        faults = [rule(watched, template, gold) for gold in golds]
        # The fault of one question tells that of all, but for spellings, of which each question has its own.
        shown = faults if rule is spelling_changes_nothing else [next(filter(None, faults), [])]
        seen = "; ".join(dict.fromkeys(fault for found in shown for fault in found))
        verdicts.append(Verdict(name, not any(faults), seen, rule not in NOT_IN_TRAINING))
    return [Verdict(FINITE, not odd, "; ".join(list(dict.fromkeys(odd))[:3])), *verdicts]


def _earned(earn: Earn, template: Template, gold: Gold, length: int) -> dict[str, float]:
    return {
        name: earn(text, gold)
        for name, text in grid(template, str(gold["answer"]), wrong_like(str(gold["answer"])), length).items()
    }


def _reads_answer(earned: Mapping[str, float]) -> bool:
    return abs(earned["template"] - earned["wrong_answer"]) > SAME


def read_columns(text: str | None) -> tuple[Gold, ...]:
    """The golds of `--columns`. Raises UserError for what is no JSON object with an `answer`, nor a list of such."""
    if text is None:
        return GOLDS
    try:
        given = json.loads(text)
    except ValueError as error:
        raise UserError(f"--columns: no JSON: {error}") from None
    golds = given if isinstance(given, list) else [given]
    if not golds or not all(isinstance(gold, dict) and isinstance(gold.get("answer"), str) for gold in golds):
        raise UserError(
            '--columns: expected one value per column, with the answer as a text, as in {"answer": "12,500"}, '
            "or a list of such objects"
        )
    return tuple(golds)


# ---- output


class Linted(NamedTuple):
    """A reward function and what was found."""

    name: str
    earned: dict[str, float]
    """By form, for the first question, at `SHOWN` characters."""
    verdicts: list[Verdict]


def as_markdown(rewards: Sequence[Linted], golds: Sequence[Gold]) -> str:
    """Two tables, forms and rules, with one column per reward; then what was seen."""
    names = [reward.name.partition(":")[2] for reward in rewards]
    earned = [(form, *(f"{reward.earned[form]:.4g}" for reward in rewards)) for form in rewards[0].earned]
    rules = [
        (rule.rule, *(_said(reward.verdicts[place]) for reward in rewards))
        for place, rule in enumerate(rewards[0].verdicts)
    ]
    seen = [
        f"- {name}, {verdict.rule}: {verdict.seen}{'' if verdict.counts else ' (in training TRL leaves it out)'}."
        for name, reward in zip(names, rewards, strict=True)
        for verdict in reward.verdicts
        if not verdict.holds
    ]
    heading = f"{SHOWN} characters of working, answer {golds[0]['answer']}"
    return "\n".join([*_table((heading, *names), earned), "", *_table(("rule", *names), rules), "", *seen]).rstrip()


def _said(verdict: Verdict) -> str:
    if verdict.holds:
        return "holds"
    return "**no**" if verdict.counts else "no, not in training"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    right = ["---", *["---:"] * (len(head) - 1)]
    return [f"| {' | '.join(row)} |" for row in (head, right, *rows)]


def as_json(rewards: Sequence[Linted]) -> str:
    content = [
        {
            "reward": reward.name,
            "earned": {form: _json_number(value) for form, value in reward.earned.items()},
            "rules": [verdict._asdict() for verdict in reward.verdicts],
        }
        for reward in rewards
    ]
    return json.dumps(content, ensure_ascii=False, indent=2)


def _json_number(value: float) -> float | None:
    return value if math.isfinite(value) else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rewards", nargs="+", metavar="MODULE:FUNCTION", help="a TRL reward function, or several")
    parser.add_argument("--template", type=Path, required=True, help="file with the form that the prompt asks for")
    parser.add_argument("--columns", help="columns of the data set as JSON, with `answer`; see above")
    parser.add_argument("--json", action="store_true", help="print JSON, not Markdown tables")
    arguments = parser.parse_args()
    template, golds = read_template(arguments.template), read_columns(arguments.columns)
    rewards = []
    for name in arguments.rewards:
        earn = adapt(name, load(name), in_template(template, golds))
        rewards.append(Linted(name, _earned(earn, template, golds[0], SHOWN), lint(earn, template, golds)))
    print(as_json(rewards) if arguments.json else as_markdown(rewards, golds))
    if not all(verdict.holds or not verdict.counts for reward in rewards for verdict in reward.verdicts):
        sys.exit(1)


if __name__ == "__main__":
    run_stage(main)

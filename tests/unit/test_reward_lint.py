"""The lint of rewards: it finds planted faults, passes our rewards where they are whole, and tells users' mistakes."""

import json
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from finmath_grpo import public_rewards, reward_lint, rewards
from finmath_grpo.errors import UserError
from finmath_grpo.models.tokenizer import train_tokenizer
from finmath_grpo.reward_function import adapt, load
from finmath_grpo.reward_lint import FINITE, GOLDS, RULES, in_template, lint, read_columns, read_template, spellings

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "data/templates"
OURS = read_template(TEMPLATES / "matematik-cevap.txt")
ASKED, BOUNDED, LENGTH, NEWLINE, END_OF_TURN, INLINE, SECOND, SPELLING, CHEAP = RULES

Reward = Callable[..., list[Any]]


FULL = "<matematik>\n1 + 1 = 2\n</matematik>\n<cevap>\n2\n</cevap>"


def broken(reward: Reward, template: str = "matematik-cevap", counts: bool = True) -> set[str]:
    """The rules that do not hold, of those that count or of the others."""
    form = read_template(TEMPLATES / f"{template}.txt")
    verdicts = lint(adapt("m:f", reward, in_template(form, GOLDS)), form, GOLDS)
    return {verdict.rule for verdict in verdicts if not verdict.holds and verdict.counts == counts}


def of(pay: Callable[[str], float | None]) -> Reward:
    """A reward that pays for the text of a completion."""
    return lambda completions, **_: [pay(text) for text in completions]


def plus(pay: Callable[[str], float]) -> Reward:
    """`template_match`, which is whole, and a fault."""
    return of(lambda text: rewards.template_match([text])[0] + pay(text))


def test_our_rewards_hold_where_they_should() -> None:
    assert broken(rewards.numeric_match) == set()
    assert broken(rewards.template_match) == set()
    assert broken(rewards.exact_match) == {SPELLING}
    assert broken(rewards.xmlcount) == {*RULES} - {SPELLING, END_OF_TURN}


@pytest.mark.parametrize("family", ["llama", "gemma2"])
def test_an_end_of_turn_token_is_noted_and_counts_for_nothing_because_training_has_none(family: str) -> None:
    """The trainer decodes as here, and the tokens of our models are special ones of their tokenizers."""
    assert broken(rewards.template_match, counts=False) == broken(rewards.xmlcount, counts=False) == {END_OF_TURN}
    assert broken(rewards.numeric_match, counts=False) == set()
    tokenizer = train_tokenizer([FULL], 300, family)
    ids = tokenizer(FULL, add_special_tokens=False)["input_ids"] + [tokenizer.eos_token_id]
    whole, decoded = (tokenizer.batch_decode([ids], skip_special_tokens=skip) for skip in (False, True))
    assert rewards.template_match(whole) == [pytest.approx(0.3)] and rewards.template_match(decoded) == [0.5]


@pytest.mark.parametrize(
    ("pay", "faults"),
    [
        (lambda text: -0.001 * len(text), {ASKED, BOUNDED, LENGTH, NEWLINE, CHEAP}),
        (lambda text: 0.01 * text.count("<cevap>"), {BOUNDED}),
        (lambda text: 0.2 * (len(text) > 1500), {LENGTH}),
        (lambda text: 0.1 * text.endswith("\n"), {ASKED, NEWLINE}),
        (lambda text: 0.4 * ("<cevap>\n" not in text), {ASKED, INLINE}),
        (lambda text: 0.1 * text.count("</cevap>\n<cevap>"), {BOUNDED}),
        (lambda text: 0.4 * (text.count("<cevap>") > 1), {ASKED, SECOND}),
        (lambda text: 0.2 * (text.count("\n") < 7), {ASKED, LENGTH, CHEAP}),
        (lambda text: 0.2 * ("\n\n" in text), {ASKED, CHEAP}),
        (lambda text: 0.6 * (not text), {ASKED, CHEAP}),
    ],
    ids=[
        *("fine per character", "pay per tag", "pay for length", "pay for a newline", "pay for inline"),
        *("pay per answer", "pay for two answers", "pay for few lines", "pay for blanks", "pay for nothing"),
    ],
)
def test_a_planted_fault_is_found(pay: Callable[[str], float], faults: set[str]) -> None:
    assert faults <= broken(plus(pay))
    assert not broken(plus(lambda text: 0.0))


def test_what_saturates_is_bounded_and_what_swings_too() -> None:
    assert BOUNDED not in broken(of(lambda text: 1 - math.exp(-len(text) / 1000)))
    assert BOUNDED not in broken(of(lambda text: math.cos(len(text) / 1000)))
    assert BOUNDED in broken(of(lambda text: math.log(1 + len(text))))


def test_a_reward_that_pays_all_alike_fails() -> None:
    assert broken(of(lambda text: 1.0)) == {ASKED, CHEAP}


def test_what_is_no_finite_number_is_found() -> None:
    assert FINITE in broken(of(lambda text: math.inf if "Merhaba" in text else 0.5))
    assert FINITE in broken(of(lambda text: None if not text else 0.5))
    assert FINITE in broken(of(lambda text: len(text[0:1]) / len(text)))  # raises for the empty text
    assert FINITE not in broken(of(lambda text: 0.5))


def test_guessing_in_both_orders_is_found() -> None:
    def anywhere(completions: list[str], answer: list[str], **_: Any) -> list[float]:
        return [float(f"\n{gold}\n" in text) for text, gold in zip(completions, answer, strict=True)]

    assert SECOND in broken(anywhere)


def test_a_number_spelt_otherwise() -> None:
    assert spellings(GOLDS[0]) == (["12.500 TL", "12500"], ["12,500", "125000"])
    assert spellings(GOLDS[1]) == (["%12", "12 %"], ["120"])
    assert spellings({"answer": "12,500"}) == (["12500"], ["12.500", "125000"])
    assert spellings({"answer": "x + 1"}) == ([], [])

    def english(completions: list[str], value: list[str], **_: Any) -> list[float]:
        def number(text: str) -> str:
            return rewards.extract_answer(text).replace(",", "").split(" ")[0].strip("%")

        return [float(number(text) == gold) for text, gold in zip(completions, value, strict=True)]

    assert SPELLING in broken(english)  # 12,500 is 12500 to it, and 12.500 is not


def test_the_public_rewards() -> None:
    text = "<reasoning>\n" + "x" * 951 + "\n</reasoning>\n<answer>\n7\n</answer>"
    (asked,), (newline,) = (public_rewards.count_xml([[{"content": one}]]) for one in (text, text + "\n"))
    assert (asked, newline) == (pytest.approx(0.501 - 0.001 * len(text)), 0.5)
    assert broken(public_rewards.count_xml, "reasoning-answer") == {*RULES} - {SPELLING, END_OF_TURN}
    assert broken(public_rewards.strict_format, "reasoning-answer") == {ASKED, LENGTH, NEWLINE, CHEAP}
    assert broken(public_rewards.tag_count, "think-answer") == {CHEAP}
    assert public_rewards.think_answer_format([[{"content": "<think>\na\n</think>\n<answer>\nb\n</answer>"}]]) == [1.0]


@pytest.mark.parametrize(
    ("end", "earned"),
    [
        ("<answer>7</answer>", 0.25),
        ("<answer>7\n</answer>", 0.376),
        ("<answer>\n7\n</answer>\n", 0.5),
        ("<answer>\n7\n</answer>\nSon.", 0.492),  # fined for four characters, twice
        ("<answer>\n7\n</answer>\n<answer>\n7\n</answer>\n", 0.25),
    ],
)
def test_count_xml_earns_what_the_rule_says(end: str, earned: float) -> None:
    text = f"<reasoning>\n3 + 4\n</reasoning>\n{end}"
    assert public_rewards.count_xml([[{"content": text}]]) == [pytest.approx(earned)]


def test_texts_messages_and_columns_are_handled() -> None:
    seen = []

    def messages(completions: list[list[dict[str, str]]], prompts: list[Any], solution: list[str]) -> list[float]:
        seen.append((completions[0][0]["role"], prompts[0][-1]["content"], solution))
        return [float(bool(completions[0][0]["content"]))]

    earn = adapt("m:f", messages, in_template(OURS, GOLDS))
    assert (earn("x", GOLDS[0]), earn("", GOLDS[0])) == (1.0, 0.0)
    assert seen[0] == ("assistant", "Soru?", ["12.500"])

    async def later(completions: list[str], **_: Any) -> list[float]:
        return [0.25]

    assert adapt("m:f", later, in_template(OURS, GOLDS))("x", GOLDS[0]) == 0.25


def test_questions_with_one_answer_are_told_apart_by_their_other_columns() -> None:
    golds = ({"answer": "12", "level": 1}, {"answer": "12", "level": 2})
    earn = adapt("m:f", lambda completions, level, **_: [float(level[0])], in_template(OURS, golds))
    assert [earn("x", gold) for gold in golds] == [1.0, 2.0]


@pytest.mark.parametrize(
    ("reward", "told"),
    [
        (lambda completions, **_: sys.exit(0), "ends the program for"),
        (lambda completions, target: [1.0], "asks for the columns target"),
        (lambda completions, **columns: [columns["target"]], "KeyError: 'target'"),
        (lambda completions, **_: 1.0, "expected a list of one number"),
        (lambda completions, **_: [1.0, 2.0], "expected a list of one number"),
        (lambda completions, **_: ["good"], "expected numbers"),
        (lambda completions, **_: ["1.0" for _ in completions], "expected numbers"),
        (lambda completions, **_: "5", "expected a list of one number"),
        (lambda completions, **_: {0: 1.0}, "expected a list of one number"),
    ],
)
def test_a_function_that_is_no_reward_is_the_user_s_mistake(reward: Reward, told: str) -> None:
    with pytest.raises(UserError, match=told):
        adapt("m:f", reward, in_template(OURS, GOLDS))


@pytest.mark.parametrize(
    "text",
    ["", "<a>\n...\n</a>", "no tags ... and ...", "<a>...</a>\n...", "<a>\n...\n</a>\n<b>\n...\n</b>\n<c>...</c>"],
)
def test_a_file_without_a_template_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.txt").write_text(text)
    with pytest.raises(UserError, match=r"t\.txt: expected two blocks"):
        read_template(tmp_path / "t.txt")


def test_a_prompt_is_a_template_too(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("Yanıtla:\n<matematik>\r\n...\n</matematik>\n<cevap>\n...\n</cevap>\nTeşekkürler.")
    assert read_template(tmp_path / "t.txt") == OURS


@pytest.mark.parametrize("columns", ["{", "[]", "3", '{"value": "1"}', '{"answer": 12}'])
def test_columns_without_an_answer_are_refused(columns: str) -> None:
    with pytest.raises(UserError, match="--columns"):
        read_columns(columns)


@pytest.mark.parametrize("name", ["rewards", "no.such.module:f", "finmath_grpo.rewards:none", "finmath_grpo.rewards:"])
def test_a_name_that_leads_nowhere_is_refused(name: str) -> None:
    with pytest.raises(UserError, match=name.partition(":")[0].replace(".", r"\.")):
        load(name)


def command(*arguments: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    code = (
        "import sys; from finmath_grpo.errors import run_stage; from finmath_grpo import reward_lint\n"
        "try: run_stage(reward_lint.main)\n"
        "finally: sys.exit('torch was imported') if 'torch' in sys.modules else None"
    )
    template = ("--template", str(TEMPLATES / "matematik-cevap.txt"))
    return subprocess.run(
        [sys.executable, "-c", code, *arguments, *template],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
    )


def test_the_command_s_status_is_for_ci_and_torch_is_not_imported(tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        "def noisy(completions, **_):\n    print('debug')\n    return [float(len(completions[0]))]\n"
    )
    whole, faulty = command("finmath_grpo.rewards:numeric_match"), command("mine:noisy", "--json", folder=tmp_path)
    mistake = command("mine:other", folder=tmp_path)
    assert (whole.returncode, faulty.returncode, mistake.returncode) == (0, 1, 2), faulty.stderr
    assert "| a finite number for every form | holds |" in whole.stdout and "**no**" not in whole.stdout
    (found,) = json.loads(faulty.stdout)
    assert {rule["rule"] for rule in found["rules"] if not rule["holds"]} >= {BOUNDED, LENGTH}
    assert mistake.stderr.startswith("error: mine:other") and "Traceback" not in mistake.stderr
    (tmp_path / "script.py").write_text("def good(completions, **_):\n    return [1.0]\n\n\nraise SystemExit(0)\n")
    script = command("script:good", folder=tmp_path)
    assert script.returncode == 2 and script.stderr.startswith("error: script:good: the module can't be imported")


@pytest.mark.parametrize(
    ("module", "names", "template"),
    [
        ("rewards", ["xmlcount", "exact_match", "template_match", "numeric_match"], "matematik-cevap"),
        (
            "public_rewards",
            ["count_xml", "count_xml_without_newlines", "strict_format", "soft_format", "correctness"],
            "reasoning-answer",
        ),
    ],
)
def test_the_docs_show_what_the_command_prints(
    module: str, names: list[str], template: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    functions = [f"finmath_grpo.{module}:{name}" for name in names]
    form = str(TEMPLATES / f"{template}.txt")
    monkeypatch.setattr(sys, "argv", ["reward_lint", *functions, "--template", form])
    with pytest.raises(SystemExit):
        reward_lint.main()
    assert capsys.readouterr().out.strip() in (ROOT / "docs/rewards.md").read_text(encoding="utf-8")

"""What other tools' scorers say of our completions: `python -m finmath_grpo.scorer_audit`, in the tools environment.

Math-Verify is run for real. The rules of the others are restated here, each with its source, and tests/tools asks the
tools themselves. All of them were written for English numbers, in which a comma groups thousands.

Each scorer is asked four times: it reads the answer alone or the whole completion (`text`), and it compares with the
value in plain notation, `12500`, or with the recorded answer, `12.500` (`gold`). The answer alone is the fair reading:
the tools don't know our tags. Where a rule looks for `####`, the answer is put behind it there.
"""

import argparse
import ast
import functools
import math
import operator
import re
import string
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pydantic

from finmath_grpo.answers import extract_answer, has_answer
from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.evaluation.completions import Completion
from finmath_grpo.files import explain, read_jsonl
from finmath_grpo.questions.rows import Question
from finmath_grpo.statistics.families import Families
from finmath_grpo.statistics.intervals import difference_interval
from finmath_grpo.statistics.settings import StatisticsSettings
from finmath_grpo.statistics.tables import write_table

KEYS = ["test", "model", "temperature", "sample", "question_id"]
OURS = ("exact", "no_punctuation", "numeric")

# ---- the rules of other tools: does `text` give the answer `gold`?


def math_verify(text: str, gold: str) -> bool:
    """Math-Verify 0.9.0 itself, with its defaults: `verify(parse(gold), parse(text))`."""
    try:
        from math_verify import parse, verify
    except ModuleNotFoundError:
        raise UserError(
            "math-verify is not installed here: run this with .venv-tools/bin/python (`make test-tools` makes it)"
        ) from None
    return bool(verify(parse(gold), parse(text)))


def lm_eval_gsm8k_strict(text: str, gold: str) -> bool:
    """`strict-match` of lm-evaluation-harness 0.4.13, lm_eval/tasks/gsm8k/gsm8k.yaml: the first number after `####`."""
    found = re.findall(r"#### (-?[0-9.,]+)", text)
    return _without_commas(found[0] if found else "[invalid]") == _without_commas(gold)


def lm_eval_gsm8k_flexible(text: str, gold: str) -> bool:
    """`flexible-extract` of the same file: the last number of the text; commas and dollars are deleted."""
    return _without_commas(_last_number(text)) == _without_commas(gold)


def lm_eval_mgsm(text: str, gold: str) -> bool:
    """`flexible-extract` of lm_eval/tasks/mgsm/direct/direct_yaml (0.4.13): the last number, only its digits."""
    none = str.maketrans("", "", string.punctuation)
    return _last_number(text).lower().translate(none) == gold.lower().translate(none)


def inspect_match(text: str, gold: str) -> bool:
    """`match(numeric=True)` of inspect_ai 0.3.285, scorer/_common.py: the last word that is a number.

    Commas, currency signs, `*` and `_` are deleted, and five significant digits are compared. Left out: numerals of
    other scripts, fractions and powers in one character.
    """
    text, gold = text.strip().casefold(), _inspect_plain(gold.strip().casefold())
    target = _inspect_number(gold)
    if target is None:
        edges = string.whitespace + string.punctuation
        return text.strip(edges).endswith(gold.strip(edges))
    numbers = [_inspect_number(word) for word in reversed(_inspect_plain(text).split())]
    found = next((number for number in numbers if number is not None), None)
    return found is not None and format(found, ".5g") == format(target, ".5g")


def lighteval_gsm8k(text: str, gold: str) -> bool:
    """`expr_gold_metric` of lighteval 0.13.0, metrics/utils/extractive_match_utils.py: the last number or expression.

    `12.500` and `12,5` are 12.5, `12,500` is 12500, and `6 %` is 0.06 or the text `6`; five decimals are compared. Left
    out: LaTeX, and what it looks for first after the English words `answer` and `final answer`.
    """
    found, target = _lighteval_extract(text), _lighteval_extract(gold)
    return any(
        wanted == given
        if isinstance(wanted, str) or isinstance(given, str)
        else wanted == given or round(wanted, 5) == round(given, 5)
        for wanted in target
        for given in found
        if isinstance(wanted, str) == isinstance(given, str)
    )


def lighteval_gsm8k_normalizer(text: str, gold: str) -> bool:
    """Lighteval's older rule, `gsm8k_normalizer` of metrics/normalizations.py: the number after `####`, no commas.

    It is that of OpenAI's grade-school-math (grade_school_math/dataset.py at 3101c7d5).
    """
    numbers = [re.search(r"#### (-?[0-9.,]+)", side) for side in (text, f"#### {gold}")]
    found, wanted = (number and number[1].replace(",", "") for number in numbers)
    return found is not None and found == wanted


RULES: dict[str, Callable[[str, str], bool]] = {
    "math-verify": math_verify,
    "lm-eval gsm8k strict-match": lm_eval_gsm8k_strict,
    "lm-eval gsm8k flexible-extract": lm_eval_gsm8k_flexible,
    "lm-eval mgsm flexible-extract": lm_eval_mgsm,
    "inspect_ai match numeric": inspect_match,
    "lighteval gsm8k": lighteval_gsm8k,
    "lighteval gsm8k_normalizer": lighteval_gsm8k_normalizer,
}
BEHIND_HASHES = {"lm-eval gsm8k strict-match", "lighteval gsm8k_normalizer"}
"""Rules that look for `####`, behind which the answer alone is put for them."""


def _last_number(text: str) -> str:
    found = re.findall(r"(-?[$0-9.,]{2,})|(-?[0-9]+)", text)
    return (found[-1][0] or found[-1][1]) if found else "[invalid]"


def _without_commas(text: str) -> str:
    """`regexes_to_ignore` and `ignore_case` of gsm8k.yaml, in their order."""
    for pattern in (",", r"\$", r"(?s).*#### ", r"\.$"):
        text = re.sub(pattern, "", text)
    return text.lower()


def _inspect_plain(text: str) -> str:
    text = re.sub(r"\\([$,£€*_])", r"\1", text)
    return re.sub(r"\.(?=\s|$|\D)", "", re.sub(r"[$,£€*_]", "", text))


def _inspect_number(word: str) -> float | None:
    word = word.strip("!?:;()[]{}'\"`")
    try:
        number = float(word)
    except ValueError:
        # The second try: signs of Unicode, apostrophes between digits, one dot.
        found = re.fullmatch(r"([-+−﹣－＋﹢]*)([0-9'’ʼ＇]*\.?[0-9'’ʼ＇]*(?:e[-+−]?[0-9]+)?)", word)
        digits = re.sub("['’ʼ＇]", "", found[2]).replace("−", "-") if found else ""
        if found is None or not re.search("[0-9]", digits):
            return None
        try:
            number = float(digits) * (-1) ** sum(sign in "-−﹣－" for sign in found[1])
        except ValueError:
            return None
    return number if math.isfinite(number) else None


_DIGITS = (
    r"(?:(?P<whole>-?\d{1,3}(?:[ ,]\d{3})+)(?P<part>\.\d+)?|(?P<whole2>-?\d+)(?P<part2>[.,]\d+)|(?P<part3>\.\d+)"
    r"|(?P<whole3>-?\d+))(?P<percent>\s*(?:%|[Pp]ercent|[Pp]ct))?"
)
_CURRENCIES = "$€£¥₹₽₪₩₫฿₡₢₣₤₥₦₧₨₭₮₯₰₱₲₳₴₵₶₷₸₺₻₼₾₿"
_BEFORE = r"(?:^|\s|=)(?:\*\*)?"
_LIGHTEVAL_NUMBER = re.compile(rf"{_BEFORE}[{_CURRENCIES}]?{_DIGITS}")
_SIGNS = r"+\-*×/^()÷"
_LIGHTEVAL_EXPRESSION = re.compile(
    rf"{_BEFORE}(?P<expression>-?\(?-?\d[\d.\s{_SIGNS}]*[{_SIGNS}][\d.\s{_SIGNS}]+\)?)(?:\*\*)?(?:[.,)$]|\s?:|\s|$)"
)


def _lighteval_extract(text: str) -> list[Fraction | str]:
    """The value that ends last in the text, if there is one, and the first string that was tried."""
    found = [*_LIGHTEVAL_EXPRESSION.finditer(text), *_LIGHTEVAL_NUMBER.finditer(text)]
    strings: list[str] = []
    values: list[Fraction | str] = []
    for match in sorted(found, key=lambda match: (match.end(), -match.start()), reverse=True):
        groups = match.groupdict()
        if "expression" in groups:
            strings.append(groups["expression"])
            value = _calculated(groups["expression"].replace("\n", " ").replace("^", "**"))
        else:
            whole = next((groups[name] for name in ("whole", "whole2", "whole3") if groups[name]), "")
            part = next((groups[name] for name in ("part", "part2", "part3") if groups[name]), "")
            strings.append((re.sub("[, ]", "", whole).lstrip("0") or "0") + part.replace(",", "."))
            value = Fraction(strings[-1]) / (100 if groups["percent"] else 1)
        if value is not None:
            values.append(value)
            break
    return [*values, *(text.strip() for text in strings[:1])]


_OPERATORS: dict[type, Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def _calculated(expression: str) -> Fraction | None:
    """The value of a sum, product or quotient in Python's notation; None for all else, powers too."""

    def value(node: ast.expr) -> Fraction:
        match node:
            case ast.Constant(value=int() | float()):
                return Fraction(str(node.value))
            case ast.BinOp() if type(node.op) in _OPERATORS:
                return _OPERATORS[type(node.op)](value(node.left), value(node.right))
            case ast.UnaryOp(op=ast.USub()):
                return -value(node.operand)
            case ast.UnaryOp(op=ast.UAdd()):
                return value(node.operand)
        raise ValueError(expression)

    try:
        return value(ast.parse(expression.strip(), mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError, RecursionError):
        return None


# ---- the table


def judged(rule: str, text: str, reading: str, gold: str) -> bool:
    """Whether a rule accepts a completion; `reading` is `answer` or `completion`. Without a tag there is no answer."""
    if reading == "answer":
        if not has_answer(text):
            return False
        text = f"#### {extract_answer(text)}" if rule in BEHIND_HASHES else extract_answer(text)
    return _cached(rule, text, gold)


@functools.cache
def _cached(rule: str, text: str, gold: str) -> bool:
    return RULES[rule](text, gold)


def audit(rows: pd.DataFrame, settings: StatisticsSettings) -> pd.DataFrame:
    """One row per test, scorer, text and gold.

    `rows` has one row per completion: `KEYS`, `text`, `value`, `answer`, and our scores `OURS`. Right is what `numeric`
    says, `family` is the question's. The contrast is the first of the settings, on the mean over all completions of a
    question; its interval is that of the tables (`statistics.intervals.difference_interval`, over families).
    """
    models = list(dict.fromkeys(rows["model"]))
    pair = next((pair for pair in settings.contrasts if set(pair) <= set(models)), None)
    table = []
    for test, part in rows.groupby("test", sort=False):
        verdicts = {
            (rule, text, gold): [
                judged(rule, whole, text, wanted)
                for whole, wanted in zip(part["text"], part["value" if gold == "value" else "answer"], strict=True)
            ]
            for rule in RULES
            for text in ("answer", "completion")
            for gold in ("value", "recorded")
        }
        ours = {
            (scorer, "answer", "value" if scorer == "numeric" else "recorded"): part[scorer] == 1 for scorer in OURS
        }
        family = part.groupby("question_id", sort=False)["family"].first()
        right = part["numeric"] == 1
        for (scorer, text, gold), verdict in {**ours, **verdicts}.items():
            accepted = pd.Series(verdict, index=part.index, dtype=bool)
            row = {
                "test": test,
                "scorer": scorer,
                "text": text,
                "gold": gold,
                "right": int(right.sum()),
                "right_rejected": int((right & ~accepted).sum()),
                "rejected_share": (right & ~accepted).sum() / max(1, right.sum()),
                "wrong": int((~right).sum()),
                "wrong_accepted": int((~right & accepted).sum()),
                "accepted_share": (~right & accepted).sum() / max(1, (~right).sum()),
            }
            by_model = accepted.groupby([part["model"], part["question_id"]], sort=False).mean().unstack(level=0)
            if pair is not None:
                differences = (by_model[pair[0]] - by_model[pair[1]]).to_numpy()
                families = Families.of([family[question] for question in by_model.index])
                asked = len(part) / by_model.size
                low, high = difference_interval(families, differences[:, None], settings.confidence, asked)
                row |= {"trained": pair[0], "base": pair[1], "difference": differences.mean()}
                row |= {"low": low[0], "high": high[0]}
            table.append(row | {f"accuracy {model}": by_model[model].mean() for model in models})
    return pd.DataFrame(table)


def read_rows(names: list[str], tests: list[Path], completions: list[Path], scores: Path) -> pd.DataFrame:
    """Completions of the tests with their questions and our scores. Raises UserError where one of them lacks another.

    Scores of other models and tests are left out, and so are completions of other tests, whose number is printed.
    """
    questions = {
        (name, question.id): question
        for name, path in zip(names, tests, strict=True)
        for question in read_jsonl(path, Question)
    }
    found = []
    others = 0
    for path in completions:
        for line, row in enumerate(read_jsonl(path, Completion), start=1):
            if row.test not in names:
                others += 1
                continue
            question = questions.get((row.test, row.question_id))
            if question is None:
                raise UserError(f"{path}, line {line}: question_id {row.question_id!r} is not in the test {row.test}")
            found.append(
                {**row.model_dump(), "value": question.value, "answer": question.answer, "family": question.family}
            )
    if not found:
        raise UserError(f"the completions files hold no completion of {', '.join(names)}")
    if others:
        print(f"left out: {others:,} completions of tests other than {', '.join(names)}")
    try:
        ours = pd.read_csv(scores, keep_default_na=False, dtype={"model": str, "question_id": str})
    except (OSError, ValueError) as error:
        raise UserError(f"{scores}: can't be read as a table of scores: {error}") from None
    if "test" not in ours:
        ours["test"] = "t1"
    absent = [column for column in (*KEYS, *OURS) if column not in ours]
    if absent:
        raise UserError(f"{scores}: no column {', '.join(absent)}; make the file again with the scoring stage")
    texts = pd.DataFrame(found)
    ours = ours[ours["test"].isin(names) & ours["model"].isin(texts["model"].unique())]
    for name, table in (("the completions", texts), (str(scores), ours)):
        if table.duplicated(KEYS).any():
            raise UserError(f"{name}: a sample is there more than once")
    rows = texts.merge(ours[[*KEYS, *OURS]], on=KEYS, how="outer", indicator=True, sort=False)
    for side, missing in (("left_only", str(scores)), ("right_only", "the completions")):
        alone = rows[rows["_merge"] == side]
        if len(alone):
            first = ", ".join(f"{key} {alone.iloc[0][key]}" for key in KEYS)
            raise UserError(f"{missing}: {len(alone)} samples are missing, the first is {first}")
    return texts.merge(ours[[*KEYS, *OURS]], on=KEYS, sort=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", nargs="+", default=["t1"], help="the names of the tests")
    parser.add_argument("--tests", type=Path, nargs="+", required=True, help="the questions of each, in the same order")
    parser.add_argument("--completions", type=Path, nargs="+", required=True, help="one JSON Lines file per model")
    parser.add_argument("--scores", type=Path, required=True, help="our scores of the same completions")
    parser.add_argument("--settings", default="{}", help="statistics.settings.StatisticsSettings as JSON")
    parser.add_argument("--output", type=Path, required=True, help="the table to write")
    arguments = parser.parse_args()
    if len(arguments.names) != len(arguments.tests):
        raise UserError(f"--names: {len(arguments.names)} names for {len(arguments.tests)} files of --tests")
    try:
        settings = StatisticsSettings.model_validate_json(arguments.settings)
    except pydantic.ValidationError as error:
        raise UserError(f"--settings: {explain(error)}") from None
    rows = read_rows(arguments.names, arguments.tests, arguments.completions, arguments.scores)
    write_table(arguments.output, audit(rows, settings))


if __name__ == "__main__":
    run_stage(main)

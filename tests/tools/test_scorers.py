"""The rules that `scorer_audit` restates, against the tools that they are of."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from finmath_grpo import scorer_audit

ANSWERS = ["12.500", "12500", "12,500", "12,5", "12.5", "%12", "12 %", "6 %", "-5", "−5", "1.234.567", "1,234,567"]
ANSWERS += ["12'500", "1e3", "12.500 TL", "$12", "5 - 2", "2 / 4", "#### 12.500", "(42)", "60%", "abc", "", "x = 12,5"]
ANSWERS += [
    "**12**",
    "12.",
    "3.14159265",
    "99999.4",
    "1.000 × 5 = 5.000",
    "12. 500",
    "+5",
    "--5",
    "₺12",
    "12 500",
    ".5",
]
ANSWERS += ["0012", "12.500'dir", "12!", "12\n", "2^3"]
WHOLE = [f"<matematik>\n1.000 × 5 = {one}\n</matematik>\n<cevap>\n{one}\n</cevap>\n" for one in ANSWERS]
GOLDS = ["12500", "12.5", "12", "5", "-5", "60", "6", "12.500", "12,5", "1.234.567", "3", "0.5", "1234567", "99999"]
PAIRS = [*itertools.product([*ANSWERS, *WHOLE, *(f"#### {one}" for one in ANSWERS)], GOLDS)]


def agree(ours: Callable[[str, str], bool], real: Callable[[str, str], bool]) -> None:
    theirs = {(text, gold): real(text, gold) for text, gold in PAIRS}
    assert {pair: ours(*pair) for pair in PAIRS} == theirs
    assert any(theirs.values()) and not all(theirs.values())


@pytest.mark.parametrize(
    ("file", "name", "ours"),
    [
        ("gsm8k/gsm8k.yaml", "strict-match", scorer_audit.lm_eval_gsm8k_strict),
        ("gsm8k/gsm8k.yaml", "flexible-extract", scorer_audit.lm_eval_gsm8k_flexible),
        ("mgsm/direct/direct_yaml", "flexible-extract", scorer_audit.lm_eval_mgsm),
    ],
)
def test_lm_eval_judges_so(file: str, name: str, ours: Callable[[str, str], bool]) -> None:
    import lm_eval
    from lm_eval.api.metrics import exact_match_hf_evaluate
    from lm_eval.filters.extraction import RegexFilter

    # The task's own file says which pattern and which metric.
    task = yaml.safe_load((Path(lm_eval.__file__).parent / "tasks" / file).read_text(encoding="utf-8"))
    (steps,) = (entry["filter"] for entry in task["filter_list"] if entry["name"] == name)
    regex = RegexFilter(**{key: value for key, value in steps[0].items() if key != "function"})
    (metric,) = task["metric_list"]
    options = {key: value for key, value in metric.items() if key.startswith(("ignore", "regexes"))}

    def real(text: str, gold: str) -> bool:
        ((found,),) = regex.apply([[text]], [{}])
        return bool(exact_match_hf_evaluate([found], [gold], **options)["exact_match"])

    agree(ours, real)


def test_inspect_ai_judges_so() -> None:
    common = pytest.importorskip("inspect_ai.scorer._common", reason="inspect_ai is not installed here")
    agree(scorer_audit.inspect_match, lambda text, gold: common.match_str(text, gold, "end", numeric=True)[1])


def test_lighteval_judges_so() -> None:
    reason = "lighteval 0.13.0 wants another latex2sympy2_extended than math-verify, so the tools can't hold both"
    metrics: Any = pytest.importorskip("lighteval.metrics.metrics", reason=reason)
    from lighteval.metrics.normalizations import gsm8k_normalizer
    from lighteval.models.model_output import ModelResponse
    from lighteval.tasks.requests import Doc

    metric = metrics.Metrics.expr_gold_metric.value.sample_level_fn
    agree(
        scorer_audit.lighteval_gsm8k,
        lambda text, gold: bool(
            metric.compute(Doc(query="", choices=[gold], gold_index=0), ModelResponse(text=[text]))
        ),
    )
    agree(
        scorer_audit.lighteval_gsm8k_normalizer,
        lambda text, gold: (
            gsm8k_normalizer(text) not in ("[invalid]", "")
            and gsm8k_normalizer(text) == gsm8k_normalizer(f"#### {gold}")
        ),
    )


@pytest.mark.parametrize(
    ("text", "gold", "accepted"),
    [
        ("12500", "12500", True),
        ("12.500", "12500", False),  # read as 12.5
        ("12,500", "12500", True),
        ("12,5", "12.5", True),
        ("12.500", "12.5", True),
        ("1.234.567", "1234567", False),
    ],
)
def test_math_verify_runs_and_reads_turkish_numbers_in_english(text: str, gold: str, accepted: bool) -> None:
    assert scorer_audit.math_verify(text, gold) == accepted

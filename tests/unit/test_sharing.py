"""What an export says of licences and owners: of a user's own model and questions nothing that holds of ours alone."""

import json
from pathlib import Path

import pytest
import yaml
from small_run import CONFIG, MODELS, export, write_run

from finmath_grpo.sharing.push import uploads

TESTS = {"t2": ((0.7,), 1), "t1": ((0.7,), 1)}
BASES = {
    "pretrain": {"label": "A base", "method": "pretrain"},
    "fetch": MODELS["base"],
    "folder": {"label": "A base", "method": "folder", "folder": "/models/theirs"},
}
LICENCES = {"pretrain": "mit", "fetch": "other", "folder": "other"}
OURS = ("CC BY 4.0", "CC-BY-4.0", "written for this project", "finmath-grpo/finmath-tr")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(tmp_path_factory.mktemp("run"), TESTS)


def exported(run: Path, base: str) -> dict[str, str]:
    """The card, the adapter's card and the records of Every Eval Ever of an export, by name."""
    export(run, TESTS, {**CONFIG, "models": {**MODELS, "base": BASES[base]}})
    records = (run / "export/every_eval_ever").rglob("*[0-9a-f].json")
    named = {path.parent.name: path.read_text(encoding="utf-8") for path in records}
    cards = {name: (run / "export/hub/grpo" / name).read_text(encoding="utf-8") for name in ("README.md", "adapter.md")}
    return named | cards


@pytest.mark.parametrize("base", BASES)
def test_a_card_gives_weights_our_licence_only_where_the_base_is_ours(run: Path, base: str) -> None:
    found = exported(run, base)
    for name in ("README.md", "adapter.md"):
        _, head, text = found[name].split("---\n", 2)
        assert yaml.safe_load(head)["license"] == LICENCES[base]
        assert ("MIT" in text) == (base == "pretrain")
        # The questions are the shipped ones.
        assert "`data/raw/questions.jsonl` without the test (CC BY 4.0)" in text and "written for this project" in text
    record = json.loads(next(text for name, text in found.items() if name.endswith("base")))
    assert record["model_info"]["developer"] == {"pretrain": "finmath-grpo", "fetch": "someone"}.get(base, "unknown")
    relation = record["source_metadata"]["evaluator_relationship"]
    assert relation == ("first_party" if base == "pretrain" else "third_party")
    details = [result["source_data"]["additional_details"] for result in record["evaluation_results"]]
    assert {row["licence"] for row in details} == {"CC-BY-4.0"}


def test_a_label_is_text_in_a_card_and_no_markup(run: Path) -> None:
    label = "</script><!-- *a* [b](c) `d`"
    export(run, TESTS, {**CONFIG, "models": {**MODELS, "grpo": {**MODELS["grpo"], "label": label}}})
    _, head, text = (run / "export/hub/grpo/README.md").read_text(encoding="utf-8").split("---\n", 2)
    # CommonMark: a backslash before a sign of punctuation makes it text.
    assert r"# \</script\>\<!-- \*a\* \[b\](c) \`d\`" in text.splitlines()
    assert yaml.safe_load(head)["model-index"][0]["name"] == label


def test_own_questions_get_neither_our_licence_nor_our_name(tmp_path: Path) -> None:
    run = write_run(tmp_path, TESTS)
    for file in (run / "data").glob("*.jsonl"):
        rows = [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line]
        lines = [json.dumps({**row, "question": f"Benim sorum: {row['question']}"}) + "\n" for row in rows]
        file.write_text("".join(lines), encoding="utf-8")
    found = exported(run, "folder")
    for name, text in found.items():
        stated = text.replace("not those of the data set `finmath-grpo/finmath-tr`", "")
        assert not [words for words in OURS if words in stated], name
    head = yaml.safe_load(found["README.md"].split("---\n", 2)[1])
    datasets = {row["dataset"]["type"] for row in head["model-index"][0]["results"]}
    assert datasets == {"finmath_shared_t1", "finmath_shared_t2"}
    # Nor are there results that the Hub would list under our data set.
    assert not list((run / "export/hub").rglob("*.yaml"))
    assert ".eval_results/finmath-tr.yaml" not in uploads(run, "grpo", adapter=False)

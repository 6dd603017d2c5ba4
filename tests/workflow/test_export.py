"""The export is a target of its own: no experiment builds it, and it goes through on what one has built."""

import json

from conftest import Checkout, jobs


def test_an_export_is_built_when_asked_for_and_by_no_experiment(copy: Checkout):
    assert not (copy.path / "results/tiny/export").exists()
    assert jobs(copy.snakemake("results/tiny/export/MANIFEST.sha256").stdout) == {"export": 1}
    folder = copy.path / "results/tiny/export"
    listed = [line.split("  ", 1)[1] for line in (folder / "MANIFEST.sha256").read_text(encoding="utf-8").splitlines()]
    assert all((folder / name).is_file() for name in listed)
    cards = {name for name in listed if name.endswith("README.md")}
    assert cards == {f"hub/{model}/README.md" for model in ("llama-grpo", "llama-grpo-fixed", "gemma-dpo")}
    card = (folder / "hub/llama-grpo/README.md").read_text(encoding="utf-8")
    assert "4 steps" in card and "not those of the data set" in card and "of 4 prompts" in card
    # This split is not the one that the T3 of `smoke` was drawn for.
    rows = {
        name: [
            json.loads(line)
            for line in (copy.path / f"results/tiny/data/{name}.jsonl").read_text("utf-8").split("\n")[:-1]
        ]
        for name in ("test", "t3")
    }
    held_out = {row["id"] for row in rows["test"]}
    strange = sum(row["of"] not in held_out for row in rows["t3"])
    assert strange and f"Here {strange} questions of T3 are none of T1's" in card
    page = (copy.path / "results/tiny/report/index.html").read_text(encoding="utf-8")
    assert f"{strange} are training questions drawn again" in page
    assert copy.planned("tiny", "results/tiny/export/MANIFEST.sha256") == {}
    # What others are told of is what the export hangs on.
    copy.replace("config/tiny.yaml", "label: Llama GRPO,", "label: Llama by GRPO,")
    assert copy.planned("results/tiny/export/MANIFEST.sha256") == {"export": 1}

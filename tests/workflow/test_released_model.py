"""A released chat model that we did not make goes through the whole experiment, from the Hub to the report."""

import json
from pathlib import Path

import pandas as pd
import pytest
from conftest import HERE, TABLES, new_checkout, warm
from loopback_hub import LoopbackHub
from released_model import NotToBeHad, kept_model
from safetensors import safe_open

NAME = "HuggingFaceTB/SmolLM2-135M-Instruct"


LAYERS = 2
"""Of 30; tokenizer, template, shape and names of files and tensors are those of the whole model."""


@pytest.fixture(scope="module")
def released() -> Path:
    try:
        return kept_model(LAYERS)
    except NotToBeHad as why:
        pytest.skip(f"the released model is not to be had here: {why}")


def test_a_released_model_goes_from_the_hub_to_the_report(released: Path, tmp_path: Path):
    checkout = new_checkout(tmp_path / "checkout")
    text = (HERE / "open-reduced.yaml").read_text(encoding="utf-8")
    (checkout.path / "config/open-reduced.yaml").write_text(text, encoding="utf-8")
    targets = ("open-reduced", "results/open-reduced/export/MANIFEST.sha256")
    with LoopbackHub() as hub:
        commit = hub.publish_folder(NAME, released)
        # What merges starts as it does for a user; test_killed.py has that of what learns and generates.
        variables = {
            **warm(f"{TABLES}|training.grpo|evaluation.generate"),
            "HF_ENDPOINT": hub.endpoint,
            "HF_HOME": str(tmp_path / "home"),
        }
        checkout.snakemake(*targets, fresh=True, **variables)
        weights = [request.path for request in hub.asked(cdn=True) if request.path.endswith(".safetensors")]
        assert len(weights) == 1
    results = checkout.path / "results/open-reduced"
    source = {"repository": NAME, "commit": commit}
    assert json.loads((results / "models/base/SOURCE.json").read_text(encoding="utf-8")) == source
    assert "README.md" not in (results / "models/base/MANIFEST.sha256").read_text(encoding="utf-8")

    # Trained, and merged into the same kind of files: embeddings are tied, so there is no second copy of them.
    check = json.loads((results / "models/grpo/merge_check.json").read_text(encoding="utf-8"))
    assert check["summary"]["largest_error_in_ulps"] <= 1
    assert names_of_tensors(results / "models/grpo") == names_of_tensors(results / "models/base")
    assert "lm_head.weight" not in names_of_tensors(results / "models/base")

    scores = pd.read_csv(results / "scores.csv")
    assert scores.groupby("model").size().to_dict() == dict.fromkeys(["base", "grpo", "grpo-adapter"], 6 * 2)
    completions = [json.loads(line) for line in (results / "completions/base.jsonl").open(encoding="utf-8")]
    assert all(row["tokens"] > 0 and "<|im_" not in row["text"] for row in completions)
    # Two steps without a reward change nothing, and page and model card say so.
    assert check["summary"]["kept_share"] is None
    assert "there was no update" in (results / "report/index.html").read_text(encoding="utf-8")
    assert "training changed nothing" in (results / "export/hub/grpo/README.md").read_text(encoding="utf-8")
    provenance = json.loads((results / "provenance.json").read_text(encoding="utf-8"))
    assert provenance["fetched"] == {"base": {"revision": "main", **source}}


def names_of_tensors(folder: Path) -> set[str]:
    found: set[str] = set()
    for file in folder.glob("*.safetensors"):
        with safe_open(file, framework="np") as tensors:
            found.update(tensors.keys())
    return found

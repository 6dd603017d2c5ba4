"""In which order Snakemake starts jobs that wait for the same GPUs."""

import re
from pathlib import Path

import pytest
from stages import snakemake

RULES = Path(__file__).parents[2] / "rules"
SNAKEFILE = """
rule all:
    input: "pretrain", expand("grpo{{number}}", number=range({at_once}))

rule grpo:
    output: "grpo{{number}}"
    priority: {grpo}
    threads: 12
    resources: gpu=1
    shell: "echo grpo >> order; touch {{output}}"

rule pretrain:
    output: "pretrain"
    priority: {pretrain}
    threads: 12
    resources: gpu={at_once}
    shell: "echo pretrain >> order; touch {{output}}"
"""


def priority(file: str, rule: str) -> int:
    """What `rules/` says."""
    (text,) = re.findall(rf"^rule {rule}:\n(.*?)^rule ", (RULES / file).read_text(), flags=re.DOTALL | re.MULTILINE)
    (found,) = re.findall(r"^    priority: (\d+)$", text, flags=re.MULTILINE)
    return int(found)


@pytest.mark.parametrize("at_once", [2, 12])
def test_pretraining_is_alone_on_its_gpu_before_trainings_that_would_share_it(at_once: int, tmp_path: Path):
    found = {"grpo": priority("training.smk", "grpo"), "pretrain": priority("models.smk", "pretrain")}
    (tmp_path / "Snakefile").write_text(SNAKEFILE.format(at_once=at_once, **found))
    done = snakemake(tmp_path, "--cores", str(12 * at_once), "--resources", f"gpu={at_once}")
    assert done.returncode == 0, done.stderr
    order = (tmp_path / "order").read_text().split()
    assert order[0] == "pretrain" and len(order) == at_once + 1

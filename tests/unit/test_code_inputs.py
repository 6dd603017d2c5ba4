"""The source files that a rule lists as inputs are those that its stage really imports."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STAGES = sorted(
    ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
    for path in (ROOT / "src").rglob("*.py")
    # What packs and describes results is run by hand, and no rule depends on it.
    if 'if __name__ == "__main__"' in path.read_text(encoding="utf-8") and path.parent.name not in ("workflow", "release")
)
# Imported inside a function, where the settings ask for it.
ON_DEMAND = ("_engine.py", "weight_sync.py")
# Stages that can be imported only where there is a GPU.
GPU_ONLY = {"finmath_grpo.training.grpo_unsloth"}
# One process a stage, forked after the slow libraries are in memory.
IMPORT_EACH = """
import importlib, json, os, sys
import datasets, pandas, peft, plotly.graph_objects, statsmodels.api, torch, transformers, trl
for stage in sys.argv[1:]:
    if os.fork() == 0:
        importlib.import_module(stage)
        files = [m.__file__ for n, m in sys.modules.items() if n.startswith("finmath_grpo") and m.__file__]
        print(json.dumps([stage, files]), flush=True)
        os._exit(0)
    assert os.wait()[1] == 0, stage
"""


@pytest.fixture(scope="module")
def imported() -> dict[str, set[str]]:
    """The project's files that are in memory after the import of each stage."""
    stages = [stage for stage in STAGES if stage not in GPU_ONLY]
    done = subprocess.run([sys.executable, "-c", IMPORT_EACH, *stages], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = (json.loads(line) for line in done.stdout.splitlines() if line.startswith("["))
    return {stage: {str(Path(file).relative_to(ROOT)) for file in files} for stage, files in lines}


@pytest.fixture(scope="module")
def code():
    """The helper `code` of rules/common.smk, run as Snakemake runs it."""
    source = (ROOT / "rules" / "common.smk").read_text(encoding="utf-8")
    namespace = {"Path": Path, "sys": sys}
    exec(compile(source[: source.index("def kinds(")], "rules/common.smk", "exec"), namespace)
    return namespace["code"]


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage not in GPU_ONLY])
def test_code_inputs_of_a_stage_are_what_it_imports(stage, imported, code, monkeypatch):
    monkeypatch.chdir(ROOT)
    listed = {file for file in code(stage) if not file.endswith(ON_DEMAND)}
    assert listed == {file for file in imported[stage] if not file.endswith(ON_DEMAND)}

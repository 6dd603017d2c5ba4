"""Nothing that fills a placeholder reaches the shell unquoted, and no experiment has the name of a rule."""

import re
import shlex
from pathlib import Path
from types import SimpleNamespace

import pytest
from snakemake.iocontainers import InputFiles
from snakemake.utils import format as as_snakemake_does

from finmath_grpo.figures.catalogue import FIGURES
from finmath_grpo.workflow.experiments import TAKEN
from finmath_grpo.workflow.kinds import Published
from finmath_grpo.workflow.plan import Plan
from finmath_grpo.workflow.shell import gpu_job, job, quoted

ROOT = Path(__file__).parents[2]
RULES = {path.name: path.read_text(encoding="utf-8") for path in [ROOT / "Snakefile", *(ROOT / "rules").glob("*.smk")]}
# From `shell:` to the next line that is not deeper.
SHELL = re.compile(r"^( *)shell:\n((?:\1    .*\n|\n(?=\1    ))+)", re.MULTILINE)
BLOCKS = [(name, match[2]) for name, text in RULES.items() for match in SHELL.finditer(text)]
FIELD = re.compile(r"(?<!\{)\{([^{}]+)\}(?!\})")


def unquoted(block: str) -> list[str]:
    """Placeholders of a shell block that neither `job` nor `:q` quotes."""
    outside = re.sub(r"\b(?:gpu_)?job\((?:[^()\"]|\"[^\"]*\")*\)", "", block)
    return [field for field in FIELD.findall(outside) if not field.endswith(":q")]


def test_no_shell_line_of_a_rule_has_an_unquoted_placeholder():
    assert len(BLOCKS) == sum(len(re.findall(r"^ *shell:", text, re.MULTILINE)) for text in RULES.values()) > 20
    assert {name: found for name, block in BLOCKS if (found := unquoted(block))} == {}
    # Nor does any rule make a line of its own out of Python values, or run a shell elsewhere.
    assert not [name for name, block in BLOCKS if re.search(r"\bf\"|\.format\(|%[^%]*\(", block)]
    assert not [name for name, text in RULES.items() if re.search(r"\b(?:shell\(|os\.system|subprocess)", text)]


@pytest.mark.parametrize("line", ['"x {input}"', '"x {params.a:q} {output.b}" + job("y {input}")'])
def test_an_unquoted_placeholder_would_be_found(line: str):
    assert unquoted(f"        {line}\n")


@pytest.mark.parametrize("name", ["a b", "$(touch X)", "`id`", "a'b", 'a"b', "a;b", "a\\b", "a&b", "*", "a\nb", "{x}"])
def test_a_file_name_is_one_word_to_the_shell(name: str):
    files = InputFiles(toclone=[name, "c d"])
    given = {"input": files, "params": [name], "log": "l", "output": "o", "resources": SimpleNamespace(gpu=1)}
    for wrapped in (job, gpu_job):
        line = as_snakemake_does(wrapped("x.y --files {input} --one {input[0]} --set {params:q}"), **given)
        words = shlex.split(line)
        assert words[words.index("--files") :] == ["--files", name, "c d", "--one", name, "--set", name]


def test_braces_that_are_no_placeholder_and_formats_stay():
    assert quoted("{{a}} {b:q} {c} {d.e} {f[0]}") == "{{a}} {b:q} {c:q} {d.e:q} {f[0]:q}"


def test_no_experiment_can_have_the_name_of_a_rule_or_a_folder_of_results():
    rules = {name for text in RULES.values() for name in re.findall(r"^rule (\w+):", text, re.MULTILINE)}
    # With an underscore, no experiment can have it anyway.
    assert {name for name in rules if "_" not in name} | {"cache"} <= TAKEN


def test_names_stand_for_themselves_in_patterns():
    published = Published.model_construct(kind="published")
    plan = Plan({"t.v2": published, "a+b": published, "p": published})
    pattern = re.compile(plan.kinds("published"))
    assert all(pattern.fullmatch(name) for name in ("t.v2", "a+b", "p"))
    assert not any(pattern.fullmatch(name) for name in ("tXv2", "aab", "x"))
    assert all(re.fullmatch(r"[a-z0-9_]+", name) for name in FIGURES)


# ---- what would run code that a file brings

DANGEROUS = re.compile(
    r"(?:import|from) (?:c?pickle|dill|joblib|marshal|shelve)\b|\b(?:pickle|dill|joblib|marshal)\.load"
    r"|\bos\.system\b|shell=True|trust_remote_code=True"
    r"|\byaml\.(?:unsafe_load|full_load|Loader\b|UnsafeLoader)|weights_only=False|allow_pickle=True"
    r"|(?<![\w.])(?:eval|exec)\(|\b__import__\(|read_pickle|\bextractall\((?![^)]*filter=\"data\")"
)
SOURCES = [*(ROOT / "src").rglob("*.py"), *(ROOT / "docker").glob("*.py"), *(ROOT / "benchmarks").glob("*.py")]


def test_no_source_loads_what_can_hold_code():
    found = [
        (path.name, match[0]) for path in SOURCES for match in DANGEROUS.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []
    loads = [line for path in SOURCES for line in re.findall(r"torch\.load\([^\n]*", path.read_text(encoding="utf-8"))]
    assert all("weights_only=True" in line for line in loads)


@pytest.mark.parametrize(
    "code", ["pickle.load(f)", "yaml.unsafe_load(x)", "torch.load(p, weights_only=False)", "eval(x)"]
)
def test_code_that_loads_code_would_be_found(code: str):
    assert DANGEROUS.search(code) and not DANGEROUS.search("model.eval()")

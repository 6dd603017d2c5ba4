"""The hash of the sources: of all that runs, and of nothing that comes and goes while jobs run."""

from pathlib import Path

from finmath_grpo.workflow.sources import these_sources, what_runs


def package(root: Path) -> Path:
    folder = root / "src/finmath_grpo/report"
    folder.mkdir(parents=True)
    (root / "Snakefile").touch()
    (folder / "texts.py").write_text("WORDS = 1\n", encoding="utf-8")
    (folder / "page.js").touch()
    return folder


def test_what_python_compiles_beside_a_module_is_no_source(tmp_path: Path):
    folder = package(tmp_path)
    before = these_sources(tmp_path).sha256
    (folder / "__pycache__").mkdir()
    # As Python names the file until it is whole.
    (folder / "__pycache__/texts.cpython-311.pyc.140344456301232").touch()
    assert these_sources(tmp_path).sha256 == before
    assert [path.name for path in what_runs(tmp_path)] == ["Snakefile", "page.js", "texts.py"]
    (folder / "texts.py").write_text("WORDS = 2\n", encoding="utf-8")
    assert these_sources(tmp_path).sha256 != before

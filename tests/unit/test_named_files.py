"""A config names files that are there; what is none stops whoever asks for that experiment, and nobody else."""

import os
import re
from pathlib import Path

import pytest

from finmath_grpo.workflow import experiments

ROOT = Path(__file__).parents[2]
TINY = "extends: smoke\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a config, its questions, and things that are no files to read."""
    monkeypatch.chdir(tmp_path)
    for folder in ("config", "data/raw/folder", "results/tiny/data"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "config/smoke.yaml").write_text((ROOT / "config/smoke.yaml").read_text(encoding="utf-8"))
    for path in (ROOT / "data/raw").glob("*.jsonl"):
        (tmp_path / "data/raw" / path.name).write_text("{}\n")
    raw = tmp_path / "data/raw"
    os.mkfifo(raw / "pipe")
    (raw / "here.jsonl").symlink_to("there.jsonl")
    (raw / "there.jsonl").symlink_to("here.jsonl")
    (raw / "dangling.jsonl").symlink_to("gone.jsonl")
    (raw / "good.jsonl").symlink_to("smoke.jsonl")
    (tmp_path / "results/tiny/data/questions.jsonl").touch()
    (raw / "around.jsonl").symlink_to("../../results/tiny/data/questions.jsonl")
    return tmp_path


FAULTS = {
    "data/raw/smokee.jsonl": r"no such file; correct the name \(nearest: data/raw/smoke.jsonl\)",
    "data/rawer/smoke.jsonl": "no such file; its folder is not there",
    "https://example.org/questions.jsonl": "a URL; download the file",
    "file:///etc/passwd": "a URL; download the file",
    "data/raw/folder": "a folder; expected a file",
    "data/raw/pipe": "a named pipe; expected a file",
    "/dev/zero": "a device; expected a file",
    "data/raw/here.jsonl": "a symbolic link that leads back to itself",
    "data/raw/dangling.jsonl": "a symbolic link to gone.jsonl, which is not there",
    "data/raw/smoke.jsonl/x": "Not a directory",
    "results/tiny/data/questions.jsonl": "lies in results/",
    "data/raw/around.jsonl": "lies in results/",
    "n" * 300: "File name too long",
}


@pytest.mark.parametrize("file", FAULTS)
def test_file_that_is_none_to_read_is_refused_with_config_key_and_remedy(project: Path, file: str):
    keys = {
        "questions": f"questions: {file}\n",
        "validation": f"validation: {file}\n",
        "tests.t2.questions": f"tests:\n  t2: {{questions: '{file}'}}\n",
    }
    for key, text in keys.items():
        (project / "config/mine.yaml").write_text(TINY + text, encoding="utf-8")
        good, broken = experiments.load_all(project / "config")
        assert list(good) == ["smoke"]
        assert re.search(rf"config/mine\.yaml: {key}: {re.escape(file)}: {FAULTS[file]}", broken["mine"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"data/raw/few\.jsonl: has no questions; .*data/raw/README\.md$"),
        ("\ufeff\n \n", r"data/raw/few\.jsonl: has no questions"),
        ("{}", None),
    ],
)
@pytest.mark.parametrize("key", ["questions", "validation", "tests.t2.questions"])
def test_a_file_without_questions_is_named(project: Path, key: str, content: str, message: str | None):
    (project / "data/raw/few.jsonl").write_text(content, encoding="utf-8")
    named = "data/raw/few.jsonl"
    text = f"tests: {{t2: {{questions: {named}}}}}" if key.startswith("tests") else f"{key}: {named}"
    (project / "config/mine.yaml").write_text(f"{TINY}{text}\nsplit: {{test: 3}}\n", encoding="utf-8")
    broken = experiments.load_all(project / "config").broken
    if message is None:
        assert broken == {}
    else:
        assert re.search(rf"config/mine\.yaml: {re.escape(key)}: {message}", broken["mine"])


@pytest.mark.parametrize(("kind", "key"), [("published", "numbers"), ("recorded", "record")])
@pytest.mark.parametrize("file", FAULTS)
def test_numbers_and_record_are_looked_at_too(project: Path, kind: str, key: str, file: str):
    text = (ROOT / f"config/{kind}.yaml").read_text(encoding="utf-8")
    changed = re.sub(rf"^{key}: .*$", f"{key}: {file}", text, flags=re.M)
    assert changed != text
    (project / f"config/{kind}.yaml").write_text(changed, encoding="utf-8")
    broken = experiments.load_all(project / "config").broken
    assert re.search(rf"config/{kind}\.yaml: {key}: {re.escape(file)}: {FAULTS[file]}", broken[kind])


def test_the_table_of_other_scorers_is_looked_at_too(project: Path):
    text = (ROOT / "config/recorded.yaml").read_text(encoding="utf-8")
    changed = re.sub(r"^record: (.*)$", rf"record: {ROOT}/\1", text, flags=re.M)
    changed = re.sub(r"^scorer_audit: .*$", "scorer_audit: data/raw/gone.csv", changed, flags=re.M)
    (project / "config/recorded.yaml").write_text(changed, encoding="utf-8")
    broken = experiments.load_all(project / "config").broken
    assert "config/recorded.yaml: scorer_audit: data/raw/gone.csv: no such file" in broken["recorded"]


def test_file_named_by_the_extended_config_is_told_with_that_config_and_one_of_its_own_is_used(project: Path):
    (project / "data/raw/smoke.jsonl").unlink()
    for name, text in {"mine": "", "other": "questions: data/raw/smoke-transfer.jsonl\n"}.items():
        (project / f"config/{name}.yaml").write_text(TINY + text, encoding="utf-8")
    good, broken = experiments.load_all(Path("config"))
    assert list(good) == ["other"]
    assert broken["mine"].startswith("config/mine.yaml: questions: data/raw/smoke.jsonl: no such file")
    assert broken["mine"].endswith(" (questions: from config/smoke.yaml)")


def test_link_to_a_file_and_a_whole_path_are_files(project: Path):
    for name, file in {"link": "data/raw/good.jsonl", "whole": project / "data/raw/smoke.jsonl"}.items():
        (project / f"config/{name}.yaml").write_text(f"{TINY}questions: {file}\n", encoding="utf-8")
    assert set(experiments.load_all(project / "config").good) == {"smoke", "link", "whole"}

"""Bad inputs: each is refused in words that name file, line and field, or rejected with a count; none hangs."""

import os
import re
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bad_inputs
import pytest
from bad_inputs import REJECTED, SMOKE, Case

from finmath_grpo.errors import UserError
from finmath_grpo.questions import clean, split
from finmath_grpo.workflow import experiments

SECONDS = 60
"""All together take 3 s of an idle processor."""
CASES = bad_inputs.all_cases()


@contextmanager
def no_longer_than(seconds: int) -> Iterator[None]:
    def late(*_: object) -> None:
        raise TimeoutError

    former = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, former)


def place(path: Path, case: Case) -> Path:
    if callable(case.content):
        case.content(path)
    else:
        path.write_bytes(case.content)
    return path


def read(folder: Path, case: Case) -> str:
    """What the reader of the case's kind says of it: its message, REJECTED, or `accepted`."""
    try:
        if case.kind == "raw":
            outputs = folder / "questions.jsonl", folder / "rejected.jsonl"
            kept, rejected = clean.clean_file(place(folder / "raw.jsonl", case), *outputs)
            return REJECTED if (kept, rejected) == (1, 1) else "accepted"
        if case.kind == "ids":
            split.read_committed(place(folder / "raw.test-ids.json", case))
        elif case.kind == "record":
            record = place(folder / "run.tar.zst", case)
            (folder / "mine.yaml").write_text(f"kind: recorded\nrecord: {record}\n")
            experiments.load(folder / "mine.yaml")
        elif case.kind == "name":
            place(folder / case.file, case)
            return "; ".join(experiments.load_all(folder).broken.values()) or "accepted"
        else:
            (folder / "smoke.yaml").write_text(SMOKE, encoding="utf-8")
            experiments.load(place(folder / "mine.yaml", case))
    except UserError as error:
        return str(error)
    return "accepted"


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}: {ascii(case.name)[:60]}")
def test_bad_input_is_refused_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: Case):
    monkeypatch.chdir(tmp_path)
    with no_longer_than(SECONDS):
        said = read(tmp_path, case)
    if case.expected == REJECTED:
        assert said == REJECTED
    else:
        assert re.search(case.expected, said, flags=re.DOTALL), said
        assert len(said) < 3000 and said.isprintable() | ("\n" in case.file), said
        assert not (tmp_path / "questions.jsonl").exists()  # nothing half-written


def test_the_corpus_has_what_it_should():
    kinds = Counter(case.kind for case in CASES)
    assert kinds.total() >= 250 and kinds.keys() == {"raw", "config", "name", "ids", "record"}
    names = [(case.kind, case.name) for case in CASES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("text", [SMOKE, SMOKE.replace("\n", "\r\n"), "\ufeff" + SMOKE])
def test_good_configs_are_read_however_their_lines_end(tmp_path: Path, text: str):
    (tmp_path / "mine.yaml").write_bytes(text.encode())
    (tmp_path / "smoke.yaml").write_text(SMOKE, encoding="utf-8")
    assert experiments.load(tmp_path / "mine.yaml") == experiments.load(tmp_path / "smoke.yaml")


def test_good_questions_are_read_however_their_lines_end(tmp_path: Path):
    second = bad_inputs.line(question="Faiz\u2028kaç\r\nTL'dir?", id="b' \"$(x)")
    plain = bad_inputs.FIRST + second
    for content in (plain, b"\xef\xbb\xbf" + plain, plain.replace(b"\n", b"\r\n"), plain.rstrip()):
        (tmp_path / "raw.jsonl").write_bytes(content)
        assert [row.id for row in clean.raw_questions(tmp_path / "raw.jsonl")] == ["a", "b' \"$(x)"]
    assert os.listdir(tmp_path) == ["raw.jsonl"]

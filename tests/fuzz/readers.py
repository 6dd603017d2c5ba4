"""Coverage-guided fuzzing of what reads users' files, by atheris (libFuzzer). No lock has atheris; in a clone:

    .venv/bin/pip install --target /tmp/atheris atheris==3.0.0
    PYTHONPATH=src:tests/unit:/tmp/atheris .venv/bin/python tests/fuzz/readers.py -max_total_time=600

The first byte of an input chooses the reader. An input that ends in anything but
UserError or Reject, or takes longer than 5 s, is a finding: its bytes are kept in `findings/`, and it is named.
It begins with the corpus of `tests/unit/bad_inputs.py`. libFuzzer says how many executions there were.
"""

import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["finmath_grpo", "yaml"]):
    from finmath_grpo.errors import UserError
    from finmath_grpo.questions import clean, opening, split
    from finmath_grpo.questions.rows import RawQuestion
    from finmath_grpo.workflow import experiments
    from finmath_grpo.workflow.recorded import of_record

from bad_inputs import ROOT, SMOKE, all_cases

SLOW = 5.0
"""Seconds."""
FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-", dir="/dev/shm"))
"""Where the readers find their files."""
FINDINGS = Path("findings")
found: dict[str, Path] = {}


def raw(content: bytes) -> None:
    path = FOLDER / "raw.jsonl"
    path.write_bytes(content)
    clean.clean_file(path, FOLDER / "questions.jsonl", FOLDER / "rejected.jsonl")


def row(content: bytes) -> None:
    """Fields of a row that reads well, so that cleaning itself is reached."""
    data = atheris.FuzzedDataProvider(content)
    texts = [data.ConsumeUnicodeNoSurrogates(40) for _ in range(4)]
    with_value = data.ConsumeBool()
    try:
        question = RawQuestion(
            id="a",
            question=texts[0],
            answer=texts[1],
            answer_unit=texts[2].strip(),
            value=texts[3] if with_value else None,
            choices={"A": texts[1], "B": texts[3]} if data.ConsumeBool() else None,
        )
    except ValueError:
        return
    clean.clean(question)


def config(content: bytes) -> None:
    (FOLDER / "mine.yaml").write_bytes(content)
    experiments.load(FOLDER / "mine.yaml")


def patch(content: bytes) -> None:
    config(b"extends: smoke\n" + content)


def test_ids(content: bytes) -> None:
    (FOLDER / "raw.test-ids.json").write_bytes(content)
    split.read_committed(FOLDER / "raw.test-ids.json")


def record(content: bytes) -> None:
    (FOLDER / "run.tar.zst").write_bytes(content)
    of_record(FOLDER / "run.tar.zst")


READERS: tuple[Callable[[bytes], None], ...] = (raw, row, config, patch, test_ids, record)


def one(content: bytes) -> None:
    reader = READERS[content[0] % len(READERS)] if content else raw
    started = time.monotonic()
    try:
        reader(content[1:])
    except (UserError, opening.Reject):
        pass
    except Exception as error:
        # The last line of ours tells findings apart.
        ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "finmath_grpo" in frame.filename]
        keep(f"{reader.__name__}: {type(error).__name__} at {Path(ours[-1].filename).name}:{ours[-1].lineno}", content)
    if time.monotonic() - started > SLOW:
        keep(f"{reader.__name__}: slow", content)


def keep(name: str, content: bytes) -> None:
    if name not in found:
        FINDINGS.mkdir(exist_ok=True)
        found[name] = FINDINGS / f"{len(found)}"
        found[name].write_bytes(content)
        print(f"FINDING {name}: {found[name]}", file=sys.stderr, flush=True)


def main() -> None:
    (FOLDER / "smoke.yaml").write_text(SMOKE, encoding="utf-8")
    seeds = FOLDER / "seeds"
    seeds.mkdir()
    readers = {"raw": (0, 1), "config": (2, 3), "ids": (4,), "record": (5,)}
    for number, case in enumerate(all_cases()):
        for reader in readers.get(case.kind, ()) if isinstance(case.content, bytes) else ():
            if len(case.content) < 3_000:  # small ones run often
                (seeds / f"{number}-{reader}").write_bytes(bytes([reader]) + case.content)
    (seeds / "config").write_bytes(b"\x02" + SMOKE.encode())
    record_of_ours = next((ROOT / "data").rglob("*.tar.zst"), None)
    if record_of_ours:
        (seeds / "record").write_bytes(b"\x05" + record_of_ours.read_bytes())
    atheris.Setup([*sys.argv, "-max_len=20000", "-timeout=60", str(seeds)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

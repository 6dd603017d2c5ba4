"""What becomes of bad inputs, and what grows with its input: `python benchmarks/limits.py`.

Reads every bad input of `tests/unit/bad_inputs.py` and counts what becomes of each; then times what could grow faster
than its input, at three sizes each, in seconds of the processor; a figure by the clock, as a browser draws it. What was
found goes to docs/reliability.json.
"""

import os
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests" / "unit")]

from bad_inputs import REJECTED, all_cases  # noqa: E402
from reliability import record  # noqa: E402
from test_bad_inputs import SECONDS, no_longer_than, read  # noqa: E402

from finmath_grpo.figures import agreement, draw  # noqa: E402
from finmath_grpo.figures.page import write_page  # noqa: E402
from finmath_grpo.figures.settings import Look  # noqa: E402
from finmath_grpo.files import write_jsonl  # noqa: E402
from finmath_grpo.questions.clean import clean_file  # noqa: E402
from finmath_grpo.questions.contamination import Contamination  # noqa: E402
from finmath_grpo.questions.families.writing import GOODS, WHO  # noqa: E402
from finmath_grpo.questions.rows import Question  # noqa: E402
from finmath_grpo.statistics.agreement import agreement_table, panel_table  # noqa: E402
from finmath_grpo.statistics.families import Families  # noqa: E402

KINDS = {
    "raw": "raw questions",
    "config": "configs",
    "name": "names of experiments",
    "ids": "committed test ids",
    "record": "records",
}


def bad_inputs() -> dict[str, Counter[str]]:
    """By kind of input, how many cases were refused, rejected, accepted, or ended in a traceback or hang."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for case in all_cases():
        with tempfile.TemporaryDirectory() as folder:
            os.chdir(folder)
            try:
                with no_longer_than(SECONDS):
                    said = read(Path(folder), case)
            except TimeoutError:
                result = "hang"
            except Exception:
                result = "traceback"
            else:
                result = "rejected" if said == REJECTED else "accepted" if said == "accepted" else "refused"
            finally:
                os.chdir(ROOT)
        found[KINDS[case.kind]][result] += 1
    return dict(found)


def raw_row(number: int, draw: random.Random) -> dict[str, str]:
    sums, rate, years = draw.randrange(1000, 10**7), draw.randrange(1, 99), draw.randrange(1, 40)
    good, who = draw.choice(GOODS), draw.choice(WHO)
    text = (
        f"{who} {sums} TL'yi yıllık %{rate} faizle {years} yıl yatırıp sonunda {good} alıyor. Elindeki para kaç TL'dir?"
    )
    return {"id": f"q-{number}", "question": text, "answer": str(sums)}


def cleaning(rows: int) -> Callable[[], object]:
    folder = Path(tempfile.mkdtemp())
    draw = random.Random(0)
    write_jsonl(folder / "raw.jsonl", (raw_row(number, draw) for number in range(rows)))
    return lambda: clean_file(folder / "raw.jsonl", folder / "questions.jsonl", folder / "rejected.jsonl")


def questions(count: int, seed: int) -> list[Question]:
    draw = random.Random(seed)
    rows = (raw_row(number, draw) for number in range(count))
    return [Question(unit="", family="", answer_unit="TL", value=row["answer"], **row) for row in rows]


def contamination(size: int) -> Callable[[], object]:
    train, test = questions(size * 100, 0), questions(size, 1)
    return lambda: Contamination(train).of(test)


def tables(models: int) -> Callable[[], dict[str, object]]:
    rng = np.random.default_rng(0)
    names = tuple(f"model-{number}" for number in range(models))
    solved = {"numeric": (rng.random((models, 100)) < 0.5).astype(float)}
    families = Families.of([f"f{number % 46}" for number in range(100)])
    return lambda: {
        "agreement": agreement_table(solved, names, families, 0.95),
        "panel": panel_table(solved, names, names, families, 0.95),
    }


def figure(models: int) -> Callable[[], object]:
    made = tables(models)()
    look = Look(models={f"model-{number}": f"Model {number}" for number in range(models)})
    folder = Path(tempfile.mkdtemp())

    def drawn() -> None:
        found = agreement.figure(made, look)
        draw.set_title(found, "Agreement", "x")
        draw.write_png(found, folder / "a.png", look.scale)
        write_page(found, folder / "a.html", "Agreement", "x", [])

    return drawn


GROWING = {
    "contamination, tests x training questions": (contamination, (10, 100, 1000), lambda n: f"{n:,} x {100 * n:,}"),
    "cleaning, rows": (cleaning, (1_000, 10_000, 100_000), lambda n: f"{n:,}"),
    "table of agreement, models": (tables, (5, 10, 20), str),
    "figure of agreement by the clock, PNG and HTML, models": (figure, (5, 10, 20), str),
}


def growth() -> dict[str, list[tuple[str, float]]]:
    """By what is timed, each size in words and the seconds."""
    found: dict[str, list[tuple[str, float]]] = {}
    for name, (make, sizes, said) in GROWING.items():
        found[name] = []
        for size in sizes:
            work = make(size)
            clock = time.perf_counter if make is figure else time.process_time
            started = clock()
            work()
            found[name].append((said(size), round(clock() - started, 2)))
            print(f"{name}: {found[name][-1]}", flush=True)
    return found


def main() -> None:
    counts = bad_inputs()
    print(counts, flush=True)
    record("bad-inputs", counts)
    record("growth", growth())


if __name__ == "__main__":
    main()

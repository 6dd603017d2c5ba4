"""The tables of docs/reliability.md on bad inputs and on growth: `python benchmarks/reliability.py [--write]`.

Reads every bad input of `tests/unit/bad_inputs.py` and counts what becomes of each; then times what could grow faster
than its input, at three sizes each, in seconds of the processor where no browser draws. With `--write` the tables take
the place of those in the page.
"""

import os
import random
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests" / "unit")]

from bad_inputs import REJECTED, all_cases  # noqa: E402
from test_bad_inputs import SECONDS, no_longer_than, read  # noqa: E402

from finmath_grpo.figures import agreement, draw  # noqa: E402
from finmath_grpo.figures.settings import Look  # noqa: E402
from finmath_grpo.files import write_jsonl  # noqa: E402
from finmath_grpo.questions.clean import clean_file  # noqa: E402
from finmath_grpo.questions.contamination import Contamination  # noqa: E402
from finmath_grpo.questions.families.writing import GOODS, WHO  # noqa: E402
from finmath_grpo.questions.rows import Question  # noqa: E402
from finmath_grpo.statistics.agreement import agreement_table, panel_table  # noqa: E402
from finmath_grpo.statistics.families import Families  # noqa: E402

PAGE = ROOT / "docs" / "reliability.md"
KINDS = {
    "raw": "raw questions",
    "config": "configs",
    "name": "names of experiments",
    "ids": "committed test ids",
    "record": "records",
}


def bad_inputs() -> Iterator[str]:
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
        found[case.kind][result] += 1
    columns = ("refused", "rejected", "accepted", "traceback", "hang")
    yield "| input | cases | refused in words | row rejected and counted | accepted | traceback | hang |"
    yield "| --- " * 7 + "|"
    total = Counter[str]()
    for kind, counts in found.items():
        total += counts
        yield f"| {KINDS[kind]} | {counts.total()} | {' | '.join(str(counts[name]) for name in columns)} |"
    yield f"| all | {total.total()} | {' | '.join(str(total[name]) for name in columns)} |"


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
        draw.write_html(found, folder / "a.html", "a")

    return drawn


GROWING = {
    "contamination, tests x training questions": (contamination, (10, 100, 1000), lambda n: f"{n:,} x {100 * n:,}"),
    "cleaning, rows": (cleaning, (1_000, 10_000, 100_000), lambda n: f"{n:,}"),
    "table of agreement, models": (tables, (5, 10, 20), str),
    "figure of agreement, models (by the clock, with the browser's start)": (figure, (5, 10, 20), str),
}


def growth() -> Iterator[str]:
    yield "| what | small | middle | large |"
    yield "| --- " * 4 + "|"
    for name, (make, sizes, said) in GROWING.items():
        cells = []
        for size in sizes:
            work = make(size)
            clock = time.perf_counter if make is figure else time.process_time
            started = clock()
            work()
            cells.append(f"{said(size)}: {clock() - started:.2f} s")
        yield f"| {name} | {' | '.join(cells)} |"


def main() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name, table in {"bad-inputs": bad_inputs, "growth": growth}.items():
        lines = []
        for line in table():
            print(line, flush=True)
            lines.append(line)
        mark = rf"(<!-- numbers: {name} -->\n).*?(<!-- /numbers -->)"
        text = re.sub(
            mark, lambda found, lines=lines: found[1] + "\n".join(lines) + "\n" + found[2], text, flags=re.DOTALL
        )
    if "--write" in sys.argv[1:]:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

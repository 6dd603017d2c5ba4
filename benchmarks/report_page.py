"""How heavy the report page is, and how long it takes to build: `python benchmarks/report_page.py [--keep FOLDER]`.

A run of 6 models, 10 temperatures, 100 questions and 16 samples: 96,000 completions of 800 characters, written here
with new numbers in every line, so that they compress no better than real ones. Prints the time of the two stages that
read the completions and scores, and the size of the folder beside that of the texts.
"""

import argparse
import csv
import itertools
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from finmath_grpo.evaluation.scores import COLUMNS, OUTCOMES

ROOT = Path(__file__).parents[1]
MODELS = {f"model-{number}": f"Model {number}" for number in range(6)}
TEMPERATURES = [place / 10 for place in range(1, 11)]
QUESTIONS, SAMPLES = 100, 16
LEXICON = (
    "anapara faiz oranı yıllık bileşik basit iskonto taksit ödeme tutar vade ay yıl kalan borç toplam değer indirim "
    "zam fiyat maliyet kâr zarar önce sonra ise bulunur hesaplanır çarpılır bölünür eklenir çıkarılır dönem sonu"
)
WORDS = LEXICON.split()
TARGETS = {"MB": 60.0, "seconds": 15.0}


def completion(draw: random.Random) -> str:
    """A working of 800 characters: sentences, and five sums of which one in five does not hold."""
    lines = ["<matematik>"]
    for _ in range(5):
        lines.append(" ".join(draw.choices(WORDS, k=17)) + ".")
        one, other = draw.randint(2, 99999), draw.randint(2, 99)
        value = one * other + (draw.random() < 0.2) * draw.randint(1, 9)
        stated = f"{one:,} × {other} = {value:,}".replace(",", ".")
        lines.append(f"{' '.join(draw.choices(WORDS, k=2))}: {stated}")
    text = "\n".join([*lines, "</matematik>\n<cevap>\n"])
    return f"{text}{draw.randint(1, 10**6)}\n</cevap>\n"


def write_run(folder: Path) -> int:
    """Write the files that the page is built from; the number of characters of all completions."""
    draw = random.Random(1)
    questions = [
        {
            "id": f"q-{number:03d}", "unit": "Faiz", "family": f"f-{number % 9}", "question": f"{number} TL kaç eder?",
            "answer": "10", "answer_unit": "TL", "value": "10", "difficulty": "easy",
        }
        for number in range(QUESTIONS)
    ]  # fmt: skip
    (folder / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in questions), encoding="utf-8")
    characters = 0
    with (folder / "scores.csv").open("w", encoding="utf-8", newline="") as scores:
        table = csv.DictWriter(scores, COLUMNS)
        table.writeheader()
        for model in MODELS:
            with (folder / f"{model}.jsonl").open("w", encoding="utf-8") as file:
                cells = itertools.product(TEMPERATURES, questions, range(SAMPLES))
                for temperature, question, sample in cells:
                    text = completion(draw)
                    characters += len(text)
                    right = draw.random() < 0.5
                    outcome = "right" if right else OUTCOMES[4]
                    cell = {"model": model, "test": "t1", "temperature": temperature, "sample": sample}
                    row = {**cell, "question_id": question["id"]}
                    file.write(json.dumps({**row, "text": text, "tokens": 300, "finish": "stop"}) + "\n")
                    marks = dict.fromkeys(COLUMNS, int(right)) | row
                    table.writerow(
                        marks | {"outcome": outcome, "extracted": "1", "gold": "10", "value": "10", "tokens": 300}
                    )
    return characters


def timed(module: str, *words: object) -> tuple[float, float]:
    """Run a stage of the report; its wall seconds, and those of the processor, which other work does not stretch."""
    begun, used = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", f"finmath_grpo.report.{module}", *map(str, words)]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(ROOT / "src")})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.monotonic() - begun, after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime


def build(folder: Path) -> dict[str, tuple[float, float]]:
    """Build the page of the files in `folder`; the seconds of each stage, as :func:`timed` has them."""
    report = folder / "report"
    scored = ["--models", json.dumps(MODELS), "--test", folder / "test.jsonl", "--scores", folder / "scores.csv"]
    scored += ["--completions", *(folder / f"{model}.jsonl" for model in MODELS)]
    (folder / "claims.json").write_text("[]")
    (folder / "claims.yaml").write_text("[]")
    # Tables as of the post's numbers: what is measured here is the reader.
    (folder / "accuracy.csv").write_text("test,model,temperature,scorer,n,correct,accuracy,low,high,interval\n")
    (folder / "any_temperature.csv").write_text("test,model,scorer,n,correct,accuracy,low,high\n")
    others = ["--experiment", "bench", "--kind", "run", "--confidence", 0.95, "--claims", folder / "claims.json"]
    others += ["--claim-list", folder / "claims.yaml", "--page", report / "index.html"]
    others += ["--tables", folder / "accuracy.csv", folder / "any_temperature.csv"]
    timed("scripts", "--script", report / "report.js", "--style", report / "report.css")
    return {
        "texts": timed("texts", *scored, "--data", report / "data"),
        "page": timed("build", *scored, *others),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, help="leave run and page in this folder, to open it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        characters = write_run(folder)
        seconds = build(folder)
        size = sum(path.stat().st_size for path in (folder / "report").rglob("*") if path.is_file()) / 1e6
    count = len(MODELS) * len(TEMPERATURES) * QUESTIONS * SAMPLES
    print(f"{count} completions of {characters / count:.0f} characters, {characters / 1e6:.1f} M characters in all")
    for place, clock in enumerate(("wall", "processor")):
        parts = ", ".join(f"{stage} {spent[place]:.1f} s" for stage, spent in seconds.items())
        together = sum(spent[place] for spent in seconds.values())
        print(f"{clock}: {parts}, together {together:.1f} s (aim: {TARGETS['seconds']:.0f})")
    print(f"folder {size:.1f} MB (aim: {TARGETS['MB']:.0f}), {1e6 * size / characters:.2f} of the characters")


if __name__ == "__main__":
    main()

"""Write the texts that the page shows: `python -m finmath_grpo.report.texts`.

Every completion of T1 with its outcome and its sums done again, and a sample of what was written in training. The
files are few and always the same ones, so that the workflow knows them: `completions/00.js` to `completions/15.js`, of
every sixteenth question each, and `training.js`. Each question is compressed by itself, and the page inflates the one
that it shows. Same input, same bytes.
"""

import argparse
import gc
import json
from pathlib import Path
from typing import Any

from finmath_grpo.errors import run_stage
from finmath_grpo.files import read_jsonl
from finmath_grpo.questions.rows import Question
from finmath_grpo.report.packing import packed, write_data
from finmath_grpo.report.reader import question_texts, read_evaluation
from finmath_grpo.report.rollouts import sample
from finmath_grpo.workflow.paths import TEXT_FILES


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=json.loads, required=True, help="JSON: display label by model id, in order")
    parser.add_argument("--test", type=Path, required=True, help="test.jsonl")
    parser.add_argument("--scores", type=Path, required=True, help="scores.csv")
    parser.add_argument("--completions", type=Path, nargs="*", default=[], help="one JSON Lines file per model")
    parser.add_argument("--train", type=Path, nargs="?", help="train.jsonl, if there are rollouts")
    parser.add_argument("--rollouts", type=Path, nargs="*", default=[], help="training/{model}/completions.jsonl.zst")
    parser.add_argument("--data", type=Path, required=True, help="folder to write")
    options = parser.parse_args()

    # Hundreds of thousands of texts, none of which goes before the end: to look for some took a fifth of the time.
    gc.disable()
    evaluation = read_evaluation(options.test, options.scores, options.completions, list(options.models))
    train = {row.id: row for row in read_jsonl(options.train, Question)} if options.train else {}
    runs = {path.parent.name: sample(path, train) for path in options.rollouts}
    files: list[dict[int, str]] = [{} for _ in range(TEXT_FILES)]
    for place, texts in enumerate(question_texts(evaluation)):
        files[place % TEXT_FILES][place] = packed(texts)
    for number, content in enumerate(files):
        write_data(options.data / f"completions/{number:02d}.js", f"completions/{number:02d}", content)
    training: dict[str, Any] = {
        model: {"steps": [step["step"] for step in steps], "texts": packed(steps)} for model, steps in runs.items()
    }
    write_data(options.data / "training.js", "training", training)


if __name__ == "__main__":
    run_stage(main)

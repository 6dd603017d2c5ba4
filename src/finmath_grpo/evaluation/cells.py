"""Cells of completions by one model: all of a test at one temperature, or a part of those of some of its questions.

A finished cell is kept in a store outside the declared outputs, under a hash of everything that changes its text:
weights, prompt tokens, sampling settings, engine, its version and the code of the stage. So a new temperature generates
that temperature only, and a killed job goes on from its finished cells, with either engine: each is written as it ends.
A cell says whose it is and what it holds; one that does not fit is generated again.
"""

import argparse
import importlib
import importlib.metadata
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from transformers import PreTrainedTokenizerBase

from finmath_grpo.errors import UserError
from finmath_grpo.evaluation.engine import Generate, Output, Request, completion_seed
from finmath_grpo.evaluation.settings import EvaluationSettings
from finmath_grpo.files import digest, sha256, write_jsonl
from finmath_grpo.gpu_environment import require, set_environment
from finmath_grpo.models.stop_tokens import stop_tokens
from finmath_grpo.questions.rows import Question


class Asked(NamedTuple):
    """The model that is asked, and where its completions are kept."""

    name: str
    """In the config."""
    weights: list[Path]
    """Its manifest, or those of base and adapter."""
    device: str
    code: str
    """The fingerprint of the stage."""
    cache: Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of every stage that samples."""
    parser.add_argument("--prompt", required=True, help="PromptSettings as JSON")
    parser.add_argument("--device", required=True)
    parser.add_argument("--code", required=True, help="fingerprint of this stage's code")
    parser.add_argument("--model", required=True, help="the model's name in the config")
    parser.add_argument(
        "--weights", type=Path, nargs="+", required=True, help="manifest of the model, or of base, adapter"
    )
    parser.add_argument("--cache", type=Path, required=True, help="store of finished cells, safe to delete")
    parser.add_argument("--completions", type=Path, required=True)


def asked_model(arguments: argparse.Namespace) -> Asked:
    """The model of the arguments."""
    return Asked(arguments.model, arguments.weights, arguments.device, arguments.code, arguments.cache)


def prepare(engine: str) -> None:
    """What an engine needs before it is imported. Raises UserError where it can't run here."""
    if engine == "vllm":
        set_environment()
        require("evaluation.engine: vllm", "vllm")


def load_engine(manifests: list[Path], device: str, settings: EvaluationSettings) -> Generate:
    """The engine that the settings name, with the model loaded; the other engine's module is not imported."""
    module = importlib.import_module(f"finmath_grpo.evaluation.{settings.engine}_engine")
    generate: Generate = getattr(module, f"{settings.engine}_engine")(manifests, device, settings)
    return generate


@dataclass(frozen=True)
class Cell:
    """Completions of some questions of a test at one temperature, from number `first` on."""

    test: str
    temperature: float
    settings: EvaluationSettings
    questions: list[Question]
    prompts: list[tuple[int, ...]]
    """Token ids, one prompt per question."""
    first: int = 0
    """The number of the first of the `settings.samples` completions of each question."""

    @property
    def samples(self) -> range:
        """The numbers of the completions of each question."""
        return range(self.first, self.first + self.settings.samples)

    def requests(self) -> list[Request]:
        """Question by question, sample by sample."""
        return [
            Request(tokens, self.temperature, completion_seed(question.id, self.temperature, sample))
            for question, tokens in zip(self.questions, self.prompts, strict=True)
            for sample in self.samples
        ]

    def rows(self, model: str, completions: list[Output]) -> Iterator[dict[str, Any]]:
        """The rows of the completions of :meth:`requests`."""
        names = ((question.id, sample) for question in self.questions for sample in self.samples)
        for (question_id, sample), done in zip(names, completions, strict=True):
            yield {
                "model": model,
                "test": self.test,
                "question_id": question_id,
                "temperature": self.temperature,
                "sample": sample,
                "text": done.text,
                "tokens": done.tokens,
                "finish": done.finish,
            }


def cell_file(model: Asked, ends: list[int], cell: Cell) -> Path:
    """Where the completions of a cell are kept, named by a hash of everything that changes their text."""
    key = digest(
        {
            "weights": [sha256(manifest) for manifest in model.weights],
            "questions": [question.id for question in cell.questions],
            "prompts": cell.prompts,
            "ends": ends,
            "temperature": cell.temperature,
            "sampling": cell.settings.model_dump(mode="json", exclude={"temperatures"}),
            "first": cell.first,
            "device": model.device,
            "code": model.code,
            "versions": {name: importlib.metadata.version(name) for name in (cell.settings.engine, "torch")},
        }
    )
    return model.cache / f"{key[:32]}.jsonl"


def write_cell(path: Path, rows: list[dict[str, Any]]) -> None:
    """Keep the rows of a cell, below a line that says of which cell they are and what their hash is."""
    write_jsonl(path, [{"cell": path.stem, "rows": digest(rows)}, *rows])


def read_cell(path: Path, model: str, test: str) -> list[dict[str, Any]] | None:
    """The rows of a kept cell, under the names of model and test here: elsewhere the same texts may have others.

    None where there is no such cell; also, with a word, where the file is torn, edited, or another cell.
    """
    try:
        first, *rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
        fault = None
        if first["cell"] != path.stem:
            fault = f"is the cell {first['cell']}"
        elif first["rows"] != digest(rows):
            fault = "its rows are not those that were generated"
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        fault = f"can't be read as a cell ({error})"
    if fault:
        print(f"{path}: {fault}; it is generated again", flush=True)
        return None
    return [{**row, "model": model, "test": test} for row in rows]


def check_texts(model: str, rows: list[dict[str, Any]]) -> None:
    """Raise UserError for a model that wrote nothing at all."""
    if rows and not any(row["text"].strip() for row in rows):
        raise UserError(
            f"{model}: all of its {len(rows)} completions are empty, so there is nothing to score; see whether its"
            " training diverged (the loss in its log) and whether its chat template ends in an open turn"
        )


def completed(cells: Sequence[Cell], tokenizer: PreTrainedTokenizerBase, model: Asked) -> list[dict[str, Any]]:
    """The rows of all cells, in their order. Finished cells are taken from the cache, the others are kept there.

    `tokenizer` is the model's. All cells have the engine settings of the first.
    """
    ends = stop_tokens(model.weights[0].parent, tokenizer)
    files = [cell_file(model, ends, cell) for cell in cells]
    kept = [read_cell(file, model.name, cell.test) for cell, file in zip(cells, files, strict=True)]
    missing = [place for place, rows in enumerate(kept) if rows is None]
    print(f"{len(files) - len(missing)} of {len(files)} cells are kept from before")
    if missing:
        generate = load_engine(model.weights, model.device, cells[0].settings)
        completions = generate([cells[place].requests() for place in missing])
        for place, done in zip(missing, completions, strict=True):
            kept[place] = rows = list(cells[place].rows(model.name, done))
            write_cell(files[place], rows)
    found = [row for rows in kept for row in rows or []]
    check_texts(model.name, found)
    return found

"""A new experiment on a model of yours: `python -m finmath_grpo.new mine --base OWNER/NAME --method grpo`.

It writes `config/mine.yaml`, which is `open` with your model, and `config/mine-trial.yaml`, the same in the small:
three test questions and two steps of training. The trial is run at once, from the model's files to the scores, on the
processor. What came out is printed: which tokens a prompt becomes, how large the model is, its licence, and the three
answers. Nothing long starts. docs/your-model.md has an example.
"""

import argparse
import csv
import json
import os
import re
import struct
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import Any

import yaml
from huggingface_hub import HfApi

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import atomic_write
from finmath_grpo.models import hub_errors
from finmath_grpo.models.folder import files_of
from finmath_grpo.models.stop_tokens import stop_tokens
from finmath_grpo.models.weights import load_tokenizer
from finmath_grpo.prompts import PromptSettings, chat_tokens, prompt_messages
from finmath_grpo.workflow.experiments import fault_of_name, load
from finmath_grpo.workflow.machine import gpu_visible

FROM = "open"
"""The experiment that the new one extends."""
GB = 10**9
LONGEST = 60
"""Characters of the model's name in labels; those that stand after it fit too."""
TRIAL = """\
questions: data/raw/questions.jsonl
tests: {t2: null, t3: null}
validation: null
device: cpu
needs: null
split: {test: 3, seed: 1}
training:
  grpo:
    engine: trl
    optimizer_steps: 2
    max_steps: 2
    num_generations: 2
    per_device_train_batch_size: 2
    gradient_accumulation_steps: 1
    steps_per_generation: 1
    max_completion_length: 32
    gradient_checkpointing: false
    save_steps: 1
    beta: 0.0
merge: {prompts: 2, max_new_tokens: 8}
evaluation:
  engine: transformers
  temperatures: [0.7]
  samples: 1
  max_new_tokens: 96
  batch_size: 3
statistics: {bootstrap_draws: 100, contrasts: [[grpo, base]], panel: [base, grpo]}
"""
"""What the trial has otherwise than `open`."""


def entries(base: str, revision: str) -> dict[str, Any]:
    """The models of the new experiment, as changes of those of `open`."""
    name = Path(base).name
    shown = name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
    if Path(base).is_dir():
        files_of(Path(base))
        given = {"method": "folder", "folder": base, "repository": None, "revision": None}
    elif re.fullmatch(r"[\w.-]+/[\w.-]+", base):
        given = {"repository": base, "revision": revision}
    else:
        raise UserError(f"--base {base}: neither a folder here nor a name on the Hub; expected OWNER/NAME")
    return {
        "base": {"label": shown, **given},
        "grpo": {"label": f"{shown} + GRPO"},
        "grpo-fixed": {"label": f"{shown} + GRPO fixed"},
        "grpo-adapter": {"label": f"{shown} + GRPO, not merged"},
    }


ESTIMATED = "# Estimated from the size of the model, in GB.\nneeds: "
NEEDS = re.compile(rf"{re.escape(ESTIMATED)}[^\n]*\n\Z")


def write_configs(name: str, base: str, revision: str) -> tuple[Path, Path]:
    """Write the two configs.

    Raises UserError for a name that no experiment may have, and where there is a config already, unless it is the one
    that the same command left when it was killed.
    """
    for wanted in (name, f"{name}-trial"):
        if fault := fault_of_name(wanted):
            raise UserError(f"{wanted!r}: {fault}; take another name")
    whole, trial = Path("config", f"{name}.yaml"), Path("config", f"{name}-trial.yaml")
    models = entries(base, revision)
    device = {} if gpu_visible() else on_processor()
    schema = "# yaml-language-server: $schema=schema.json\n"
    less = yaml.safe_load(TRIAL)
    words = f"{schema}# `{name}` in the small: three questions from end to end. Delete it when you like.\n"
    of_trial = {"models": {**models, "grpo-fixed": None, "grpo-adapter": None}, **less}
    texts = {
        whole: text(f"{schema}# {base}, trained and evaluated as `{FROM}` does.\n", {"models": models, **device}),
        trial: text(words, of_trial),
    }
    ended = Path("results", trial.stem, "scores.csv").exists()
    for path, content in texts.items():
        if path.exists() and (ended or NEEDS.sub("", path.read_text(encoding="utf-8", errors="replace")) != content):
            results = Path("results", trial.stem)
            also = f" and {results}" if ended else ""
            raise UserError(f"{path}: is there already; take another name, or delete it{also}")
    with deleted_on_failure(whole, trial):
        for path, content in texts.items():
            with atomic_write(path) as file:
                file.write(content)
        for path in (whole, trial):
            load(path)
    return whole, trial


@contextmanager
def deleted_on_failure(*configs: Path) -> Iterator[None]:
    """Delete the configs where the block fails or is stopped, so that the same command can be given again."""
    try:
        yield
    except BaseException:
        for path in configs:
            path.unlink(missing_ok=True)
        raise


def on_processor() -> dict[str, Any]:
    """What has to differ where no GPU is visible."""
    return {"device": "cpu", "training": {"grpo": {"engine": "trl"}}, "evaluation": {"engine": "transformers"}}


def text(words: str, content: dict[str, Any]) -> str:
    """A config that extends `open`, under a comment."""
    return words + yaml.safe_dump({"extends": FROM, **content}, allow_unicode=True, sort_keys=False)


def build(*targets: str) -> None:
    """Run the DAG for some targets, its words to the terminal. Raises UserError where it fails."""
    done = subprocess.run([sys.executable, "-m", "snakemake", "--cores", "all", *targets], check=False)
    if done.returncode:
        raise UserError(
            "the trial did not go through (see above), so its configs were deleted; the same command goes on from where"
            " it stopped"
        )


def sizes(folder: Path) -> tuple[int, int]:
    """Parameters of a model, and bytes of its weights as stored, from the heads of its safetensors files."""
    parameters = stored = 0
    for path in sorted(folder.glob("*.safetensors")):
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            tensors = json.loads(file.read(length))
        parameters += sum(prod(entry["shape"]) for name, entry in tensors.items() if name != "__metadata__")
        stored += path.stat().st_size
    return parameters, stored


def memory(parameters: int) -> dict[str, float]:
    """What the long run needs, in GB, as estimated: the weights in bfloat16 three times on a GPU, and never less than
    `open` states. `paper` (8 B parameters, 48 GB) and `open` (24 GB) are reckoned so too. docs/rehearsal.md
    says what the training of `paper` took."""
    weights = 2 * parameters / GB
    return {
        "memory": max(16.0, round(3 * weights)),
        "disk": max(10.0, round(8 * weights)),
        "gpu": max(24.0, round(3 * weights)),
    }


def tokens_of_prompt(folder: Path, question: str) -> list[str]:
    """Lines that say exactly which tokens a prompt becomes. Raises UserError for a template that can't be used."""
    tokenizer = load_tokenizer(folder / "MANIFEST.sha256")
    ids = chat_tokens(tokenizer, prompt_messages(PromptSettings(), question))
    bos = tokenizer.bos_token_id
    count = "its tokenizer has none" if bos is None else f"{ids.count(bos)} of {tokenizer.bos_token!r}"
    ends = ", ".join(repr(tokenizer.convert_ids_to_tokens(end)) for end in stop_tokens(folder, tokenizer))
    return [
        f"{len(ids)} tokens; beginning-of-sequence tokens: {count}; a completion ends at {ends}",
        *(f"  {place:>4}  {token:>7}  {tokenizer.decode([token])!r}" for place, token in enumerate(ids)),
    ]


def licence(base: str, revision: str) -> str:
    """What the model's card says of its licence."""
    if Path(base).is_dir():
        card = Path(base, "README.md")
        text = card.read_text(encoding="utf-8", errors="replace") if card.is_file() else ""
        found = re.search(r"\A---\n.*?^license: *(\S+)", text, flags=re.M | re.S)
        stated = found[1] if found else None
    else:
        with hub_errors.told(base, revision):
            data = HfApi().model_info(base, revision=revision).card_data
        stated = getattr(data, "license", None)
    if stated is None:
        return "its card states none; find out before you share what you train from it"
    return f"{stated}, says its card; what you train from it is under the same, so read it before you share that"


def answers(run: Path) -> Iterable[str]:
    """What each model of the trial wrote to the three questions, and how it was scored."""
    with (run / "scores.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found = f"{row['outcome']}; right is {row['gold']}, it said {row['extracted']!r:.70}"
            yield f"  {row['model']:<5} {row['question_id']}: {found}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", help="of the experiment: config/NAME.yaml")
    parser.add_argument("--base", required=True, help="a chat model: OWNER/NAME on the Hub, or a folder here")
    parser.add_argument("--revision", default="main", help="of the Hub: a branch, a tag or a commit")
    parser.add_argument("--method", choices=["grpo"], default="grpo", help="how it is trained")
    options = parser.parse_args()
    if not Path("Snakefile").is_file():
        raise UserError("run this in the project's root folder (where the Snakefile is)")
    whole, trial = write_configs(options.name, options.base, options.revision)
    with deleted_on_failure(whole, trial):
        try_out(whole, trial, options.base, options.revision)


def try_out(whole: Path, trial: Path, base: str, revision: str) -> None:
    """Run the trial and print what came out. Raises UserError where a part of it fails."""
    print(f"Wrote {whole} and {trial}.\n\nLicence: {licence(base, revision)}\n", flush=True)
    run = Path("results", trial.stem)
    build(str(run / "models/base/MANIFEST.sha256"), str(run / "data/test.jsonl"))
    with (run / "data/test.jsonl").open(encoding="utf-8") as file:
        question = json.loads(file.readline())["question"]
    print("\nThe prompt:", *tokens_of_prompt(run / "models/base", question), sep="\n")
    parameters, stored = sizes(run / "models/base")
    needs = memory(parameters)
    print(
        f"\nSize: {parameters / 1e6:,.0f} M parameters, {stored / GB:.2f} GB of weights. The long run needs about",
        end=" ",
    )
    print(
        ", ".join(f"{value:g} GB of {'GPU memory' if what == 'gpu' else what}" for what, value in needs.items()),
        "(estimated).\n",
        flush=True,
    )
    write_needs(whole, needs if gpu_visible() else {**needs, "gpu": 0})
    build(str(run / "scores.csv"))
    print("\nThree questions from end to end:", *answers(run), sep="\n")
    print(f"\nIts files lie in {run}. The long run: snakemake --cores all {whole.stem}")
    if not gpu_visible():
        print(f"No GPU is visible, so {whole} asks for none: days, but for the smallest models.")


def write_needs(path: Path, needs: dict[str, float]) -> None:
    """Say in a config what its run needs of a machine."""
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{ESTIMATED}{json.dumps(needs)}\n")


if __name__ == "__main__":
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    run_stage(main)

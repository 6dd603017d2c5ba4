"""Upload a trained model, or its adapter alone, to a repository of the Hugging Face Hub. Nothing else ever does.

    python -m finmath_grpo.sharing.push results/small llama-grpo --to OWNER/NAME --dry-run
    python -m finmath_grpo.sharing.push results/small llama-grpo --to OWNER/NAME
    python -m finmath_grpo.sharing.push results/small llama-grpo --to OWNER/NAME-adapter --adapter

What goes up: the files of the model's manifest, each checked against its hash, the card, and the results. The card is
that of the experiment's export, which has to be built first. `--dry-run` says what would go up, and asks nobody. The
token is that of `hf auth login`, or HF_TOKEN. A repository that is not there is made, private without `--public`.
"""

import argparse
import json
import re
from pathlib import Path

import yaml

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.models import hub_errors
from finmath_grpo.models.manifest import read_manifest, verified_directory
from finmath_grpo.sharing.results import TASKS

RESULTS = ".eval_results/finmath-tr.yaml"
CONFIG = "adapter_config.json"


def uploads(run: Path, model: str, adapter: bool) -> dict[str, Path | bytes]:
    """What goes up, by its name in the repository. Raises UserError for a model that has no card or is not whole."""
    manifest = run / ("training" if adapter else "models") / model / "MANIFEST.sha256"
    if not manifest.is_file():
        raise UserError(
            f"{manifest}: is not there, so that there are no weights to upload. Only a run that trains the model"
            " (`small`, for one) writes them here; a record and `published` have none"
        )
    shared = run / "export/hub" / model
    card = shared / ("adapter.md" if adapter else "README.md")
    if not card.is_file():
        export = run / "export/MANIFEST.sha256"
        build = "" if export.is_file() else f". Build it by `snakemake --cores all {export}`"
        raise UserError(f"{card}: is not there; only models that the experiment trained have one{build}")
    folder = verified_directory(manifest, anew=True)
    found: dict[str, Path | bytes] = {name: folder / name for name in sorted(read_manifest(manifest))}
    if CONFIG in found:
        found[CONFIG] = without_local_paths(folder / CONFIG, card)
    found["README.md"] = card
    results = shared / RESULTS
    if results.is_file() and not adapter:
        tasks = {entry["dataset"]["task_id"] for entry in yaml.safe_load(results.read_text(encoding="utf-8"))}
        # An export of an older version has results of other questions too.
        if tasks <= set(TASKS.values()):
            found[RESULTS] = results
    return found


def without_local_paths(config: Path, card: Path) -> bytes:
    """The config of an adapter with its base as the Hub names it, as the card does, and not as a folder here."""
    _, head, _ = card.read_text(encoding="utf-8").split("---\n", 2)
    content = json.loads(config.read_text(encoding="utf-8"))
    content["base_model_name_or_path"] = yaml.safe_load(head).get("base_model")
    return (json.dumps(content, indent=2, sort_keys=True) + "\n").encode()


def size(content: Path | bytes) -> int:
    return len(content) if isinstance(content, bytes) else content.stat().st_size


def push(files: dict[str, Path | bytes], repository: str, public: bool, message: str) -> str:
    """Upload in one commit; its address."""
    from huggingface_hub import CommitOperationAdd, HfApi

    with hub_errors.told(repository, "main"):
        api = HfApi()
        api.create_repo(repository, private=not public, exist_ok=True)
        operations = [
            CommitOperationAdd(
                path_in_repo=name, path_or_fileobj=content if isinstance(content, bytes) else str(content)
            )
            for name, content in files.items()
        ]
        return str(api.create_commit(repository, operations, commit_message=message).commit_url)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", type=Path, help="results/{experiment}")
    parser.add_argument("model", help="a model that the experiment trained")
    parser.add_argument("--to", required=True, metavar="OWNER/NAME", help="the repository")
    parser.add_argument("--adapter", action="store_true", help="the adapter alone, not the merged model")
    parser.add_argument("--public", action="store_true", help="make a repository that is not there public")
    parser.add_argument("--dry-run", action="store_true", help="say what would go up, and end")
    options = parser.parse_args()
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", options.to):
        raise UserError(f"--to {options.to}: expected OWNER/NAME")
    files = uploads(options.run, options.model, options.adapter)
    for name, content in files.items():
        print(f"  {size(content):>15,}  {name}")
    if RESULTS not in files and not options.adapter:
        print("Without results: the questions are not those of the data set that the Hub would list them under.")
    whole = f"{len(files)} files, {sum(map(size, files.values())) / 1e9:.2f} GB"
    if options.dry_run:
        print(f"Would go to {options.to}: {whole}. Nothing was uploaded.")
        return
    what = f"{options.model}{', adapter' if options.adapter else ''} of the experiment {options.run.name}"
    print(f"{whole} went to {push(files, options.to, options.public, what)}")


if __name__ == "__main__":
    run_stage(main)

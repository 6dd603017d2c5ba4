"""Export an experiment: `python -m finmath_grpo.sharing.export`, `results/{experiment}/export/`.

    every_eval_ever/data/…           Every Eval Ever: one record per model, with one line per completion and scorer
    lm_eval/temperature-…/…          lm-evaluation-harness: results and samples
    hub/{model}/.eval_results/…      the Hugging Face Hub's results of a model's repository
    hub/{model}/README.md            the card of a model that the experiment trained; adapter.md is its adapter's
    MANIFEST.sha256                  the SHA-256 of every other file; what it does not name is deleted

docs/sharing.md says which tool reads what.
"""

import argparse
import json
from pathlib import Path

from finmath_grpo.errors import run_stage
from finmath_grpo.files import atomic_write, sha256
from finmath_grpo.sharing import card, every_eval_ever, harness, hub_results
from finmath_grpo.sharing.results import read_results, settings_of

MANIFEST = "MANIFEST.sha256"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experiment", required=True)
    parser.add_argument("--config", type=json.loads, required=True, help="the experiment's config as JSON")
    parser.add_argument("--names", nargs="+", required=True, help="the names of the tests")
    parser.add_argument("--tests", type=Path, nargs="+", required=True, help="the questions of each, in the same order")
    parser.add_argument("--completions", type=Path, nargs="+", required=True)
    parser.add_argument("--scores", type=Path, required=True)
    parser.add_argument("--accuracy", type=Path, required=True, help="statistics/accuracy.csv")
    parser.add_argument("--claims", type=Path, required=True, help="claims.json")
    parser.add_argument("--manifests", type=Path, nargs="*", default=[], help="models/{model}/MANIFEST.sha256")
    parser.add_argument("--manifest", type=Path, required=True, help="the list of files to write, in their folder")
    options = parser.parse_args()
    results = read_results(
        options.experiment,
        settings_of(options.config),
        dict(zip(options.names, options.tests, strict=True)),
        options.completions,
        options.scores,
        options.accuracy,
        {path.parent.name: sha256(path) for path in options.manifests},
    )
    folder = options.manifest.parent
    files = every_eval_ever.write(results, folder / "every_eval_ever")
    files += harness.write(results, folder / "lm_eval")
    files += hub_results.write(results, folder / "hub")
    files += card.write(results, options.config, options.claims, folder / "hub")
    remove_others(folder, files)
    with atomic_write(options.manifest) as file:
        file.writelines(f"{sha256(path)}  {path.relative_to(folder)}\n" for path in sorted(files))
    print(f"{folder}: {len(files)} files, {sum(path.stat().st_size for path in files) / 2**20:.1f} MiB")


def remove_others(folder: Path, files: list[Path]) -> None:
    """Delete what an older export left: a model that is gone must not be shared on."""
    kept = {*files, folder / MANIFEST}
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
        elif path.is_file() and path not in kept:
            path.unlink()


if __name__ == "__main__":
    run_stage(main)

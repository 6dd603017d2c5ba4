"""The numbers that the post published, as tables."""

import json
from pathlib import Path

from stages import run_stage

ROOT = Path(__file__).parents[2]
LABELS = {
    "llama-base": "Turkish-Llama-8b-DPO-v0.1",
    "llama-grpo": "LLaMA-3-8B-GRPO-Math",
    "gemma-it": "gemma-2-9b-it",
    "gemma-dpo": "Gemma-2-9b-it-TR-DPO-V1",
}


def tables_of_the_post(folder: Path, **settings: object) -> list[Path]:
    """Have the stage write them into a folder; `settings` are those of the statistics."""
    numbers = ROOT / "data" / "published" / "published.json"
    words = ("--settings", json.dumps(settings), "--labels", json.dumps(LABELS))
    done = run_stage("statistics.published", *words, "--numbers", numbers, "--tables", folder)
    assert done.returncode == 0, done.stderr
    return sorted(folder.glob("*.csv"))

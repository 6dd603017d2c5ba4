"""The rehearsal trains by settings that the stage takes: those of the experiment, for a few updates."""

from pathlib import Path

import pytest

from benchmarks import rehearsal
from finmath_grpo.training.settings import GrpoJob

SHORTER = {"shorter": {"max_completion_length": 16}}
# A CPU has no 4-bit base.
PIECES = [
    (piece, tiny) for piece in ("paper", "paper-fast", "paper-fast-48", "paper-fast@shorter") for tiny in (False, True)
]


@pytest.mark.parametrize(("piece", "tiny"), [*PIECES, ("paper-4bit", False)])
def test_every_rehearsed_training_has_settings_that_its_stage_accepts(piece: str, tiny: bool, tmp_path: Path) -> None:
    setting = rehearsal.Setting(tmp_path, tiny, memory=None, variants=SHORTER)
    settings = rehearsal.training_job(setting, piece)
    job = GrpoJob.model_validate(settings)
    known = rehearsal.experiment(piece.partition("@")[0].removesuffix("-4bit")).training.grpo
    assert known is not None
    assert job.training.learning_rate == known.learning_rate and job.training.lora == known.lora
    assert job.training.load_in_4bit == piece.endswith("-4bit")
    assert (job.training.max_completion_length == 16) == (piece.endswith("@shorter") and not tiny)
    assert 2 <= job.training.max_steps / rehearsal.updates_per_generation(settings["training"]) <= 5
    # What is recorded beside the times, also where the experiment says nothing of it.
    assert settings["training"]["shortcuts"] == list(job.training.shortcuts)

"""The order in which GRPO asks the questions, where a killed run goes on."""

import json
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from trl import GRPOTrainer


def go_on_after(trainer: GRPOTrainer, checkpoint: Path) -> None:
    """Let a run that resumes ask the questions in the order of one that was not killed.

    TRL's sampler draws an order for each epoch, and a new process would start with that of the first epoch again
    (RepeatSampler of TRL 1.16 knows no epoch). So those that were used up are drawn, and thrown away.
    """
    epochs = int(json.loads((checkpoint / "trainer_state.json").read_text(encoding="utf-8"))["epoch"])
    new_sampler = trainer._get_train_sampler

    def sampler(dataset: Dataset | None = None) -> Any:
        found = new_sampler(dataset)
        for _ in range(epochs):
            torch.randperm(found.num_samples, generator=found.generator)
        return found

    trainer._get_train_sampler = sampler

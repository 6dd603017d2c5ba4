"""How many optimizer steps the settings of GRPO come to: questions fill generations, and generations fill steps."""

import math

from finmath_grpo.errors import UserError
from finmath_grpo.training.settings import GrpoSettings


def optimizer_steps(settings: GrpoSettings, questions: int) -> int:
    """How many updates the settings come to: with the post's, 442 questions × 3 epochs = 1326.

    Raises UserError where that is not what `optimizer_steps` says, and where the questions fill no generation.
    """
    # TRL leaves out the questions of an epoch that fill no whole generation.
    batch = settings.per_device_train_batch_size * settings.processes
    a_generation = batch * settings.steps_per_generation // settings.num_generations
    if a_generation > questions:
        raise UserError(
            f"training.grpo.steps_per_generation: a generation asks {a_generation} questions and there are {questions},"
            " so that no step would be taken; lower it or per_device_train_batch_size"
        )
    if settings.max_steps > 0:
        steps = settings.max_steps
    else:
        completions = questions // a_generation * a_generation * settings.num_generations * settings.num_iterations
        batches = completions // batch
        steps = math.ceil(settings.num_train_epochs * math.ceil(batches / settings.gradient_accumulation_steps))
    if steps != settings.optimizer_steps:
        raise UserError(
            f"training.grpo.optimizer_steps: expected {settings.optimizer_steps}, but {questions} questions and the"
            f" other settings come to {steps}; correct the one that is not meant"
        )
    return steps


def shares_generations(settings: GrpoSettings) -> bool:
    """Whether several optimizer steps learn from one generation."""
    return settings.steps_per_generation * settings.num_iterations > settings.gradient_accumulation_steps

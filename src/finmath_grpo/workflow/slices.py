"""The slices of a run's config: what each stage gets of it, so that it runs again for nothing else."""

from typing import NamedTuple

from finmath_grpo.evaluation.settings import EvaluationSettings, FurtherTest, FurtherTests
from finmath_grpo.files import canonical_json
from finmath_grpo.models.settings import PretrainingJob
from finmath_grpo.settings import Settings
from finmath_grpo.training.settings import DpoJob, GrpoJob, GrpoSettings
from finmath_grpo.workflow.kinds import Dpo, Experiment, Grpo, Pretrained, Recorded, Run


def section(experiment: Experiment, name: str) -> str:
    """A section of the experiment's file as canonical JSON: the settings of one stage."""
    return _slice(getattr(experiment, name))


def deep_settings(run: Run, first: int) -> str:
    """How the questions of T1 are asked for a part of the completions of pass@k at large k, as canonical JSON."""
    assert run.deep, "the section `deep` is missing"
    (part,) = (part for part in run.deep.parts() if part.start == first)
    return _slice(run.evaluation.model_copy(update={"temperatures": (run.deep.temperature,), "samples": len(part)}))


def pretraining_settings(run: Run, model: str) -> str:
    """What the pre-training of `model` depends on, as canonical JSON."""
    entry = run.models[model]
    assert isinstance(entry, Pretrained) and run.pretraining, f"{model} is not pre-trained"
    return _slice(
        PretrainingJob(
            device=run.device,
            prompt=run.prompt,
            architecture=entry.architecture,
            seed=entry.seed,
            pretraining=run.pretraining,
        )
    )


def grpo_settings(run: Run, model: str) -> GrpoSettings:
    """The settings of the GRPO of `model`: those of the experiment, changed by its own."""
    entry = run.models[model]
    assert isinstance(entry, Grpo) and run.training.grpo, f"{model} is not trained by GRPO"
    if not entry.training:
        return run.training.grpo
    return GrpoSettings.model_validate(run.training.grpo.model_dump() | entry.training)


def training_settings(run: Run, model: str) -> str:
    """What the training of `model` depends on, as canonical JSON."""
    entry = run.models[model]
    if isinstance(entry, Grpo):
        return _slice(
            GrpoJob(
                device=run.device,
                prompt=run.prompt,
                rewards=entry.rewards,
                seed=entry.seed,
                training=grpo_settings(run, model),
            )
        )
    assert isinstance(entry, Dpo) and run.training.dpo and run.pretraining, f"{model} is not trained"
    return _slice(
        DpoJob(
            device=run.device,
            prompt=run.prompt,
            families=run.pretraining.families,
            seed=entry.seed,
            training=run.training.dpo,
        )
    )


def _slice(settings: Settings) -> str:
    return canonical_json(settings.model_dump(mode="json"))


class RunTest(NamedTuple):
    """A test of a run: its file of raw questions (None for T1, which `split` makes), and how models are asked."""

    questions: str | None
    evaluation: EvaluationSettings


def tests(run: Run) -> dict[str, RunTest]:
    """The tests of a run by name: `t1`, and of `t2` and `t3` those that it has."""
    t1 = run.evaluation
    found = {"t1": RunTest(None, t1)}
    samples = {"t2": t1.samples, "t3": 1}
    for name, test in further_tests(run).items():
        asked = {
            "temperatures": test.temperatures or (min(t1.temperatures, key=lambda t: (abs(t - 0.7), t)),),
            "samples": test.samples or samples[name],
        }
        found[name] = RunTest(test.questions, t1.model_copy(update=asked))
    return found


def names_of_tests(experiment: Experiment) -> list[str]:
    """The names of an experiment's tests, `t1` first."""
    if isinstance(experiment, Run):
        return list(tests(experiment))
    return ["t1", *experiment.tests] if isinstance(experiment, Recorded) else ["t1"]


def further_tests(run: Run) -> dict[str, FurtherTest]:
    return {name: test for name in FurtherTests.model_fields if (test := getattr(run.tests, name)) is not None}

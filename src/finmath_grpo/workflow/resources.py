"""What a job asks of the machine: GPUs, cores, memory and minutes, by experiment and model."""

from collections.abc import Callable, Mapping

from finmath_grpo.workflow import cluster, slices
from finmath_grpo.workflow.kinds import Experiment, Run
from finmath_grpo.workflow.wildcards import Wildcards, run_of


class JobResources:
    """The functions for `threads:` and `resources:` of the rules up to completions. Only a `run` has such jobs."""

    def __init__(self, experiments: Mapping[str, Experiment]) -> None:
        self.experiments = experiments
        self.jobs_per_gpu: Callable[[], int] = lambda: 1
        """How many jobs of the run may share a GPU, as `rules/machine.smk` finds."""

    def gpus(self, wildcards: Wildcards) -> int:
        """How many GPUs a job asks for; as many jobs run at once as `--resources gpu` allows."""
        return int(self._run(wildcards).device == "cuda")

    def all_jobs_of_a_gpu(self, wildcards: Wildcards) -> int:
        """Of pre-training, which has to be alone: two side by side on an H100 ended one in a CUDA launch failure."""
        return self.gpus(wildcards) * self.jobs_per_gpu()

    def gpus_of_generation(self, wildcards: Wildcards) -> int:
        return self.gpus(wildcards) * self._run(wildcards).evaluation.tensor_parallel_size

    def gpus_of_grpo(self, wildcards: Wildcards) -> int:
        return self.gpus(wildcards) * self._processes(wildcards)

    def gpus_asked(self, rule: str, wildcards: Wildcards) -> int:
        """How many GPUs a planned job needs by its settings; Snakemake lowers that to what the run may use."""
        asks = {
            **dict.fromkeys(("pretrain", "dpo", "merge"), self.gpus),
            **dict.fromkeys(("generate", "sample_deep"), self.gpus_of_generation),
            "grpo": self.gpus_of_grpo,
        }
        return asks[rule](wildcards) if rule in asks else 0

    def cpus(self, wildcards: Wildcards) -> int:
        """CPU cores that a job may use: one on a CPU, where more would change the order of sums and so the bytes."""
        return 12 if self.gpus(wildcards) else 1

    def cpus_of_grpo(self, wildcards: Wildcards) -> int:
        return self.cpus(wildcards) * self._processes(wildcards)

    def memory_mb(self, wildcards: Wildcards) -> int:
        return cluster.memory_mb(self._run(wildcards).needs)

    def memory_mb_of_grpo(self, wildcards: Wildcards) -> int:
        return self.memory_mb(wildcards) * self._processes(wildcards)

    def minutes(self, wildcards: Wildcards) -> int:
        return cluster.minutes(self._run(wildcards).needs)

    def _run(self, wildcards: Wildcards) -> Run:
        return run_of(self.experiments, wildcards)

    def _processes(self, wildcards: Wildcards) -> int:
        return slices.grpo_settings(self._run(wildcards), wildcards.model).processes

"""One stage as the rehearsal runs it: `python benchmarks/rehearsed_stage.py [--gib G] MODULE ARGUMENTS…`.

The stage is the project's own module, with five things changed in this process alone:

* Rewards are a hash of the text, so that groups of random completions differ and there is a gradient.
* With `--gib`, torch says that the card has that much memory. (`rehearsal.py` holds the rest in another process.)
* The time of each `vllm.LLM.generate` is written to the file that `REHEARSAL_TIMES` names, one number per line.
* With `engine: trl`, the time of each phase of a generation and its updates is written to the file that
  `REHEARSAL_PHASES` names, one JSON object per generation, in seconds.
* With `REHEARSAL_COMPILATION` 3, vLLM compiles as it does by default.
"""

import functools
import hashlib
import json
import os
import runpy
import sys
import time
from pathlib import Path
from typing import Any


def hashed(name: str) -> Any:
    """A reward of this name: 0 to 2, a pure function of the completion."""

    def reward(completions: list[Any], **_: Any) -> list[float]:
        time_generation()
        return [hashlib.sha256(f"{name} {text!r}".encode()).digest()[0] / 127.5 for text in completions]

    reward.__name__ = name
    return reward


def time_generation() -> None:
    """Time every later call of `vllm.LLM.generate`."""
    vllm, file = sys.modules.get("vllm"), os.environ.get("REHEARSAL_TIMES")
    if vllm is None or file is None or getattr(vllm.LLM.generate, "timed", False):
        return
    original = vllm.LLM.generate

    def generate(*arguments: Any, **settings: Any) -> Any:
        started = time.perf_counter()
        outputs = original(*arguments, **settings)
        with Path(file).open("a") as times:
            times.write(f"{time.perf_counter() - started:.3f}\n")
        return outputs

    generate.timed = True  # type: ignore[attr-defined]
    vllm.LLM.generate = generate


VALIDATION = "validation"
"""A phase that is counted as a whole."""


class Phases:
    """Seconds of each phase since the last generation began, without those of the phases inside it."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.seconds: dict[str, float] = {}
        self.inside: list[float] = []
        self.began: float | None = None
        self.scoring = False
        self.validating = False

    def now(self) -> float:
        """The time at which all that was asked of the GPU is done."""
        import torch

        if torch.cuda.is_available():
            torch.cuda.synchronize()
        return time.perf_counter()

    def generation(self) -> None:
        """Write what was measured since the last generation began, if one did, and begin anew."""
        now = self.now()
        if self.began is not None:
            named = {name: round(value, 3) for name, value in self.seconds.items()}
            whole = now - self.began
            row = {"whole": round(whole, 3), **named, "rest": round(whole - sum(self.seconds.values()), 3)}
            with self.file.open("a") as times:
                times.write(f"{json.dumps(row)}\n")
        self.began, self.seconds = now, {}

    def timed(self, owner: Any, method: str, phase: Any) -> None:
        """Time every call of a method; `phase` is its name, or gives it as the call begins (None: not timed)."""
        original = getattr(owner, method)

        @functools.wraps(original)
        def call(*arguments: Any, **settings: Any) -> Any:
            name = phase() if callable(phase) else phase
            if name is None or self.began is None or self.validating:
                return original(*arguments, **settings)
            self.validating = name == VALIDATION
            started = self.now()
            self.inside.append(0.0)
            try:
                return original(*arguments, **settings)
            finally:
                self.validating = False
                took = self.now() - started
                self.seconds[name] = self.seconds.get(name, 0.0) + took - self.inside.pop()
                if self.inside:
                    self.inside[-1] += took

        setattr(owner, method, call)


def time_phases(file: Path) -> None:
    """Time the phases of TRL's trainer."""
    from accelerate import Accelerator
    from accelerate.optimizer import AcceleratedOptimizer
    from trl import GRPOTrainer
    from trl.generation.vllm_generation import VLLMGeneration

    from finmath_grpo.training.validation import Validation

    phases = Phases(file)
    phases.timed(GRPOTrainer, "training_step", "forward and backward")
    phases.timed(GRPOTrainer, "_generate_single_turn", "generate")
    phases.timed(VLLMGeneration, "sync_weights", "sync")
    # Log-probabilities of the update count as forward and backward.
    phases.timed(
        GRPOTrainer,
        "_get_per_token_logps_and_entropies",
        lambda: "log-probabilities" if phases.scoring else None,
    )
    phases.timed(Validation, "measured", VALIDATION)
    phases.timed(GRPOTrainer, "_generate_and_score_completions", "rewards and tensors")
    phases.timed(Accelerator, "clip_grad_norm_", "optimizer")
    phases.timed(AcceleratedOptimizer, "step", "optimizer")
    phases.timed(GRPOTrainer, "log", "log")
    score = GRPOTrainer._generate_and_score_completions

    def begin(self: Any, inputs: Any) -> Any:
        phases.generation()
        phases.scoring = True
        try:
            return score(self, inputs)
        finally:
            phases.scoring = False

    GRPOTrainer._generate_and_score_completions = begin

    # The last generation ends with the training, before the base is hashed.
    train = GRPOTrainer.train

    def to_the_end(self: Any, *arguments: Any, **settings: Any) -> Any:
        found = train(self, *arguments, **settings)
        phases.generation()
        phases.began = None
        return found

    GRPOTrainer.train = to_the_end


class Smaller:
    """Properties of a card with another size of its memory."""

    def __init__(self, properties: Any, size: int) -> None:
        self.properties, self.total_memory = properties, size

    def __getattr__(self, name: str) -> Any:
        return getattr(self.properties, name)


def pretend(gib: float) -> None:
    """Let torch report a card of `gib` GiB."""
    import torch

    size = int(gib * 2**30)
    free, properties = torch.cuda.mem_get_info, torch.cuda.get_device_properties
    torch.cuda.mem_get_info = lambda *device: (min(free(*device)[0], size), size)
    # What vLLM asks.
    torch.accelerator.get_memory_info = torch.cuda.mem_get_info
    torch.cuda.get_device_properties = lambda *device: Smaller(properties(*device), size)


def main() -> None:
    # The folder of this file, whose statistics.py would stand in the way of Python's.
    del sys.path[0]
    arguments = sys.argv[1:]
    if arguments[0] == "--gib":
        pretend(float(arguments[1]))
        arguments = arguments[2:]
    from finmath_grpo import gpu_environment, rewards

    for name in ("xmlcount", "exact_match", "template_match", "numeric_match"):
        setattr(rewards, name, hashed(name))
    module, *sys.argv[1:] = arguments
    if os.environ.get("REHEARSAL_COMPILATION") == "3":
        gpu_environment.VLLM_COMPILATION |= {"mode": 3, "cudagraph_mode": "FULL_AND_PIECEWISE"}
    if module == "finmath_grpo.training.grpo" and "REHEARSAL_PHASES" in os.environ:
        gpu_environment.set_environment()
        time_phases(Path(os.environ["REHEARSAL_PHASES"]))
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()

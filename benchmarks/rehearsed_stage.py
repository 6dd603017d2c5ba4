"""One stage as the rehearsal runs it: `python benchmarks/rehearsed_stage.py [--gib G] MODULE ARGUMENTS…`.

The stage is the project's own module, with three things changed in this process alone:

* Rewards are a hash of the text, so that groups of random completions differ and there is a gradient.
* With `--gib`, torch says that the card has that much memory. (`rehearsal.py` holds the rest in another process.)
* The time of each `vllm.LLM.generate` is written to the file that `REHEARSAL_TIMES` names, one number per line.
"""

import hashlib
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
    torch.cuda.get_device_properties = lambda *device: Smaller(properties(*device), size)


def main() -> None:
    # The folder of this file, whose statistics.py would stand in the way of Python's.
    del sys.path[0]
    arguments = sys.argv[1:]
    if arguments[0] == "--gib":
        pretend(float(arguments[1]))
        arguments = arguments[2:]
    from finmath_grpo import rewards

    for name in ("xmlcount", "exact_match", "template_match", "numeric_match"):
        setattr(rewards, name, hashed(name))
    module, *sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()

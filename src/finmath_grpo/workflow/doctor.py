"""Whether this machine can do what is asked of it, said before anything starts.

`python -m finmath_grpo.workflow.doctor` prints what was found and what each experiment needs. The Snakefile calls
`check` with the jobs that a run would start: refusals end the run in words.
"""

import argparse
import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.workflow.experiments import load_all
from finmath_grpo.workflow.gpu_slot import visible
from finmath_grpo.workflow.kinds import Experiment, Needs, Run
from finmath_grpo.workflow.machine import GIB, Machine, browser_version, this_machine, too_old
from finmath_grpo.workflow.model_names import models_by_method

FULL = 256 * 2**20
"""Less free disk than this, in bytes, and no run starts."""
SHARED_MEMORY = GIB
"""What vLLM and NCCL may use in /dev/shm; a container has 64 MiB unless told otherwise."""
IGNORE = "FINMATH_IGNORE_LIMITS"
"""With this variable set to 1, a machine that is smaller than what `needs` states is warned of and not refused."""
NEAR = 0.9
"""A machine sold as 48 GB has a little less: this share of what is stated is enough."""
BIG_FILES = {"fetch", "folder", "pretrain", "grpo", "dpo", "merge", "generate"}
"""Rules that fill the disk or load a model; all others run anywhere."""
MODELS = BIG_FILES - {"fetch", "folder"}
"""Rules that hold a model in memory."""


def refusals(machine: Machine, free_disk: int, gpu: bool, cpu_training: bool, figures: bool) -> list[str]:
    """Why jobs of these kinds can't run on this machine, a sentence each; empty if they can.

    `gpu`: jobs that use a GPU; `cpu_training`: GRPO or DPO on the processor; `figures`: PNG files.
    `free_disk` in bytes.
    """
    found = []
    if gpu:
        found += gpu_refusals(machine)
    if cpu_training and machine.vllm:
        found.append(
            "training on the processor needs the CPU stack (TRL 1.15 of the CUDA stack can't): use the image"
            " finmath-grpo:cpu, or build `small` on a GPU"
        )
    if figures and machine.browser is None:
        found.append("no Chromium draws the PNG files: apt-get install chromium, or set BROWSER_PATH to a Chrome")
    if free_disk < FULL:
        free, needed = (f"{size / 2**20:.0f} MiB" for size in (free_disk, FULL))
        found.append(f"the disk that holds results/ has {free} free, and a run needs {needed}: free some space")
    return found


def limits(machine: Machine, room: int, name: str, needs: Needs | None, rules: set[str], gpu: bool) -> list[str]:
    """How this machine is smaller than an experiment needs for the jobs that are planned, a sentence each.

    `rules` are those of its planned jobs, `gpu` says whether one of them uses a GPU. `room`, in bytes, is the free disk
    with what the experiment has on it already. An experiment that states no needs is refused nothing.
    """
    asked = {"memory": rules & MODELS, "disk": rules & BIG_FILES, "GPU memory": gpu}
    words = {"disk": "disk (what it has made so far counted)"}
    return [
        f"{name} needs {needed:g} GB of {words.get(what, what)}, and here are {has / GIB:.1f} GiB"
        f" ({IGNORE}=1 starts it all the same)"
        for what, has, needed in too_small(machine, room, needs)
        if asked[what]
    ]


def too_small(machine: Machine, disk: int, needs: Needs | None) -> Iterator[tuple[str, int, float]]:
    """What this machine has less of than is needed: `memory`, `disk` or `GPU memory`, in bytes, and the GB needed.

    The memory of its largest GPU counts; that it has none is said in other words.
    """
    if needs:
        largest = max((gpu.memory for gpu in machine.gpus), default=None)
        compared = [("memory", machine.memory, needs.memory), ("disk", disk, needs.disk)]
        compared += [] if largest is None else [("GPU memory", largest, needs.gpu)]
        yield from ((what, has, needed) for what, has, needed in compared if has < NEAR * needed * GIB)


def room_for(name: str, free_disk: int) -> int:
    """Bytes of free disk, with what an experiment and the cache hold already: they count towards its needs."""
    folders = [Path("results", name), Path("results/cache")]
    files = (Path(here, file) for folder in folders for here, _, files in os.walk(folder) for file in files)
    return free_disk + sum(file.lstat().st_size for file in files if file.exists())


def before_the_first_job(
    machine: Machine,
    free_disk: int,
    jobs: Iterable[tuple[str, str | None, bool]],
    experiments: Mapping[str, Experiment],
    environment: Mapping[str, str],
) -> tuple[list[str], list[str]]:
    """Refusals and warnings about the planned jobs, each (rule, experiment or None, whether it uses a GPU)."""
    planned = list(jobs)
    on_gpu = any(gpu for _, _, gpu in planned)
    hard = refusals(
        machine,
        free_disk,
        gpu=on_gpu,
        cpu_training=any(rule in ("grpo", "dpo") and not gpu for rule, _, gpu in planned),
        figures=any(rule == "figure" for rule, _, _ in planned),
    )
    soft = driver_limit(machine) if on_gpu else []
    for name in sorted({name for _, name, _ in planned if name is not None and name in experiments}):
        rules = {rule for rule, of, _ in planned if of == name}
        gpu = any(uses for _, of, uses in planned if of == name)
        if rules & BIG_FILES:
            soft += limits(machine, room_for(name, free_disk), name, experiments[name].needs, rules, gpu)
    said = warnings(machine, on_gpu)
    return (hard, said + soft) if environment.get(IGNORE) == "1" else (hard + soft, said)


def too_few_gpus(jobs: Iterable[tuple[str, str | None, int]], allowed: int, here: int) -> list[str]:
    """The planned job that needs most GPUs, where it needs more than the run may use, or than are here."""
    rule, experiment, needed = max(jobs, key=lambda job: job[2], default=("", None, 0))
    words = f"{experiment}: {rule} needs {needed} GPUs, and"
    if needed > allowed:
        return [f"{words} this run may use {allowed}: add --resources gpu={needed} before --cores"]
    # None at all is said in other words.
    return [f"{words} {here} can be seen here"] if needed > here > 0 else []


def check(
    jobs: Iterable[tuple[str, str | None, int]], experiments: Mapping[str, Experiment], allowed_gpus: int
) -> None:
    """Compare this machine with what the planned jobs need: print warnings, end the process where it can't do them.

    A job is its rule, its experiment or None, and how many GPUs it needs.
    """
    free = shutil.disk_usage("results").free
    planned = list(jobs)
    asked = [(rule, experiment, bool(gpus)) for rule, experiment, gpus in planned]
    machine = this_machine()
    refused, warned = before_the_first_job(machine, free, asked, experiments, os.environ)
    refused += too_few_gpus(planned, allowed_gpus, len(visible(os.environ)))
    for warning in warned:
        print(f"warning: {warning}", file=sys.stderr)
    if refused:
        sys.exit("error: " + "\nerror: ".join(refused))


def gpu_refusals(machine: Machine) -> list[str]:
    if not machine.vllm:
        return [
            "this is the CPU stack, and a GPU experiment was asked for: use the CUDA image (or envs/cuda.lock);"
            " `smoke` runs here"
        ]
    if not machine.gpus:
        return [
            "a GPU experiment was asked for and no GPU is visible: give the container one (docker run --gpus all …);"
            " `recorded` runs here, and `smoke` in the CPU image"
        ]
    return []


def driver_limit(machine: Machine) -> list[str]:
    """Why the driver can't run this build of CUDA, as far as CUDA's release notes say."""
    needed = too_old(machine.driver, machine.cuda) if machine.driver and machine.cuda else None
    if not needed:
        return []
    return [
        f"the NVIDIA driver {machine.driver} is too old for CUDA {machine.cuda}: install {needed} or newer on the host"
        f" ({IGNORE}=1 starts all the same)"
    ]


def warnings(machine: Machine, gpu: bool) -> list[str]:
    """What may go wrong later."""
    if gpu and machine.shared_memory < SHARED_MEMORY:
        size = machine.shared_memory / 2**20
        return [f"/dev/shm has {size:.0f} MiB, and vLLM may need more: docker run --shm-size 8g (or --ipc=host) …"]
    return []


def lacks(machine: Machine, free_disk: int, experiment: Experiment) -> list[str]:
    """What this machine does not have of what the experiment's file says in `needs`; `free_disk` in bytes."""
    found = []
    on_gpu = isinstance(experiment, Run) and experiment.device == "cuda"
    if not on_gpu and models_by_method(experiment, "grpo", "dpo") and machine.vllm:
        found.append("training on the processor needs the CPU stack")
    if on_gpu:
        found += [sentence.split(":")[0] for sentence in gpu_refusals(machine) + driver_limit(machine)]
    words = {"memory": "memory", "disk": "free disk", "GPU memory": "on the GPU"}
    small = too_small(machine, free_disk, experiment.needs)
    return found + [f"only {has / GIB:.0f} GiB {words[what]}" for what, has, _ in small]


def describe(experiment: Experiment) -> str:
    """What the experiment needs of a machine: its `needs`, and the hub where it fetches a model."""
    needs = experiment.needs
    words = []
    if needs:
        words += [f"{needs.memory:g} GB memory", f"{needs.disk:g} GB disk"]
        words += [f"a GPU of {needs.gpu:g} GB"] if needs.gpu else []
    elif isinstance(experiment, Run) and experiment.device == "cuda":
        words.append("a GPU")
    if models_by_method(experiment, "fetch"):
        words.append("Hugging Face access (HF_TOKEN for gated models)")
    if needs is None:
        words.append("memory and disk not stated (its config has no `needs`)")
    elif needs.hours:
        words.append(f"about {needs.hours:g} hours" if needs.hours >= 1.5 else f"about {60 * needs.hours:.0f} minutes")
    return ", ".join(words)


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    machine = this_machine()
    disk = shutil.disk_usage("results" if Path("results").is_dir() else ".")
    gpus = "; ".join(f"{gpu.name}, {gpu.memory / GIB:.0f} GiB" for gpu in machine.gpus)
    found = {
        "system": machine.system,
        "processor": f"{machine.processor}, {machine.cores} cores",
        "memory": f"{machine.memory / GIB:.1f} GiB, {machine.shared_memory / GIB:.2f} GiB of it shared (/dev/shm)",
        "disk": f"{disk.free / GIB:.1f} GiB free for results/",
        "GPU": gpus or "none visible",
        "driver": machine.driver or "none",
        "stack": f"CUDA {machine.cuda}" if machine.cuda and machine.vllm else "CPU",
        "browser": browser_version(),
    }
    print("Found")
    for name, value in found.items():
        print(f"  {name:<10} {value}")
    print("Experiments")
    experiments = load_all(Path("config"))
    for name, experiment in experiments.good.items():
        missing = lacks(machine, disk.free, experiment)
        print(f"  {name:<10} {'runs here' if not missing else 'does not run here: ' + '; '.join(missing)}")
        print(f"  {'':<10} needs {describe(experiment)}")
    for name, message in experiments.broken.items():
        print(f"  {name:<10} can't be built: {message}")
    for warning in warnings(machine, gpu=bool(machine.gpus)):
        print(f"Warning: {warning}")
    problems = refusals(machine, disk.free, gpu=False, cpu_training=False, figures=True)
    if problems:
        raise UserError("; ".join(problems))


if __name__ == "__main__":
    run_stage(main)

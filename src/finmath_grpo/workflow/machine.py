"""What this machine has that matters here: processor, memory, disk, GPU and driver, browser.

Read from /proc, /sys and `nvidia-smi`, with no import of torch, so that asking takes no time and needs no GPU.
`this_machine` is what the doctor asks for before a run; `this_hardware` is what every job records of its own node.
"""

import importlib.util
import os
import platform
import re
import shutil
import socket
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

GIB = 2**30
MINIMUM_DRIVER = {12: 525, 13: 580}
"""Oldest driver series for a major version of CUDA (CUDA Toolkit release notes, minor version compatibility)."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@dataclass(frozen=True)
class Gpu:
    """A GPU as `nvidia-smi` names it; memory in bytes."""

    name: str
    memory: int


@dataclass(frozen=True)
class Machine:
    """Sizes in bytes. `cuda` is the version that the installed torch was built for, None for a CPU build."""

    processor: str
    cores: int
    memory: int
    shared_memory: int
    gpus: tuple[Gpu, ...]
    driver: str | None
    cuda: str | None
    vllm: bool
    browser: str | None
    system: str


@dataclass(frozen=True)
class Hardware:
    """What a job's result or speed can depend on. Memory in bytes; `gpus` are the names of all that are visible."""

    host: str
    system: str
    processor: str
    cores: int
    memory: int
    gpus: tuple[str, ...]
    driver: str | None


def this_hardware() -> Hardware:
    return Hardware(
        host=socket.gethostname(),
        system=f"{system()}, Linux {platform.release()}",
        processor=processor(Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")),
        cores=len(os.sched_getaffinity(0)),
        memory=memory(),
        gpus=gpu_models(Path("/proc/driver/nvidia/gpus")) or tuple(gpu.name for gpu in gpus()),
        driver=driver(),
    )


@cache
def this_machine() -> Machine:
    return Machine(
        processor=processor(Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")),
        cores=len(os.sched_getaffinity(0)),
        memory=memory(),
        shared_memory=shutil.disk_usage("/dev/shm").total if Path("/dev/shm").is_dir() else 0,
        gpus=gpus(),
        driver=driver(),
        cuda=cuda_of_torch(),
        vllm=importlib.util.find_spec("vllm") is not None,
        browser=browser(),
        system=f"{system()}, Linux {platform.release()}",
    )


def processor(cpuinfo: str) -> str:
    names = re.findall(r"^model name\s*:\s*(.+)$", cpuinfo, flags=re.M)
    return names[0] if names else platform.machine()


def memory() -> int:
    """The memory of the machine, or what a container may use of it."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    limit = Path("/sys/fs/cgroup/memory.max")
    text = limit.read_text().strip() if limit.exists() else "max"
    return min(total, int(text)) if text.isdigit() else total


def gpus() -> tuple[Gpu, ...]:
    if shutil.which("nvidia-smi") is None:
        return ()
    command = ["nvidia-smi", "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
    done = subprocess.run(command, capture_output=True, text=True)
    rows = [line.rsplit(", ", 1) for line in done.stdout.splitlines()] if done.returncode == 0 else []
    return tuple(Gpu(name, int(mib) * 2**20) for name, mib in rows)


def gpu_visible() -> bool:
    """Whether the driver of an NVIDIA GPU is there, asked without loading a library."""
    return Path("/dev/nvidiactl").exists()


def gpu_models(folder: Path) -> tuple[str, ...]:
    """Names of the GPUs from /proc/driver/nvidia/gpus, which costs nothing; empty where the driver does not say."""
    texts = [file.read_text(encoding="utf-8", errors="replace") for file in sorted(folder.glob("*/information"))]
    return tuple(found[1] for text in texts if (found := re.search(r"^Model:\s*(.+?)\s*$", text, flags=re.M)))


def driver() -> str | None:
    file = Path("/proc/driver/nvidia/version")
    return driver_version(file.read_text()) if file.exists() else None


def driver_version(text: str) -> str | None:
    """The version of NVIDIA's kernel module, such as 580.65.06, in the words of /proc/driver/nvidia/version."""
    found = re.search(r"Kernel Module.*?\s(\d+\.\d+(?:\.\d+)?)\s", text)
    return found[1] if found else None


def cuda_of_torch() -> str | None:
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return None
    text = Path(spec.origin).with_name("version.py").read_text(encoding="utf-8")
    found = re.search(r"^cuda\b.*=\s*'([\d.]+)'", text, flags=re.M)
    return found[1] if found else None


def too_old(driver: str, cuda: str) -> int | None:
    """The driver series that this version of CUDA needs, where `driver` is older than it."""
    needed = MINIMUM_DRIVER.get(int(cuda.split(".")[0]), max(MINIMUM_DRIVER.values()))
    return needed if int(driver.split(".")[0]) < needed else None


def browser() -> str | None:
    """The Chromium or Chrome that draws PNG files."""
    for name in (os.environ.get("BROWSER_PATH"), *BROWSERS):
        path = shutil.which(name) if name else None
        if path:
            return path
    return None


def browser_version() -> str:
    path = browser()
    if path is None:
        return "none"
    done = subprocess.run([path, "--version"], capture_output=True, text=True)
    return done.stdout.strip() or path


def system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()

"""Jobs on a machine with several GPUs: each has GPUs of its own, also after jobs were killed."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE = 60
# Says when it starts and ends on which GPUs, and whether another that still lives is on one of them.
STAGE = """
import os, sys, time
from pathlib import Path
folder, seconds = Path(sys.argv[1]), float(sys.argv[2])
mine = os.environ.get("CUDA_VISIBLE_DEVICES")
for gpu in (mine or "").split(","):
    user = folder / f"user-of-{gpu}"
    before = user.read_text() if user.exists() else ""
    state = Path(f"/proc/{before}/stat")
    if before and state.exists() and state.read_text().rpartition(")")[2].split()[0] not in "ZX":
        (folder / f"clash-{gpu}").touch()
    user.write_text(str(os.getpid()))
with (folder / "seen").open("a") as file:
    print(mine, file=file)
time.sleep(seconds)
for gpu in (mine or "").split(","):
    (folder / f"user-of-{gpu}").write_text("")
"""


class Machine:
    """Made-up GPUs: what `nvidia-smi` lists."""

    def __init__(self, folder: Path, gpus: int) -> None:
        self.folder = folder
        (folder / "stage.py").write_text(STAGE)
        smi = folder / "nvidia-smi"
        smi.write_text("#!/bin/sh\n" + "echo 'NVIDIA H100, 81559'\n" * gpus)
        smi.chmod(0o755)

    def start(self, name: str, seconds: float, gpus: int = 1, **variables: str) -> subprocess.Popen:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("CUDA", "SLURM"))}
        environment |= {"PATH": f"{self.folder}:{os.environ['PATH']}", "TMPDIR": str(self.folder), **variables}
        environment |= {"PYTHONPATH": f"{ROOT / 'src'}:{self.folder}", "FINMATH_REVISION": "0123"}
        job = [sys.executable, "-m", "finmath_grpo.workflow.job", "--log", str(self.folder / f"{name}.log")]
        command = [*job, "--gpus", str(gpus), "--", "stage", str(self.folder), str(seconds)]
        return subprocess.Popen(command, cwd=ROOT, env=environment)

    def seen(self) -> list[str]:
        file = self.folder / "seen"
        return file.read_text().split() if file.exists() else []


def test_ten_jobs_and_random_kills_never_put_two_jobs_on_one_gpu(tmp_path: Path):
    machine = Machine(tmp_path, gpus=3)
    chance = random.Random(19)
    jobs = [machine.start(str(number), seconds=0.3) for number in range(10)]
    doomed = chance.sample(jobs, 5)
    deadline = time.monotonic() + PATIENCE
    while any(job.poll() is None for job in jobs) and time.monotonic() < deadline:
        time.sleep(chance.uniform(0.05, 0.3))
        if doomed and machine.seen():
            doomed.pop().kill()
    assert all(job.wait(PATIENCE) in (0, -9) for job in jobs)
    assert sum(job.returncode == 0 for job in jobs) >= 5
    assert set(machine.seen()) == {"0", "1", "2"} and not list(tmp_path.glob("clash-*"))
    # Nobody holds a slot any more: one job gets them all.
    assert machine.start("last", seconds=0, gpus=3).wait(PATIENCE) == 0
    assert machine.seen()[-1] == "0,1,2"


@pytest.mark.parametrize(
    ("gpus", "variables", "expected"),
    [(2, {"CUDA_VISIBLE_DEVICES": "1"}, "1"), (1, {}, "None"), (0, {}, "None")],
    ids=["what a scheduler or the user set is kept", "one GPU is left to all", "no GPU is waited for in vain"],
)
def test_no_gpu_is_chosen_where_none_has_to_be(tmp_path: Path, gpus: int, variables: dict, expected: str):
    machine = Machine(tmp_path, gpus)
    assert machine.start("a", seconds=0, **variables).wait(PATIENCE) == 0
    assert machine.seen() == [expected]

"""A cluster on this machine: munge, Slurm's controller, and two nodes with a made-up GPU each."""

import os
import shutil
import subprocess
import time
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel")
CONFIG = """\
ClusterName=test
SlurmctldHost={host}
SlurmUser=root
SlurmctldPort=16817
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CryptoType=crypto/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SlurmdParameters=config_overrides
ReturnToService=2
SchedulerParameters=sched_interval=1
InactiveLimit=0
KillWait=5
MinJobAge=60
MpiDefault=none
GresTypes=gpu
NodeName=a NodeHostname={host} Port=17001 CPUs=16 RealMemory=40000 Gres=gpu:1
NodeName=b NodeHostname={host} Port=17002 CPUs=16 RealMemory=40000 Gres=gpu:1
PartitionName=all Nodes=a,b Default=YES MaxTime=INFINITE State=UP
"""
GRES = """\
NodeName=a Name=gpu Flags=nvidia_gpu_env File={folder}/gpu0
NodeName=b Name=gpu Flags=nvidia_gpu_env File={folder}/gpu1
"""
PATIENCE = 60


def missing() -> list[str]:
    """What of Slurm is not installed here."""
    return [name for name in PROGRAMS if shutil.which(name) is None]


class Cluster:
    """Started on entering, stopped on leaving; `environment` makes Slurm's commands talk to it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        config = str(folder / "slurm.conf")
        self.environment = {"SLURM_CONF": config, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}"}
        self.daemons: list[subprocess.Popen] = []

    def __enter__(self) -> "Cluster":
        # munged wants a folder that others can pass, and a key that they can't read.
        self.folder.chmod(0o755)
        (self.folder / "state").mkdir()
        host = os.uname().nodename.split(".")[0]
        for name, text in {"slurm.conf": CONFIG, "gres.conf": GRES}.items():
            (self.folder / name).write_text(text.format(host=host, folder=self.folder))
        for gpu, node in enumerate("ab"):
            (self.folder / f"spool-{node}").mkdir()
            (self.folder / f"gpu{gpu}").touch()
        # The plugin takes Slurm's variables from the step that it starts, and so where the configuration is.
        (self.folder / "bin").mkdir()
        srun = self.folder / "bin" / "srun"
        srun.write_text(f'#!/bin/sh\nSLURM_CONF={self.folder}/slurm.conf exec {shutil.which("srun")} "$@"\n')
        srun.chmod(0o755)
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(128))
        key.chmod(0o400)
        self.start(
            *("munged", "--foreground", "--force", f"--key-file={key}", f"--socket={self.folder}/munge.socket"),
            *(f"--pid-file={self.folder}/munged.pid", f"--seed-file={self.folder}/munged.seed"),
            f"--log-file={self.folder}/munged.log",
        )
        self.start("slurmctld", "-D", "-f", self.environment["SLURM_CONF"])
        for node in "ab":
            self.start("slurmd", "-D", "-N", node, "-f", self.environment["SLURM_CONF"])
        deadline = time.monotonic() + PATIENCE
        while self.command("sinfo", "--noheader", "--format=%T").stdout.split() != ["idle"]:
            assert time.monotonic() < deadline, self.logs()
            time.sleep(0.5)
        return self

    def __exit__(self, *_: object) -> None:
        self.command("scancel", "--user=root")
        deadline = time.monotonic() + PATIENCE
        while self.command("squeue", "--noheader").stdout and time.monotonic() < deadline:
            time.sleep(0.5)
        # Asked to end, a node's daemon waits for a controller that ends as well.
        for daemon in reversed(self.daemons):
            daemon.kill()
            daemon.wait()

    def start(self, *command: str) -> None:
        file = (self.folder / f"daemon-{len(self.daemons)}.out").open("wb")
        environment = {**os.environ, **self.environment}
        self.daemons.append(subprocess.Popen(command, stdout=file, stderr=file, env=environment))

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(words, env={**os.environ, **self.environment}, capture_output=True, text=True)

    def logs(self) -> str:
        files = [*self.folder.glob("*.log"), *self.folder.glob("*.out")]
        return "\n".join(f"{file.name}: {file.read_text(errors='replace')[-2000:]}" for file in files)

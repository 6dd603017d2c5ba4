"""Processes that end with the one that started them. For Linux only."""

import ctypes
import os
import signal
import time
from pathlib import Path

PR_SET_PDEATHSIG = 1
"""Of prctl(2)."""


def end_with_parent(parent: int) -> None:
    """Called in a new process, after the fork: the kernel kills it when the thread that forked it in `parent` ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before
        os._exit(1)


def seconds_since_start() -> float:
    """Seconds since this process began, its imports included."""
    # What follows the name in parentheses begins with field 3 of proc_pid_stat(5); 22 is the start in clock ticks.
    fields = Path("/proc/self/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    return time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")

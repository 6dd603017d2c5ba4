"""Processes that end with the one that started them. For Linux only."""

import ctypes
import os
import signal

PR_SET_PDEATHSIG = 1
"""Of prctl(2)."""


def end_with_parent(parent: int) -> None:
    """Called in a new process, after the fork: the kernel kills it when the thread that forked it in `parent` ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before
        os._exit(1)

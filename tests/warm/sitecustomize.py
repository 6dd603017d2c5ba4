"""Lets the server (server.py) run a stage that was started as `python -m finmath_grpo.…`, where there is one.

Python imports this as it starts if the folder is on PYTHONPATH. The process waits for its stage, holds the locks that
it was given meanwhile, and ends as the stage did.
"""

import os
import re
import sys


def run_by_server() -> None:
    """End as the stage does; return where there is no server."""
    import json
    import socket

    asked = {"words": sys.orig_argv[1:], "folder": os.getcwd(), "environment": dict(os.environ)}
    with socket.socket(socket.AF_UNIX) as server:
        try:
            server.connect(os.environ["WARM_SOCKET"])
        except OSError:
            return
        socket.send_fds(server, [b" "], [0, 1, 2])
        server.sendall(json.dumps(asked).encode() + b"\n")
        told = server.makefile().readline()
    if not told:
        os.write(2, b"the server of stages (tests/warm) ended before this stage\n")
    status = int(told or 1)
    if status < 0:
        os.kill(os.getpid(), -status)
    os._exit(status % 256)


if "WARM_STAGES" in os.environ and re.match(os.environ["WARM_STAGES"], " ".join(sys.orig_argv[1:3])):
    run_by_server()

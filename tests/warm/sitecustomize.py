"""Lets the server (server.py) run a stage that was started as `python -m finmath_grpo.…`, where there is one.

Python imports this as it starts if the folder is on PYTHONPATH. The process waits for its stage, holds the locks that
it was given meanwhile, and ends as the stage did.
"""

import os
import re
import sys

if "WARM_STAGES" in os.environ and re.match(os.environ["WARM_STAGES"], " ".join(sys.orig_argv[1:3])):
    import json
    import socket

    asked = {"words": sys.orig_argv[1:], "folder": os.getcwd(), "environment": dict(os.environ)}
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(os.environ["WARM_SOCKET"])
        socket.send_fds(server, [b" "], [0, 1, 2])
        server.sendall(json.dumps(asked).encode() + b"\n")
        status = int(server.makefile().readline() or 1)
    if status < 0:
        os.kill(os.getpid(), -status)
    os._exit(status % 256)

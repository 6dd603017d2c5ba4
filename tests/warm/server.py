"""`server.py N` runs stages in forks of a process that has their libraries, at a fifth of the price.

`python -m finmath_grpo.evaluation.generate` spends three seconds on imports and half a second on tiny's completions,
and the reduced run of the tests starts 16 such stages and 22 figures. This process imports the libraries when it is
first asked, computes nothing, and has none of the project's code: that is imported by each stage, from its checkout.
Snakemake, its jobs and their records are as ever, but for the peak of memory, which is that of the process that waits
(sitecustomize.py).
It listens at the socket that it inherits as descriptor N. A stage ends with the process that waits for it.
"""

import gc
import json
import os
import select
import selectors
import signal
import socket
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from stages import end_as, run_module

LIBRARIES = (
    *("torch", "transformers.models.llama.modeling_llama", "transformers.models.gemma2.modeling_gemma2"),
    *("transformers.generation", "peft", "datasets", "trl.trainer.grpo_trainer", "pandas", "scipy.stats"),
    *("statsmodels.stats.multitest", "plotly.subplots", "kaleido", "jinja2", "pydantic"),
)


def serve(listener: socket.socket) -> tuple[dict, list[int]]:
    """Fork for each stage that is asked for; return what is to be run, and its three files, in the fork."""
    running: dict[int, tuple[int, socket.socket]] = {}
    """Stages and who waits for them, by the descriptor that tells the stage's end."""
    selector = selectors.DefaultSelector()
    for source in (listener, sys.stdin):
        selector.register(source, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj is sys.stdin:
                # Who started this process is gone.
                for stage, _ in running.values():
                    os.kill(stage, signal.SIGKILL)
                sys.exit()
            if key.fileobj is listener:
                client, _ = listener.accept()
                try:
                    asked, files = request(client)
                except OSError:
                    client.close()
                    continue
                stage = os.fork()
                if not stage:
                    for opened in (selector, listener, client, *(other for _, other in running.values())):
                        opened.close()
                    return asked, files
                for file in files:
                    os.close(file)
                ended = os.pidfd_open(stage)
                running[ended] = stage, client
                selector.register(ended, selectors.EVENT_READ)
                selector.register(client, selectors.EVENT_READ, stage)
            elif key.data:
                # Who waits says nothing more, so it was killed.
                if any(stage == key.data for stage, _ in running.values()):
                    selector.unregister(key.fileobj)
                    os.kill(key.data, signal.SIGKILL)
            else:
                selector.unregister(key.fd)
                os.close(key.fd)
                stage, client = running.pop(key.fd)
                _, status = os.waitpid(stage, 0)
                with suppress(KeyError):
                    selector.unregister(client)
                with client, suppress(OSError):
                    client.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))


def request(client: socket.socket) -> tuple[dict, list[int]]:
    """What sitecustomize.py sends. Raises OSError where it was killed before it had sent all."""
    client.settimeout(60)
    text, files, _, _ = socket.recv_fds(client, 2**20, 3)
    try:
        while not text.endswith(b"\n"):
            if not (more := client.recv(2**20)):
                raise ConnectionResetError
            text += more
    except OSError:
        for file in files:
            os.close(file)
        raise
    return json.loads(text), files


if __name__ == "__main__":
    listener = socket.socket(fileno=int(sys.argv[1]))
    if sys.stdin in select.select([listener, sys.stdin], [], [])[0]:
        sys.exit()
    gc.disable()
    for library in LIBRARIES:
        import_module(library)
    gc.freeze()
    gc.enable()
    asked, (stdin, stdout, stderr) = serve(listener)
    os.dup2(stdin, 0)
    environment = asked["environment"]
    sys.path[:0] = environment["PYTHONPATH"].split(os.pathsep)
    end_as(lambda: run_module(asked["words"]), "finmath_grpo", Path(asked["folder"]), environment, stdout, stderr)

"""One browser that draws all PNG files of a run: it takes 3 s of a processor to start, and a figure 0.3 s.

    python -m finmath_grpo.figures.browser FD

draws for the jobs of the run, which hand their figures over by the listening socket FD. The page is loaded anew for
each figure, so that none sees what was drawn before. A figure that fails here gets no answer, and this process ends:
then each job draws by itself, and says what is wrong.
"""

import argparse
import asyncio
import atexit
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from finmath_grpo.errors import run_stage
from finmath_grpo.processes import end_with_parent

if TYPE_CHECKING:
    import plotly.graph_objects as go

SHARED = "FINMATH_BROWSER"
"""The variable that names the socket to the jobs of a run."""
START = 60.0
"""Seconds that the browser has to start."""
PATIENCE = 180.0
"""Seconds for one figure and those before it."""
END = 10.0
"""Seconds that the browser has to end."""
LONGEST = 60
"""Bytes of the name of a temporary folder in which Chromium can have its socket, whose name has 107 at most."""
LAST_CHUNK = b"IEND\xaeB`\x82"
"""What a whole PNG file ends with."""


def share(log: Path) -> None:
    """Have one browser draw for all jobs of this process, until it ends; `log` gets its words.

    Where there can be no socket, each job draws by itself. The socket is for this user alone: who reaches it can have
    any file that we can read drawn as a picture.
    """
    folder, parent = tempfile.TemporaryDirectory(prefix="finmath-grpo-"), os.getpid()
    address = str(Path(folder.name, "browser"))
    with socket.socket(socket.AF_UNIX) as listener, log.open("wb") as words:
        try:
            listener.bind(address)
        except OSError:
            return
        listener.listen()
        server = subprocess.Popen(
            [sys.executable, "-m", __name__, str(listener.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            pass_fds=[listener.fileno()],
            preexec_fn=lambda: end_with_parent(parent),
        )
    os.environ[SHARED] = address
    atexit.register(_end, server, folder)


def _end(server: "subprocess.Popen[bytes]", folder: "tempfile.TemporaryDirectory[str]") -> None:
    server.terminate()
    try:
        server.wait(END)
    except subprocess.TimeoutExpired:
        server.kill()
    folder.cleanup()


def drawn(figure: "go.Figure", options: dict[str, Any]) -> bytes:
    """The PNG file of a figure by the shared browser; empty where there is none, or it fails."""
    address = os.environ.get(SHARED)
    if not address:
        return b""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE)
        try:
            connection.connect(address)
            words = f'{{"options": {json.dumps(options)}, "figure": {figure.to_json(engine="json")}}}'
            connection.sendall(words.encode())
            connection.shutdown(socket.SHUT_WR)
            png = b"".join(iter(lambda: connection.recv(2**20), b""))
        except OSError:
            return b""
    return png if png.endswith(LAST_CHUNK) else b""


def use_short_folder() -> None:
    """Let this process and its browser keep temporary files in /tmp where TMPDIR is too long for a socket."""
    if len(os.fsencode(tempfile.gettempdir())) > LONGEST:
        os.environ["TMPDIR"] = tempfile.tempdir = "/tmp"


async def serve(listener: socket.socket) -> None:
    """Draw what is asked for until SIGTERM comes. Opens the browser for the first figure."""
    import kaleido

    ended, one = asyncio.Event(), asyncio.Lock()
    browsers: list[kaleido.Kaleido] = []

    async def draw(asked: dict[str, Any]) -> bytes:
        async with one:
            if not browsers:
                # Without "mathjax": False Kaleido would load MathJax from the network.
                browser = kaleido.Kaleido(n=1, mathjax=False)
                await asyncio.wait_for(browser.open(), START)
                browsers.append(browser)
            png: bytes = await browsers[0].calc_fig(asked["figure"], opts=asked["options"])
            return png

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(await draw(json.loads(await reader.read())))
            await writer.drain()
        except (ConnectionError, json.JSONDecodeError):  # the job ended, maybe before it had said all
            pass
        except Exception as error:
            print(f"not drawn: {error!r}", flush=True)
            # Not by `close`, which may wait for ever; the browser ends with its pipe.
            os._exit(1)
        finally:
            writer.close()

    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    async with await asyncio.start_unix_server(answer, sock=listener):
        await ended.wait()
        for browser in browsers:
            await browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("socket", type=int, metavar="FD")
    socket_of_run = parser.parse_args().socket
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # from the terminal: the run ends this process when its jobs are done
    logging.getLogger("choreographer").setLevel(logging.CRITICAL)
    use_short_folder()
    with socket.socket(fileno=socket_of_run) as listener:
        asyncio.run(serve(listener))


if __name__ == "__main__":
    run_stage(main)

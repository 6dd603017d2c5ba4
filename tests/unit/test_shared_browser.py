"""One browser draws the figures of a run, with the bytes that each gives alone; where it fails, each draws alone."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import plotly.graph_objects as go
import pytest

from finmath_grpo.figures import browser, draw
from finmath_grpo.workflow.machine import browser as installed

PATIENCE = 300
"""Seconds; three browsers one after another took more than 60 beside two busy loops."""
RUN = """
import os, sys, time
from pathlib import Path
import plotly.graph_objects as go
from finmath_grpo.figures import browser, draw
folder = Path(sys.argv[1])
browser.share(folder / "browser.log")
before = {before}
for place in range(2):
    figure = go.Figure(go.Bar(x=["a", "b"], y=[1, place]), layout={{"width": 200, "height": 150}})
    draw.write_png(figure, folder / f"{{place}}.png", 1.0)
{after}
"""


@pytest.fixture(autouse=True)
def folder_for_sockets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A short name, as a socket's has 107 bytes at most. A browser that is ending may still write."""
    with tempfile.TemporaryDirectory(prefix="sockets-", ignore_cleanup_errors=True) as folder:
        monkeypatch.setenv("TMPDIR", folder)
        yield


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file with a line for each start of the browser."""
    starts, wrapper = tmp_path / "starts", tmp_path / "browser"
    wrapper.write_text(f'#!/bin/sh\necho start >> {starts}\nexec {installed()} "$@"\n', encoding="utf-8")
    wrapper.chmod(0o755)
    monkeypatch.setenv("BROWSER_PATH", str(wrapper))
    return starts


def run(folder: Path, before: str = "None", after: str = "") -> "subprocess.Popen[str]":
    folder.mkdir()
    code = RUN.format(before=before, after=after)
    return subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True)


def server_of(folder: Path) -> list[int]:
    """The processes that draw for others, started for `folder`."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            words = (place / "cmdline").read_bytes().split(b"\0")
            log = os.readlink(place / "fd/1")
        except OSError:
            continue
        if b"finmath_grpo.figures.browser" in words and log == str(folder / "browser.log"):
            found.append(int(place.name))
    return found


def test_one_browser_draws_all_figures_with_the_bytes_that_each_gives_alone(tmp_path: Path, started: Path, capfd):
    folder = tmp_path / "run"
    assert run(folder).wait(PATIENCE) == 0
    assert started.read_text().count("start") == 1
    for place in range(2):
        figure = go.Figure(go.Bar(x=["a", "b"], y=[1, place]), layout={"width": 200, "height": 150})
        draw.write_png(figure, tmp_path / "alone.png", 1.0)
        assert (tmp_path / "alone.png").read_bytes() == (folder / f"{place}.png").read_bytes()
    assert started.read_text().count("start") == 3 + capfd.readouterr().out.count("is started anew")
    assert sorted(path.name for path in folder.iterdir()) == ["0.png", "1.png", "browser.log"]
    assert not server_of(folder)


@pytest.mark.parametrize(("length", "shared"), [(70, True), (100, False)])
def test_a_browser_starts_in_a_temporary_folder_with_too_long_a_name_for_its_socket(
    tmp_path: Path, started: Path, monkeypatch: pytest.MonkeyPatch, length: int, shared: bool
):
    long = Path(os.environ["TMPDIR"], "x" * (length - len(os.environ["TMPDIR"]) - 1))
    long.mkdir()
    monkeypatch.setenv("TMPDIR", str(long))
    assert run(tmp_path / "run").wait(PATIENCE) == 0
    assert len(list((tmp_path / "run").glob("*.png"))) == 2
    # One for all, or, with no place for our own socket either, one for each.
    assert len(started.read_text().splitlines()) == (1 if shared else 2)


def test_where_the_shared_browser_was_killed_each_figure_is_drawn_alone(tmp_path: Path, started: Path):
    folder = tmp_path / "run"
    kill = "os.kill(int(os.popen(f'pgrep -P {os.getpid()} -f figures.browser').read().split()[0]), 9)"
    alone = run(folder, before=kill)
    words = alone.communicate(timeout=PATIENCE)[0]
    assert alone.returncode == 0 and len(list(folder.glob("*.png"))) == 2
    # On a busy machine a browser may give no sign, and be started anew (`draw.write_png`).
    assert started.read_text().count("start") == 2 + words.count("is started anew")


def test_the_shared_browser_ends_with_a_run_that_is_killed(tmp_path: Path):
    folder = tmp_path / "run"
    killed = run(folder, after="print('drawn', flush=True); time.sleep(600)")
    assert killed.stdout is not None and killed.stdout.readline() == "drawn\n"
    assert len(server_of(folder)) == 1
    killed.send_signal(signal.SIGKILL)
    killed.wait(PATIENCE)
    deadline = time.monotonic() + PATIENCE
    while server_of(folder):
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.parametrize("cut", [0, 1, 40])
def test_half_a_picture_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int):
    png = b"\x89PNG\r\n\x1a\n" + 50 * b"x" + browser.LAST_CHUNK
    monkeypatch.setenv(browser.SHARED, str(tmp_path / "socket"))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        listener.listen()

        def answer() -> None:
            connection, _ = listener.accept()
            while connection.recv(2**16):
                pass
            connection.sendall(png[: len(png) - cut])
            connection.close()

        server = threading.Thread(target=answer, daemon=True)
        server.start()
        assert browser.drawn(go.Figure(), {"format": "png"}) == (b"" if cut else png)
        server.join(PATIENCE)
    assert browser.drawn(go.Figure(), {"format": "png"}) == b""

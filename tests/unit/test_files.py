"""Files are written whole or not at all, and what a killed process leaves is removed."""

import os
import re
import signal
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from finmath_grpo.files import atomic_write, remove_strays, replacing, write_json

WRITES_HALF = """
import sys, time
from pathlib import Path
from finmath_grpo.files import replacing
with replacing(Path(sys.argv[1])) as temporary:
    temporary.write_text("half")
    print(temporary.name, flush=True)
    time.sleep(600)
"""


def start_writer(target: Path) -> tuple[subprocess.Popen[str], str]:
    """A process in the middle of a write of `target`, and the name of its temporary file."""
    writer = subprocess.Popen([sys.executable, "-c", WRITES_HALF, str(target)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    return writer, writer.stdout.readline().strip()


def kill(writer: subprocess.Popen[str]) -> None:
    writer.send_signal(signal.SIGKILL)
    writer.communicate()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_failed_write_leaves_the_former_file_and_nothing_else(tmp_path: Path):
    file = tmp_path / "a.json"
    write_json(file, 1)
    with pytest.raises(ZeroDivisionError), atomic_write(file) as text:
        text.write("half")
        raise ZeroDivisionError
    assert file.read_text() == "1\n" and names(tmp_path) == ["a.json"]


def test_written_file_has_the_mode_of_any_file_that_this_user_makes(tmp_path: Path):
    (tmp_path / "plain").touch()
    with replacing(tmp_path / "ours") as temporary:
        temporary.write_bytes(b"\x00")
    plain, ours = (stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "ours"))
    assert plain == ours


def test_next_write_of_a_file_removes_what_a_killed_write_of_it_left(tmp_path: Path):
    writer, stray = start_writer(tmp_path / "a.png")
    kill(writer)
    assert names(tmp_path) == [stray]
    with replacing(tmp_path / "a.png") as temporary:
        temporary.write_bytes(b"whole")
    assert names(tmp_path) == ["a.png"] and (tmp_path / "a.png").read_bytes() == b"whole"


def test_strays_are_removed_and_files_that_are_being_written_are_not(tmp_path: Path):
    killed, stray = start_writer(tmp_path / "deep" / "a.csv")
    kill(killed)
    (tmp_path / "deep" / ".b.csv.12345.tmp").touch()  # as written before there were locks
    (tmp_path / "others").mkdir()
    for name in ("others/.c.csv.12345.tmp", "ours.tmp", ".hidden"):
        (tmp_path / name).touch()
    writing, busy = start_writer(tmp_path / "deep" / "d.csv")
    try:
        assert remove_strays(tmp_path, skip=("others",)) == 2
        assert names(tmp_path / "deep") == [busy]
        # Nor does another writer of the same file take it away.
        write_json(tmp_path / "deep" / "d.csv", {})
        assert names(tmp_path / "deep") == sorted([busy, "d.csv"])
    finally:
        kill(writing)
    assert names(tmp_path / "others") == [".c.csv.12345.tmp"] and {"ours.tmp", ".hidden"} <= {*names(tmp_path)}
    assert stray != busy


def test_several_writers_of_one_file_don_t_mix_what_they_write(tmp_path: Path):
    file = tmp_path / "a.txt"
    faults: list[BaseException] = []

    def write(letter: str) -> None:
        try:
            for _ in range(30):
                with atomic_write(file) as text:
                    text.write(letter * 1000)
                    text.flush()
                    text.write(letter * 1000)
                assert file.read_text() in {each * 2000 for each in "abcd"}
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=write, args=[letter]) for letter in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults and names(tmp_path) == ["a.txt"]


def test_file_in_a_folder_that_is_not_there_and_with_signs_of_patterns_is_written(tmp_path: Path):
    file = tmp_path / "new" / "a[1]*.txt"
    writer, _ = start_writer(file)
    kill(writer)
    with atomic_write(file) as text:
        text.write("ğ\n")
    assert file.read_bytes() == "ğ\n".encode() and names(file.parent) == [file.name]
    assert os.listdir(tmp_path) == ["new"]


@pytest.mark.parametrize(
    ("opened", "said"),
    [
        # Read-only for root too.
        ("atomic_write(Path('/sys/rows'))", r"/sys/rows: .+ for user \d+; run as its owner, or in a copy of your own"),
        ("open('/dev/full', 'w')", "No space left on device; free some space and run again"),
    ],
)
def test_a_file_that_may_not_be_written_and_a_full_disk_are_told_in_words(opened: str, said: str):
    code = f"""
from pathlib import Path
from finmath_grpo.errors import run_stage
from finmath_grpo.files import atomic_write

def main():
    with {opened} as file:
        file.write("x")

run_stage(main)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 2 and re.fullmatch(f"error: {said}\n", done.stderr), done.stderr

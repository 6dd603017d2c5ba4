"""What stands in the user's shell changes no result."""

import getpass
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from finmath_grpo.workflow.environment import NO_SETTINGS, keep_temporary_files, make_own, name_user
from finmath_grpo.workflow.sources import these_sources


def test_variables_of_other_launchers_reach_no_job():
    kept = {"PATH": "/bin", "CUDA_VISIBLE_DEVICES": "1", "SLURM_JOB_ID": "7", "OMP_NUM_THREADS": "1", "FRANK": "x"}
    others = {
        **{"ACCELERATE_MIXED_PRECISION": "bf16", "ACCELERATE_GRADIENT_ACCUMULATION_STEPS": "4"},
        **{"RANK": "0", "LOCAL_RANK": "0", "WORLD_SIZE": "1", "LOCAL_WORLD_SIZE": "1", "TORCHELASTIC_RUN_ID": "none"},
        **{"MASTER_ADDR": "node1", "MASTER_PORT": "29500", "PYTHONOPTIMIZE": "2", "PYTHONHASHSEED": "random"},
        **{"FONTCONFIG_FILE": "/home/x/fonts.conf", "FONTCONFIG_PATH": "/home/x"},
    }
    environment = {**kept, **others}
    make_own(environment)
    ours = {"PYTHONHASHSEED": "0", "PYTHONSAFEPATH": "1", "XDG_CONFIG_HOME": str(NO_SETTINGS.resolve())}
    assert environment == {**kept, **ours}


@pytest.mark.skipif(shutil.which("fc-match") is None, reason="fontconfig's programs are not installed")
def test_fonts_that_a_user_chose_for_the_desktop_are_not_those_of_a_job(tmp_path: Path):
    settings = tmp_path / "fontconfig/fonts.conf"
    settings.parent.mkdir()
    settings.write_text(
        '<fontconfig><match target="pattern"><test name="family"><string>DejaVu Sans</string></test>'
        '<edit name="family" mode="assign" binding="strong"><string>DejaVu Sans Mono</string></edit></match>'
        "</fontconfig>"
    )

    def font(environment: dict[str, str]) -> str:
        command = ["fc-match", "--format=%{family}", "DejaVu Sans"]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    chosen = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path)}
    of_job = dict(chosen)
    make_own(of_job)
    assert font(chosen) == "DejaVu Sans Mono" and font(of_job) == "DejaVu Sans"


def test_a_module_of_the_users_in_the_root_folder_is_not_taken_for_pythons_own(tmp_path: Path):
    (tmp_path / "statistics.py").write_text("raise SystemExit('not this one')")
    environment = dict(os.environ)
    make_own(environment)
    command = [sys.executable, "-c", "import statistics; print(statistics.mean([1, 3]))"]
    assert subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True).stdout == "2\n"


def test_variables_of_git_from_another_checkouts_hook_change_no_commit_that_is_recorded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    for folder in ("ours", "other"):
        git = ("git", "-C", str(tmp_path / folder), "-c", "user.name=x", "-c", "user.email=x@example.org")
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "Snakefile").write_text(folder)
        for words in (("init", "-q"), ("add", "."), ("commit", "-qm", folder)):
            subprocess.run([*git, *words], check=True, capture_output=True)
    before = these_sources(tmp_path / "ours")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other/.git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "other"))
    monkeypatch.delenv("FINMATH_REVISION", raising=False)
    assert these_sources(tmp_path / "ours") == before
    assert len(before.commit or "") == 40 and before.dirty is False


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to give a checkout to another user")
def test_a_job_knows_whether_files_differ_in_a_checkout_of_another_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    here = tmp_path / "here"
    here.mkdir()
    (here / "Snakefile").touch()
    git = ("git", "-C", str(here), "-c", "user.name=x", "-c", "user.email=x@example.org")
    for words in (("init", "-q"), ("add", "."), ("commit", "-qm", "first")):
        subprocess.run([*git, *words], check=True, capture_output=True)
    for path in (here, *here.rglob("*")):
        os.chown(path, 4321, 4321)
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home")}
    make_own(environment)
    monkeypatch.setattr(os, "environ", environment)
    assert these_sources(here).dirty is False


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to become a user without a name")
def test_a_user_without_a_name_is_called_by_its_number(monkeypatch: pytest.MonkeyPatch):
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    child = os.fork()
    if not child:
        os.setuid(54321)
        name_user()
        os._exit(getpass.getuser() != "54321")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_folder_for_temporary_files_that_cannot_be_written_is_replaced_for_all_that_read_its_variables(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", "/dev/null/gone")
    monkeypatch.setenv("TMP", "/dev/null/gone")
    monkeypatch.delenv("TEMP", raising=False)
    keep_temporary_files()
    assert os.environ["TMPDIR"] == os.environ["TMP"] == "/tmp" and "TEMP" not in os.environ

"""The image as it is used: any user, bare `--cores`, read-only, no network; kept results; refusals in words."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, UID, Container, build


def planned(output: str) -> dict[str, int]:
    """Jobs by rule in the output of `snakemake -n`, without the targets."""
    table = re.search(r"Job stats:\njob +count\n-+ +-+\n(.*?)\ntotal", output, re.DOTALL)
    jobs = dict(line.split() for line in table[1].splitlines()) if table else {}
    return {rule: int(count) for rule, count in jobs.items() if rule not in ("all", "published", "tiny")}


def test_what_is_installed_is_the_lock(container: Container):
    lock = dict(re.findall(r"^([\w.-]+)==([^\s\\]+)", (ROOT / "envs/cpu.lock").read_text(), flags=re.M))
    listed = container.run("pip", "list", "--format=json", "--disable-pip-version-check").stdout
    found = dict(re.findall(r'"name": "([^"]+)", "version": "([^"+]+)', listed))
    normal = lambda pins: {re.sub(r"[-_.]+", "-", name).lower(): pinned for name, pinned in pins.items()}  # noqa: E731
    extra = normal(found).keys() - normal(lock).keys() - {"pip"}
    # The public build of torch brings CUDA's libraries.
    assert not {name for name in extra if not name.startswith(("nvidia-", "cuda-", "triton"))}
    assert {name: normal(found).get(name) for name in normal(lock)} == normal(lock)


def test_every_committed_file_is_in_the_image(container: Container):
    listed = container.run("find", ".", "-path", "./results", "-prune", "-o", "-printf", "%P\n").stdout.split("\n")
    command = ["git", "ls-files", "-z"]
    committed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    # The test's own folder is mounted over results/.
    development = ("results/", ".ci/", ".github/", ".pre-commit-config.yaml", ".gitattributes", ".zenodo.json")
    development += (".snakemake-workflow-catalog.yml",)
    missing = {name for name in committed if name and (ROOT / name).exists()} - set(listed)
    assert not {name for name in missing if not name.startswith(development)}


def test_with_no_command_it_says_what_can_be_built(container: Container):
    output = container.run().stdout
    assert "snakemake --cores" in output and re.search(r"^  smoke +\w", output, flags=re.M)


@pytest.mark.parametrize(
    "words",
    ["--cores -n published", "published --cores -n", "-c published -n", "-n -c 2 published", "--cores=1 published -n"],
)
def test_cores_may_stand_anywhere_with_or_without_a_number(container: Container, words: str):
    assert planned(container.run("snakemake", *words.split()).stdout)["figure"] > 5


def test_results_belong_to_the_user_and_nothing_else_is_needed(published: Container):
    files = list(published.results.rglob("*"))
    assert {(path.lstat().st_uid, path.lstat().st_gid) for path in files} == {(UID, UID)}
    assert (published.results / "published/figures/grpo_vs_base.png").read_bytes().startswith(b"\x89PNG")
    assert (published.results / "published/provenance.json").exists()


def test_the_second_run_has_nothing_to_do_and_says_where_the_report_is(published: Container):
    output = published.run("snakemake", "--cores", "published").stdout
    assert "Nothing to be done" in output and "results/published/report/index.html" in output


def test_the_cuda_image_builds_the_recorded_run_where_no_gpu_is_visible_and_says_why(container: Container):
    output = container.run("snakemake", "--cores", "-n", options=("-e", "FINMATH_STACK=cuda")).stdout
    assert "Default experiment: recorded (no GPU is visible" in output
    assert planned(output)["unpack"] > 5


def test_after_an_edit_and_a_rebuild_only_that_figure_and_its_page_are_made(
    published: Container, sources: Path, tmp_path: Path
):
    edited_sources = shutil.copytree(sources, tmp_path / "sources", symlinks=True)
    module = edited_sources / "src/finmath_grpo/figures/reward_audit.py"
    module.write_text(module.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
    build(edited_sources, "localhost/finmath-grpo:edited")
    edited = Container(published.results, "localhost/finmath-grpo:edited")
    assert planned(edited.run("snakemake", "-n", "published").stdout) == {"figure": 1, "report": 1}


def test_folder_of_another_user_is_refused_in_words(container: Container):
    if os.getuid() != 0:
        pytest.skip("only root can make a folder that is not ours")
    os.chown(container.results, 0, 0)
    done = container.run("snakemake", "--cores", "published", check=False)
    assert done.returncode == 1 and "Traceback" not in done.stdout
    assert "results/ is not writable for user 12345" in done.stdout and "--user" in done.stdout


def test_full_disk_is_refused_in_words(container: Container):
    full = Container(container.results)
    command = full.command(
        "snakemake", "--cores", "published", options=("--tmpfs", "/artifact/results:size=64k,mode=1777")
    )
    mount = command.index(f"{full.results}:/artifact/results")
    done = subprocess.run(command[: mount - 1] + command[mount + 1 :], capture_output=True, text=True)
    assert done.returncode == 1 and "is full" in done.stderr and "Traceback" not in done.stderr


def test_gpu_experiment_is_refused_in_words_before_anything_starts(container: Container):
    done = container.run("snakemake", "--cores", "small", check=False)
    assert done.returncode == 1 and "Traceback" not in done.stdout
    assert "error: this is the CPU stack, and a GPU experiment was asked for" in done.stdout
    assert not (container.results / "small").exists()


def test_the_doctor_says_what_was_found(container: Container):
    output = container.run("snakemake", "--cores", "doctor").stdout
    for word in ("memory", "disk", "GPU", "driver", "browser", "smoke"):
        assert re.search(rf"^  {word}\s+\S", output, flags=re.M), output


def test_unmounted_results_are_warned_of(container: Container):
    command = container.command("snakemake", "-n", "published")
    mount = command.index(f"{container.results}:/artifact/results")
    done = subprocess.run(command[: mount - 1] + command[mount + 1 :], capture_output=True, text=True)
    assert done.returncode == 0 and "lost with this container" in done.stderr

"""Containers that are killed or stopped: the same command goes on, and ends as an undisturbed run does."""

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import TINY, Container, new_results
from killed import contents, has_whole

RUN = ("snakemake", "--cores", "tiny")


@pytest.fixture(scope="module")
def undisturbed(image: str, tmp_path_factory: pytest.TempPathFactory) -> Container:
    """A finished run of `tiny`, of so many samples and steps that a job is far from its end when a kill arrives."""
    folder = tmp_path_factory.mktemp("undisturbed")
    config = folder / "tiny.yaml"
    more, changed = re.subn(r"^  samples: 2$", "  samples: 24", TINY.read_text(encoding="utf-8"), flags=re.M)
    more, longer = re.subn(r"^    (optimizer_steps|max_steps): 4$", r"    \1: 16", more, flags=re.M)
    # Cells of `deep` are no sign of a job that is killed between two of its own.
    more, left_out = re.subn(r"^deep: .*\n", "", more, flags=re.M)
    assert (changed, longer, left_out) == (1, 2, 1)
    config.write_text(more, encoding="utf-8")
    config.chmod(0o644)
    container = Container(new_results(folder / "results"), tiny=config)
    container.run(*RUN, network=False)
    return container


@pytest.fixture
def container(undisturbed: Container, tmp_path: Path) -> Container:
    """The same experiment on an empty results folder."""
    return replace(undisturbed, results=new_results(tmp_path / "results"))


MADE = ("data", "models", "training", "completions", "statistics", "figures", "claims.json", "scores.csv")
"""What a run is for."""


def made(results: Path) -> dict[str, object]:
    files = contents(results / "tiny").items()
    return {name: content for name, content in files if name.split("/")[0] in MADE}


def half_answered(results: Path) -> set[str]:
    """Models of whose cells some are kept, and whose file of completions is not there yet."""
    cells = (path.read_text(encoding="utf-8") for path in (results / "cache").glob("completions/*.jsonl"))
    asked = {json.loads(cell.split("\n")[1])["model"] for cell in cells}
    return asked - {path.stem for path in (results / "tiny").glob("completions/*.jsonl")}


def test_killed_again_and_again_it_ends_as_an_undisturbed_run(container: Container, undisturbed: Container):
    tiny, cache = container.results / "tiny", container.results / "cache"
    kill = ("kill", "--signal", "KILL")
    container.interrupt(kill, lambda: has_whole(cache, "training/*/checkpoint-2/trainer_state.json"), *RUN)
    assert list((container.results / ".snakemake/locks").iterdir()), "the kill left no lock: nothing was tested"
    # Kill at the next cell, until a job is hit between two of its own: a kill takes its time to arrive.
    for _ in range(5):
        cells = len(list(cache.glob("completions/*.jsonl")))
        container.interrupt(kill, lambda known=cells: len(list(cache.glob("completions/*.jsonl"))) > known, *RUN)
        if half_answered(container.results):
            break
    else:
        pytest.fail("no job was killed between two of its cells")
    container.interrupt(kill, lambda: any(tiny.glob("figures/*.png")), *RUN)
    container.run(*RUN)
    assert any("resuming from checkpoint-" in log.read_text() for log in tiny.glob("logs/grpo/*.log"))
    assert any(
        re.search(r"[1-9]\d* of \d+ cells are kept", log.read_text()) for log in tiny.glob("logs/generate/*.log")
    )
    assert made(container.results) == made(undisturbed.results)
    assert "Nothing to be done" in container.run(*RUN).stdout


def test_stopped_it_ends_in_seconds_and_leaves_no_lock(container: Container, undisturbed: Container):
    shutil.copytree(undisturbed.results, container.results, symlinks=True, dirs_exist_ok=True)
    container.run("chmod", "-R", "a+rwX", "results", user="0:0")
    target = "results/tiny/training/llama-grpo/MANIFEST.sha256"
    (container.results / target.removeprefix("results/")).unlink()
    # The finished training lies there too, and would be taken.
    checkpoints = container.results / "cache/training"
    shutil.rmtree(checkpoints)
    seconds = container.interrupt(
        ("stop", "-t", "60"), lambda: has_whole(checkpoints, "*/checkpoint-1/trainer_state.json"), *RUN[:-1], target
    )
    # Docker kills after the 60 seconds given; Snakemake alone would wait for the end of the training.
    assert seconds < 30
    assert not list((container.results / ".snakemake/locks").glob("*"))
    container.run(*RUN[:-1], target)
    container.run(*RUN)
    assert made(container.results) == made(undisturbed.results)


def test_second_container_says_who_holds_the_results_and_leaves(container: Container):
    answers = []

    def second_was_told() -> bool:
        held = container.results / ".snakemake/held-by"
        if not held.exists() or "container" not in held.read_text():
            return False
        answers.append(container.run(*RUN, check=False))
        return True

    container.interrupt(("kill", "--signal", "KILL"), second_was_told, *RUN)
    assert answers[0].returncode == 1 and "results/ is in use by container" in answers[0].stdout

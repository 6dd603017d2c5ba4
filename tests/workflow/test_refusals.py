"""What is wrong with a command, a config or the shell is told in one line, before anything is planned."""

import subprocess
from pathlib import Path

import pytest
from conftest import Checkout, new_checkout


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return new_checkout(tmp_path_factory.mktemp("refusals") / "new")


def refused(checkout: Checkout, *words: str, fresh: bool = False, **environment: str) -> str:
    """The last line of a command that fails, which must be one of ours."""
    done = checkout.snakemake("-n", *words, check=False, fresh=fresh, **environment)
    assert done.returncode and "File " not in done.stdout, done.stdout
    return done.stdout.splitlines()[-1]


@pytest.fixture
def faulty_default(checkout: Checkout) -> Path:
    config = checkout.path / "config/smoke.yaml"
    content = config.read_bytes()
    config.write_text("kind: nonsense\n", encoding="utf-8")
    yield config
    config.write_bytes(content)


def test_a_fault_in_the_default_experiment_stops_who_names_nothing_and_nobody_else(
    checkout: Checkout, faulty_default: Path
) -> None:
    assert refused(checkout).startswith("error: config/smoke.yaml: ")
    for target in ("doctor", "published"):
        checkout.snakemake("-n", target)
    faulty_default.unlink()
    assert refused(checkout) == "error: config/smoke.yaml: no such file; put it back, or name what to build"


def test_a_locale_that_is_not_utf_8_is_refused_with_what_to_do(checkout: Checkout) -> None:
    # Without these two, Python takes the locale C for UTF-8.
    other = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    said = refused(checkout, "published", fresh=True, **other)
    assert said.startswith("error: the locale is ascii") and "export LC_ALL=C.UTF-8" in said


@pytest.mark.parametrize(
    "words", [("--config", "n=1"), ("--config=seed=1",), ("-C", "seed=1"), ("--configfile", "nope")]
)
def test_settings_by_option_are_refused_before_snakemake_takes_the_target_for_one(
    checkout: Checkout, words: tuple[str, ...]
) -> None:
    assert refused(checkout, *words, "published") == (
        "error: settings live in config/{experiment}.yaml; copy one to config/mine.yaml and build `mine`"
    )


def test_a_home_where_snakemake_can_keep_no_cache_is_refused_with_what_to_do(checkout: Checkout) -> None:
    # Nobody can make a folder there.
    said = refused(checkout, "-n", "published", HOME="/proc/nobody", XDG_CACHE_HOME="")
    assert said == (
        "error: /proc/nobody/.cache/snakemake: Snakemake can't write its cache there; "
        "`export XDG_CACHE_HOME=$(mktemp -d)`, then run again"
    )


def test_where_no_temporary_file_can_be_written_that_is_said_with_what_to_do(
    checkout: Checkout, tmp_path: Path
) -> None:
    # Root may write anywhere: of Python's folders those are left that nobody can write.
    gone = "import tempfile\ntempfile._candidate_tempdir_list = lambda: ['/proc/tmp', '/proc']\n"
    (tmp_path / "sitecustomize.py").write_text(gone, encoding="utf-8")
    said = refused(checkout, "published", fresh=True, PYTHONPATH=str(tmp_path))
    assert said.startswith("error: No usable temporary directory found in ['/proc/tmp', '/proc']; free some space, or ")


@pytest.mark.parametrize("copied", [False, True])
def test_where_the_link_to_snakemakes_notes_is_gone_a_run_is_refused_and_its_command_mends_it(
    checkout: Checkout, copied: bool
) -> None:
    link = checkout.path / ".snakemake"
    link.unlink()
    if copied:
        # By a command that follows links.
        (link / "metadata").mkdir(parents=True)
        (link / "metadata/note").touch()
    said = refused(checkout, "published")
    assert said.startswith("error: .snakemake: expected the symbolic link to results/.snakemake")
    subprocess.run(["bash", "-c", said.split("`")[1]], cwd=checkout.path, check=True)
    checkout.snakemake("-n", "published")
    assert link.is_symlink() and (checkout.path / "results/.snakemake/metadata/note").exists() == copied

"""What a command line of Snakemake asks for: experiments, files, nothing but to look."""

from pathlib import Path

import pytest

from finmath_grpo.errors import UserError
from finmath_grpo.workflow.command import default_experiment, misspelt, parsed, refusal


@pytest.mark.parametrize(
    "words",
    [
        "-n all",
        "-np",
        "-nq all",
        "-pn",
        "-nF smoke",
        "--dry-run",
        "--dryrun --quiet",
        "--lint",
        "-l",
        "--lt",
        "-S",
        "-D",
        "--dag",
        "--dag=dot",
        "--rulegraph mermaid-js",
        "--filegraph",
        "--d3dag",
        "--list-changes code",
        "--li",
        "--lp",
        "--lu",
        "--report",
        "--report report.zip",
    ],
)
def test_looking_needs_no_hold(words: str):
    assert parsed(words.split()).only_reads


@pytest.mark.parametrize(
    "words",
    [
        "",
        "--cores all published",
        "--cores 2 -F",
        "-pF",
        "-q all --cores 1 n",
        "--touch",
        "--unlock",
        "--delete-all-output",
        "--cleanup-metadata results/tiny/scores.csv",
        "--report report.zip --report-after-run",
        "--config n=1",
    ],
)
def test_whatever_may_change_results_needs_the_hold(words: str):
    assert not parsed(words.split()).only_reads


@pytest.mark.parametrize(
    ("targets", "stopped"),
    [
        (["smoke"], False),
        (["mine"], True),
        (["results/mine/figures/agreement.png"], True),
        (["./results/mine/scores.csv"], True),
        (["results/minerals/scores.csv"], False),
    ],
)
def test_who_asks_for_a_broken_experiment_gets_its_message(targets, stopped):
    assert refusal({"mine": "config/mine.yaml: a fault"}, targets) == ("config/mine.yaml: a fault" if stopped else None)


@pytest.mark.parametrize(
    ("environment", "gpu", "expected", "reason"),
    [
        ({}, False, "smoke", "runs anywhere"),
        ({}, True, "smoke", "runs anywhere"),
        ({"FINMATH_STACK": "cpu"}, False, "smoke", "runs anywhere"),
        ({"FINMATH_STACK": "cuda"}, True, "small", "a GPU is visible"),
        ({"FINMATH_STACK": "cuda"}, False, "recorded", "no GPU is visible"),
        ({"FINMATH_STACK": "cuda", "FINMATH_EXPERIMENT": "published"}, True, "published", "FINMATH_EXPERIMENT"),
    ],
)
def test_the_default_experiment_fits_the_machine_unless_one_is_named(environment, gpu, expected, reason):
    name, why = default_experiment(["published", "recorded", "small", "smoke"], environment, gpu)
    assert name == expected and reason in why


def test_an_unknown_default_experiment_is_refused():
    with pytest.raises(UserError, match=r"FINMATH_EXPERIMENT=smok: expected one of small, smoke"):
        default_experiment(["small", "smoke"], {"FINMATH_EXPERIMENT": "smok"}, gpu=False)


def test_a_misspelt_target_or_file_names_the_nearest_one_and_how_to_list_all():
    def say(target: str) -> str:
        files = ["results/smoke/figures/outcomes.png", "results/smoke/claims.md"]
        return misspelt([target], ["smoke", "recorded"], files, lambda name: name == "results/smoke/scores.csv")

    assert say("smok") == (
        "smok: no target or file of that name; did you mean smoke? All of them: snakemake --list-target-rules"
    )
    assert "did you mean results/smoke/figures/outcomes.png? All of them: snakemake --summary smoke" in say(
        "results/smoke/figures/outcome.png"
    )
    assert "of that name. All of them" in say("zzz")
    assert say("results/mine/claims.md") == (
        "results/mine/claims.md: no experiment mine; expected one of smoke, as config/ has them"
    )
    assert [say(right) for right in ("smoke", "results/smoke/scores.csv", "Snakefile")] == [""] * 3


def test_a_folder_and_a_file_by_its_absolute_path_are_no_targets_and_the_words_say_what_is(tmp_path: Path):
    (tmp_path / "claims.md").touch()
    for target, said in ((tmp_path, "a folder is no target"), (tmp_path / "claims.md", "from the project's folder")):
        assert said in misspelt([str(target)], ["smoke"], [], lambda _: False)


def test_the_nearest_file_is_one_of_the_same_experiment():
    files = ["results/open/figures/outcomes.png", "results/published/figures/all_models.png"]
    said = misspelt(["results/published/figures/outcomes.png"], [], files, lambda _: False)
    assert "did you mean results/published/figures/all_models.png?" in said

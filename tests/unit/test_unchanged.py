"""Files are as their jobs left them, also those for readers, which no later job reads."""

import hashlib
import json
import shlex
from pathlib import Path

import pytest

from finmath_grpo.errors import UserError
from finmath_grpo.workflow import unchanged

FINAL = ("claims.md", "figures/outcomes.html", "report/index.html")


@pytest.mark.parametrize("edited", [*FINAL, "statistics/panel.csv"])
def test_a_run_refuses_an_edited_file_of_the_experiment_that_it_is_asked_for(edited, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in (*FINAL, "statistics/panel.csv"):
        file = Path("results/mine", name)
        log = Path("results/mine/logs", name).with_suffix(".job.json")
        for path in (file, log):
            path.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("as made", encoding="utf-8")
        outputs = {str(file): hashlib.sha256(b"as made").hexdigest()}
        log.write_text(json.dumps({"exit_status": 0, "started": "2026-01-01", "outputs": outputs}), encoding="utf-8")
    unchanged.check(unchanged.made_for(["mine"]))
    Path("results/mine", edited).write_text("as wished", encoding="utf-8")
    unchanged.check(unchanged.made_for(["other"]))
    with pytest.raises(UserError, match=f"results/mine/{edited}: not as the job"):
        unchanged.check(unchanged.made_for(["mine"]))


def test_one_command_makes_all_files_anew_that_are_not_as_they_were_left(tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = [Path(f"results/mine/scores {number}.csv") for number in range(unchanged.SHOWN + 2)]
    log = Path("results/mine/logs/score.job.json")
    log.parent.mkdir(parents=True)
    for file in files:
        file.write_text("torn", encoding="utf-8")
    outputs = {str(file): hashlib.sha256(b"as made").hexdigest() for file in files}
    log.write_text(json.dumps({"exit_status": 0, "started": "2026-01-01", "outputs": outputs}), encoding="utf-8")
    with pytest.raises(UserError) as refused:
        unchanged.check(unchanged.made_for(["mine"]))
    said = str(refused.value)
    assert said.count("not as the job score left it") == unchanged.SHOWN and "; and 2 more. " in said
    command = said.partition("delete them, and `")[2].partition("` makes them anew")[0]
    assert shlex.split(command) == ["snakemake", "--cores", "all", *map(str, files)]

"""The table of training: one row per model and step, whatever rewards a model was trained with."""

import json
from pathlib import Path

import pandas as pd
import pytest
from stages import run_stage

from finmath_grpo.rollouts import write_rollouts

STEPS = 12
REWARDS = {"xmlcount": "format", "template_match": "format", "exact_match": "answer", "numeric_match": "answer"}
OF_FORMAT = {"format_start", "format_end", "format_maximum", "format_change", "length_slope_end"}
OF_ANSWER = {"correctness_start", "correctness_change", "all_wrong_share"}


def write_log(folder: Path, model: str, *rewards: str) -> Path:
    steps = range(1, STEPS + 1)
    log = pd.DataFrame({"step": steps, "completion_length": [100 + step % 3 for step in steps], "reward": 0.5})
    log = log.assign(reward_std=0.1, kl=0.0, clipped_ratio=0.0)
    for place, reward in enumerate(rewards):
        log[f"rewards/{reward}/mean"] = [place + step / 10 for step in steps]
    path = folder / model / "log.csv"
    path.parent.mkdir()
    log.to_csv(path, index=False)
    write_rollouts(path.with_name("rollouts"), [row(1, "q1", 0.5, 0.25)])
    return path


def row(step: int, question: str, *rewards: float | None) -> dict[str, object]:
    named = dict(zip(("xmlcount", "exact_match"), rewards, strict=False))
    return {"step": step, "question_id": question, "completion": "", "rewards": named, "advantage": 0.0}


def tables(folder: Path, *logs: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    outputs = folder / "training.csv", folder / "reward_facts.csv"
    options = ("--settings", json.dumps({"bootstrap_draws": 100}), "--table", outputs[0], "--facts", outputs[1])
    sampled = [log.with_name("rollouts") for log in logs]
    words = (*options, "--logs", *logs, "--rollouts", *sampled)
    done = run_stage("statistics.training_table", *words, strict=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return pd.read_csv(outputs[0]), pd.read_csv(outputs[1])


@pytest.mark.parametrize("reward", REWARDS)
def test_a_model_with_one_reward_has_the_other_column_empty_and_no_facts_of_it(reward: str, tmp_path: Path) -> None:
    both, one = write_log(tmp_path, "both", "xmlcount", "exact_match"), write_log(tmp_path, "one", reward)
    training, facts = tables(tmp_path, both, one)
    assert list(training["model"].value_counts()) == [STEPS, STEPS]
    there, empty = ("format_reward", "correctness_reward")[:: 1 if REWARDS[reward] == "format" else -1]
    rows = training[training["model"] == "one"]
    assert rows[empty].isna().all() and rows[there].tolist() == pytest.approx([step / 10 for step in range(1, 13)])
    found = set(facts.loc[facts["model"] == "one", "fact"])
    wanted, absent = (OF_FORMAT, OF_ANSWER)[:: 1 if REWARDS[reward] == "format" else -1]
    assert wanted <= found and not absent & found and {"steps", "length_start", "length_change"} <= found
    assert set(facts.loc[facts["model"] == "both", "fact"]) >= OF_FORMAT | OF_ANSWER
    assert facts.loc[facts["model"] == "one", "value"].notna().all()


@pytest.mark.parametrize(
    ("text", "says"), [("", "can't be read"), ("step\n1\n", "no column completion_length"), ("step,a\n", "no column")]
)
def test_a_log_that_is_not_whole_is_refused_by_name(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(text, encoding="utf-8")
    with pytest.raises(RuntimeError, match=rf"^error: .*log\.csv: {says}"):
        tables(tmp_path, tmp_path / "log.csv")


def test_a_log_with_no_reward_of_the_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"^error: .*no column rewards/<name>/mean"):
        tables(tmp_path, write_log(tmp_path, "m"))


def test_held_out_accuracy_and_groups_without_variance_stand_beside_the_rewards(tmp_path: Path) -> None:
    """Step 1: q1 earned 0.75 by two ways, q2 twice 0.5 and q3 two different sums. Step 5: one group, all the same. The
    other steps learned from what step 1 or 5 sampled."""
    path = write_log(tmp_path, "m", "xmlcount", "exact_match")
    sampled = [row(1, "q1", 0.25, 0.5), row(1, "q2", 0.5, None), row(1, "q1", 0.75, 0.0), row(1, "q2", 0.5, 0.0)]
    sampled += [row(1, "q3", 0.5, 0.0), row(1, "q3", 0.501, 0.0), *[row(5, "q1", 0.5, 2.0)] * 3]
    write_rollouts(path.with_name("rollouts"), sampled)
    log = pd.read_csv(path).assign(entropy=1.5)
    measures = ["validation/accuracy", "validation/readable", "validation/mean_length", "validation/questions"]
    log.loc[log["step"] % 4 == 0, measures] = 0.4, 0.9, 33, 100
    before = {"step": 0, **dict(zip(measures, (0.3, 0.8, 30, 100), strict=True))}
    pd.concat([pd.DataFrame([before]), log]).to_csv(path, index=False)
    training, facts = tables(tmp_path, path)
    training = training.set_index("step")
    assert training["frac_reward_zero_std"].dropna().to_dict() == pytest.approx({1: 2 / 3, 5: 1.0})
    assert training["validation_accuracy"].dropna().to_dict() == {0: 0.3, 4: 0.4, 8: 0.4, 12: 0.4}
    assert training["validation_readable"].dropna().to_dict() == {0: 0.8, 4: 0.9, 8: 0.9, 12: 0.9}
    assert training["validation_length"].dropna().to_dict() == {0: 30, 4: 33, 8: 33, 12: 33}
    # Wilson's interval of 40 in 100, by its formula.
    middle, half = (0.4 + 1.96**2 / 200) / (1 + 1.96**2 / 100), 1.96 * (0.0024 + 1.96**2 / 40000) ** 0.5
    ends = [middle - half / (1 + 1.96**2 / 100), middle + half / (1 + 1.96**2 / 100)]
    assert training.loc[8, ["validation_low", "validation_high"]].tolist() == pytest.approx(ends, abs=1e-4)
    assert training["validation_low"].notna().sum() == 4
    assert training.loc[1:, "entropy"].eq(1.5).all() and training["sampling_mismatch"].isna().all()
    # The policy before training is no step of it.
    assert facts.set_index("fact").loc["steps", "value"] == STEPS


def test_cost_counts_a_shared_generation_with_its_first_step_and_sums_the_steps_of_the_trainer(tmp_path: Path) -> None:
    log = write_log(tmp_path, "m", "xmlcount", "exact_match")
    written = pd.read_csv(log).assign(step_time=[2.0, 0.5] * (STEPS // 2))
    # Before training: the row of step 0 has no time.
    written = pd.concat(
        [pd.DataFrame({"step": [0], "validation/accuracy": [0.25], "validation/questions": [8]}), written]
    )
    written.to_csv(log, index=False)
    sampled = [row(step, f"q{place}", 0.0, 0.0) for step in range(1, STEPS + 1, 2) for place in range(6)]
    write_rollouts(log.with_name("rollouts"), sampled)
    words = (
        "--settings",
        "{}",
        "--logs",
        log,
        "--rollouts",
        log.with_name("rollouts"),
        "--table",
        tmp_path / "cost.csv",
    )
    assert run_stage("statistics.training_cost", "--settings", "{}", *words).returncode == 0
    table = pd.read_csv(tmp_path / "cost.csv")
    assert table["rollouts"].tolist() == [0, *(6 * (1 + step // 2) for step in range(STEPS))]
    assert table["seconds"].tolist() == [
        0,
        *(2.5 * (step // 2) + (2 if step % 2 == 0 else 2.5) for step in range(STEPS)),
    ]
    assert table["validation_accuracy"].tolist()[0] == 0.25 and table["validation_accuracy"][1:].isna().all()


def test_the_age_of_the_policy_that_sampled_is_counted_in_updates(tmp_path: Path) -> None:
    log = write_log(tmp_path, "m", "xmlcount", "exact_match")
    sampled = [row(step, f"q{place}", 0.0, 0.0) for step in (1, 4, 8) for place in range(6)]
    write_rollouts(log.with_name("rollouts"), sampled)
    training, _ = tables(tmp_path, log)
    assert training["off_policy_depth"].tolist() == [0, 1, 2, 0, 1, 2, 3, 0, 1, 2, 3, 4]

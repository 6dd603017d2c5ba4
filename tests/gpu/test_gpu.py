"""What can only be seen on a GPU: prompts, seeds, stop tokens, soft-capping and adapters as vLLM handles them."""

from itertools import product

import pandas as pd
import pytest

from finmath_grpo.gpu_environment import captured_batch
from finmath_grpo.rollouts import read_rollouts

BATCHES = {"twice": "same batch again", "shuffled": "in another order", "fewer": "every 8th without the others"}


@pytest.fixture(params=("llama", "gemma2"))
def family(request: pytest.FixtureRequest) -> str:
    return request.param


def test_every_prompt_reaches_vllm_with_one_bos(family, measured, table):
    found = measured("repeat", family)
    table.append((f"{family}: BOS tokens in a prompt, as vLLM saw it", str(found["bos_in_each_prompt"])))
    assert found["bos_in_each_prompt"] == [1]


def test_the_same_seeds_give_the_same_text_twice(family, measured, table):
    found = measured("repeat", family)
    table += [(f"{family}: identical completions, {batch}", f"{found[name]:.1%}") for name, batch in BATCHES.items()]
    table.append((f"{family}: speed", f"{found['tokens_per_second']:,.0f} tokens/s"))
    assert found["twice"] == 1.0


def test_batch_invariant_mode_makes_text_independent_of_the_batch(family, measured, table):
    free, found = measured("repeat", family), measured("repeat, batch-invariant", family)
    for name, batch in BATCHES.items():
        table.append((f"{family}, batch-invariant: identical completions, {batch}", f"{found[name]:.1%}"))
    slower = free["tokens_per_second"] / found["tokens_per_second"]
    speed = f"{found['tokens_per_second']:,.0f} tokens/s, {slower:.2f} times slower"
    table.append((f"{family}, batch-invariant: speed", speed))
    assert [found[name] for name in BATCHES] == [1.0] * len(BATCHES)


def test_both_stop_tokens_of_a_family_end_a_completion(family, measured, table):
    found = measured("repeat", family)
    table.append((f"{family}: stop tokens", ", ".join(f"{end} {how}" for end, how in found["forced_ends"].items())))
    table.append((f"{family}: completions that end by themselves", f"{found['stopped_at_an_end']:.1%}"))
    assert len(found["forced_ends"]) == 2
    assert set(found["forced_ends"].values()) == {"stop after 1"}
    assert found["finish_agrees"]
    assert found["text_with_special_tokens"] == 0


def test_gemma_is_soft_capped(measured, table):
    found = measured("soft_capping", "gemma2")
    table.append(("gemma2: mean |log p(vLLM) - log p(transformers)|, both capped", f"{found['with_caps']:.4f}"))
    table.append(("gemma2: the same, transformers not capped", f"{found['without_caps']:.4f}"))
    assert found["with_caps"] < 0.1 * found["without_caps"]


def test_adapter_and_merged_model_give_the_same_greedy_tokens(family, measured, table):
    found = measured("adapter", family)
    adapted, merged, base = found["with_adapter"], found["merged"], found["alone"]

    def alike(other: list[list[int]], tokens: int | None = None) -> float:
        return sum(a[:tokens] == b[:tokens] for a, b in zip(adapted, other, strict=True)) / len(adapted)

    table.append((f"{family}: greedy, base + adapter = merged", f"{alike(merged):.1%} of {len(base)} completions"))
    table.append((f"{family}: greedy, base + adapter = merged, first 8 tokens", f"{alike(merged, 8):.1%}"))
    table.append((f"{family}: greedy, base + adapter = base", f"{alike(base):.1%}"))
    assert found["sampled"] == found["sampled_again"]
    assert alike(merged, 8) > 0.9
    assert alike(merged) > max(0.5, alike(base))


@pytest.mark.parametrize("completions", [6, 102])
def test_the_engine_has_a_decode_graph_for_the_rounded_batch_of_a_rollout(completions, measured, table):
    sizes = measured("captured", "llama")[str(completions)]
    table.append((f"decode graphs for rollouts of {completions}", ", ".join(map(str, sizes))))
    assert max(sizes) == captured_batch(completions) >= completions


@pytest.mark.parametrize("engine", ["trl", "unsloth"])
def test_a_training_gives_the_same_bytes_twice_and_other_texts_with_another_seed(
    engine, trained_briefly, side_by_side, table
):
    updates = {"max_steps": 4, "optimizer_steps": 4}
    runs = list(side_by_side.map(lambda seed: trained_briefly(engine, seed, **updates), (1, 1, 2)))
    one, again, other = ([row.completion for row in read_rollouts(run / "completions")] for run in runs)
    adapters = [(run / "adapter/adapter_model.safetensors").read_bytes() for run in runs]
    alike = sum(a == b for a, b in zip(one, other, strict=True)) / len(one)
    table.append((f"{engine}: rollouts of four updates alike, two seeds", f"{alike:.1%}"))
    assert one == again and adapters[0] == adapters[1]
    assert alike < 0.5 and adapters[0] != adapters[2]


def test_the_log_probabilities_of_the_sampler_are_taken_where_it_agrees_with_a_pass(trained_briefly, table):
    # Two generations, of three updates each.
    several = {"steps_per_generation": 3, "max_steps": 6, "optimizer_steps": 6}
    log = pd.read_csv(
        trained_briefly("trl", 1, **several, shortcuts=["no_input_casts", "sampler_log_probabilities"]) / "log"
    )
    clipped = log["sampler/clipped"].dropna()
    table.append(("trl: tokens of the sampler that GRPO would clip", f"{clipped.max():.3%}"))
    assert list(log["sampler/taken"].dropna()) == [1, 1] and (clipped < 0.01).all()
    # The policy is still the one that sampled.
    assert log["clip_ratio/region_mean"].dropna().iloc[0] < 0.01


KILLS = {"in the middle": False, "after the last step": True}


@pytest.fixture(scope="module")
def killed(killed_and_resumed, side_by_side):
    """All of them at once, by engine and by whether the kill came at the end."""
    cases = list(product(["trl", "unsloth"], KILLS.values()))
    return {case: side_by_side.submit(killed_and_resumed, case[0], at_the_end=case[1]) for case in cases}


@pytest.mark.parametrize("at_the_end", KILLS.values(), ids=KILLS)
@pytest.mark.parametrize("engine", ["trl", "unsloth"])
def test_killed_grpo_goes_on_from_its_checkpoint_and_leaves_the_base_as_it_was(engine, at_the_end, killed, table):
    found = killed[engine, at_the_end].result()
    log, check = found["log"], found["check"]
    update, greedy = check["summary"]["mean_relative_update"], check["greedy"]
    table.append(
        (f"{engine}: base hashes on disk, before and after", f"{len(set(check['base_sha256'].values()))} value")
    )
    table.append((f"{engine}: size of the update, relative to the weights", f"{update:.2%}"))
    table.append((f"{engine}: greedy, base + adapter = merged", f"{greedy['identical']} of {greedy['prompts']}"))
    table.append((f"{engine}: a step", f"{log['step_time'].median():.2f} s"))
    assert found["resumed"]
    assert list(log["step"]) == list(range(len(log)))
    # Held-out accuracy before training, after every third of it, and the sampler's distance to the trainer there.
    heldout = log.dropna(subset=["validation/accuracy"])
    mismatch = heldout["sampling/mismatch"]
    table.append((f"{engine}: sampler against trainer, mean |log p| difference", f"{mismatch.max():.4f}"))
    assert list(heldout["step"]) == [0, *(third * (len(log) - 1) // 3 for third in (1, 2, 3))]
    assert (mismatch < 0.1).all() and (heldout["validation/readable"] > 0).any()
    assert set(check["base_sha256"]) == {"on_disk", "before_training", "after_training"}
    assert len(set(check["base_sha256"].values())) == 1
    assert update > 0

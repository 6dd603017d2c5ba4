"""What can only be seen on a GPU: prompts, seeds, stop tokens, soft-capping and adapters as vLLM handles them."""

import pytest

FAMILIES = ("llama", "gemma2")


@pytest.fixture(scope="session", params=FAMILIES)
def repeated(request, models, measure) -> tuple[str, dict]:
    """Of each family: many completions of the same requests, in several batches."""
    return request.param, measure("repeat", models[request.param])


def test_every_prompt_reaches_vllm_with_one_bos(repeated, table):
    family, found = repeated
    table.append((f"{family}: BOS tokens in a prompt", str(found["bos_in_each_prompt"])))
    assert found["bos_in_each_prompt"] == [1]


def test_the_same_seeds_give_the_same_text_twice(repeated, table):
    family, found = repeated
    for name, meaning in (("twice", "same batch again"), ("shuffled", "other order"), ("fewer", "every 8th alone")):
        table.append((f"{family}: identical completions, {meaning}", f"{found[name]:.1%}"))
    table.append((f"{family}: speed", f"{found['tokens_per_second']:,.0f} tokens/s"))
    assert found["twice"] == 1.0


def test_stop_tokens_of_the_family_end_a_completion(repeated, table):
    family, found = repeated
    table.append((f"{family}: stop tokens", ", ".join(f"{end}: {how}" for end, how in found["forced_ends"].items())))
    table.append((f"{family}: completions that end by themselves", f"{found['stopped_at_an_end']:.1%}"))
    assert len(found["ends"]) == 2
    assert set(found["forced_ends"].values()) == {"stop after 1"}
    assert found["finish_agrees"]
    assert found["text_with_special_tokens"] == 0


def test_batch_invariant_mode_makes_text_independent_of_the_batch(repeated, models, measure, table):
    family, found = repeated
    invariant = measure("repeat", models[family], VLLM_BATCH_INVARIANT="1")
    for name, meaning in (("twice", "same batch again"), ("shuffled", "other order"), ("fewer", "every 8th alone")):
        table.append((f"{family}, batch-invariant: identical completions, {meaning}", f"{invariant[name]:.1%}"))
    slower = found["tokens_per_second"] / invariant["tokens_per_second"]
    table.append(
        (f"{family}, batch-invariant: speed", f"{invariant['tokens_per_second']:,.0f} tokens/s ({slower:.2f} x slower)")
    )
    assert invariant["twice"] == invariant["shuffled"] == invariant["fewer"] == 1.0


def test_gemma_logits_are_soft_capped(models, measure, table):
    found = measure("soft_capping", models["gemma2"])
    table.append(("gemma2: |log p(vLLM) - log p(transformers)|, both capped", f"{found['with_caps']:.4f}"))
    table.append(("gemma2: the same against an uncapped model", f"{found['without_caps']:.4f}"))
    assert found["with_caps"] < 0.1 * found["without_caps"]


@pytest.mark.parametrize("family", FAMILIES)
def test_adapter_and_merged_model_give_the_same_greedy_tokens(family, models, measure, table, tmp_path):
    adapter, merged = tmp_path / "adapter" / "MANIFEST.sha256", tmp_path / "merged" / "MANIFEST.sha256"
    adapter.parent.mkdir()
    merged.parent.mkdir()
    measure("make_adapter", models[family], adapter, merged)
    found = measure("adapter", models[family], adapter, merged)
    table.append(
        (f"{family}: greedy, adapter = merged model", f"{found['adapter_equals_merged']:.1%} of 64 completions")
    )
    table.append((f"{family}: greedy, adapter = base", f"{found['adapter_equals_base']:.1%}"))
    assert found["first_token_equal"] > 0.9
    assert found["adapter_equals_merged"] > 0.5 > found["adapter_equals_base"]

"""Sampling: exactly the softmax, and random numbers that depend on question, temperature and sample alone."""

import json
import shutil
import sys
from pathlib import Path
from random import Random

import pytest
import torch
import zstandard
from scipy import stats
from transformers import AutoConfig, AutoModelForCausalLM, GenerationConfig

from finmath_grpo.errors import UserError
from finmath_grpo.evaluation import deep
from finmath_grpo.evaluation.cells import check_texts, read_cell, write_cell
from finmath_grpo.evaluation.engine import Request, completion_seed
from finmath_grpo.evaluation.settings import EvaluationSettings
from finmath_grpo.evaluation.transformers_engine import GumbelMax, transformers_engine
from finmath_grpo.files import write_jsonl
from finmath_grpo.models.decoding import decode
from finmath_grpo.models.manifest import write_manifest
from finmath_grpo.models.pretrain import new_model
from finmath_grpo.models.settings import Architecture
from finmath_grpo.models.tokenizer import train_tokenizer
from finmath_grpo.models.weights import load_tokenizer

SETTINGS = EvaluationSettings(
    engine="transformers", temperatures=(0.5, 1.0), samples=1, top_p=1.0, max_new_tokens=12, batch_size=64
)


@pytest.fixture(scope="module", params=["llama", "gemma2"])
def manifest(request, tmp_path_factory) -> Path:
    """A randomly initialised model on disk."""
    directory = tmp_path_factory.mktemp(request.param)
    tokenizer = train_tokenizer(["bir iki üç dört", "user model assistant\n\n12"], 400, request.param)
    shape = Architecture(
        type=request.param,
        hidden_size=32,
        layers=1,
        heads=1,
        key_value_heads=1,
        head_dim=32,
        intermediate_size=32,
        max_position=64,
    )
    new_model(shape, tokenizer, seed=0).to(torch.bfloat16).save_pretrained(directory)
    tokenizer.save_pretrained(directory)
    path = directory / "MANIFEST.sha256"
    write_manifest(path, list(directory.iterdir()))
    return path


def requests_of(count: int, temperature: float = 1.0) -> list[Request]:
    draw = Random(0)
    return [
        Request(tuple([0, *(draw.randrange(10, 200) for _ in range(draw.randrange(3, 9)))]), temperature, seed)
        for seed in range(count)
    ]


def test_gumbel_noise_samples_the_softmax_at_the_rows_temperature():
    logits = torch.tensor([1.0, 0.0, -1.0, 2.0])
    requests = [Request((), 0.7, seed) for seed in range(20_000)]
    rows = torch.arange(len(requests))
    chosen = GumbelMax(requests, 1.0, torch.device("cpu"))(logits.repeat(len(requests), 1), rows)
    expected = torch.softmax(logits / 0.7, 0).numpy() * len(requests)
    assert stats.chisquare(torch.bincount(chosen, minlength=4).numpy(), expected).pvalue > 0.001


def small_model(kind: str) -> torch.nn.Module:
    """A random model with two layers whose windows are shorter than a prompt or whose attention is linear."""
    torch.manual_seed(0)
    sizes = {"hidden_size": 32, "intermediate_size": 32, "num_attention_heads": 2, "num_key_value_heads": 1}
    more = {
        "gemma2": {"sliding_window": 6, "head_dim": 16},
        "qwen3_5_text": {"head_dim": 16, "layer_types": ["linear_attention", "full_attention"]},
        "falcon_h1": {"mamba_d_ssm": 32, "mamba_n_heads": 4, "mamba_d_head": 8, "mamba_d_state": 8},
    }
    config = AutoConfig.for_model(kind, vocab_size=400, num_hidden_layers=2, pad_token_id=0, **sizes, **more[kind])
    config._attn_implementation = "eager"
    return AutoModelForCausalLM.from_config(config).float().eval()


@pytest.mark.parametrize("kind", ["gemma2", "qwen3_5_text", "falcon_h1"])
def test_rows_that_leave_the_batch_when_they_end_change_no_row(kind):
    """Against `generate` of transformers, row by row; the rows end one after the other."""
    model = small_model(kind)
    prompts = [request.prompt for request in requests_of(24)]
    ends = list(range(0, 400, 4))
    greedy = GenerationConfig(do_sample=False, max_new_tokens=12, eos_token_id=ends, pad_token_id=0)
    expected = [
        model.generate(torch.tensor([prompt]), generation_config=greedy)[0, len(prompt) :].tolist()
        for prompt in prompts
    ]
    computed = []

    def choose(logits: torch.Tensor, rows: torch.Tensor) -> torch.Tensor:
        computed.append(len(rows))
        return logits.argmax(1)

    assert decode(model, prompts, 0, ends, 12, choose) == expected
    assert len({len(tokens) for tokens in expected}) > 1 and max(map(len, expected)) == len(computed)
    assert computed[0] == 24 > computed[-1]


def test_a_completion_does_not_depend_on_its_place_in_the_batch(manifest):
    generate = transformers_engine([manifest], "cpu", SETTINGS)
    requests = requests_of(16)
    shuffled = Random(1).sample(range(16), 16)
    (straight,) = generate([requests])
    (mixed,) = generate([[requests[i] for i in shuffled]])
    assert [mixed[shuffled.index(i)] for i in range(16)] == straight


def test_a_cell_does_not_depend_on_the_other_cells(manifest):
    generate = transformers_engine([manifest], "cpu", SETTINGS)
    warm, hot = requests_of(8, 0.5), requests_of(8, 1.0)
    assert list(generate([warm, hot]))[1] == next(generate([hot]))


def test_penalties_of_a_checkpoint_change_nothing(manifest, tmp_path):
    """vLLM does not read them; transformers would add them to what its caller leaves open."""
    shutil.copytree(manifest.parent, tmp_path / "model")
    other = tmp_path / "model" / manifest.name
    file = other.with_name("generation_config.json")
    penalties = {"repetition_penalty": 5.0, "no_repeat_ngram_size": 1}
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | penalties), encoding="utf-8")
    write_manifest(other, [path for path in other.parent.iterdir() if path != other])
    requests = requests_of(8)
    ours, theirs = (next(transformers_engine([path], "cpu", SETTINGS)([requests])) for path in (manifest, other))
    assert ours == theirs


def test_another_seed_gives_another_completion(manifest):
    generate = transformers_engine([manifest], "cpu", SETTINGS)
    one = requests_of(1)[0]
    (completions,) = generate([[Request(one.prompt, 1.0, seed) for seed in range(8)]])
    assert len({completion.text for completion in completions}) > 1


def test_completion_seeds_are_these_for_ever():
    # Written down, because a changed seed silently changes every completion.
    seeds = [completion_seed("q-001", 0.1, 0), completion_seed("q-001", 0.1, 1), completion_seed("q-002", 1.0, 0)]
    assert seeds == [1809505983, 1391303735, 585109695]


def test_completion_seeds_do_not_repeat_over_an_experiment():
    seeds = {completion_seed(f"q-{q}", t / 10, s) for q in range(100) for t in range(1, 11) for s in range(16)}
    assert len(seeds) >= 16_000 - 3  # 16,000 draws of 2^31: 0.06 repeats expected


def cell_rows(model: str) -> list[dict]:
    row = {"model": model, "test": "t1", "question_id": "q", "temperature": 1.0, "sample": 0, "text": "a\u2028b"}
    return [{**row, "tokens": 3, "finish": "stop"}]


def test_a_kept_cell_is_read_under_the_names_of_here(tmp_path):
    write_cell(tmp_path / "key.jsonl", cell_rows("llama"))
    assert read_cell(tmp_path / "key.jsonl", "gemma", "t2") == [{**cell_rows("gemma")[0], "test": "t2"}]
    assert read_cell(tmp_path / "nothing.jsonl", "gemma", "t2") is None


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda folder: shutil.copy(folder / "other.jsonl", folder / "key.jsonl"), "key.jsonl: is the cell other"),
        (lambda folder: edit(folder / "key.jsonl", "stop", "length"), "key.jsonl: its rows are not those"),
        (lambda folder: edit(folder / "key.jsonl", '"finish"', ""), "key.jsonl: can't be read as a cell"),
        (lambda folder: (folder / "key.jsonl").write_text(""), "key.jsonl: can't be read as a cell"),
        (lambda folder: write_jsonl(folder / "key.jsonl", cell_rows("llama")), "key.jsonl: can't be read as a cell"),
    ],
)
def test_a_cell_of_another_model_or_edited_or_torn_is_generated_again_with_a_word(tmp_path, capsys, spoil, says):
    write_cell(tmp_path / "key.jsonl", cell_rows("llama"))
    write_cell(tmp_path / "other.jsonl", cell_rows("gemma"))
    spoil(tmp_path)
    assert read_cell(tmp_path / "key.jsonl", "llama", "t1") is None
    assert says in capsys.readouterr().out


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_model_that_writes_nothing_is_refused():
    rows = cell_rows("llama") * 3
    check_texts("llama", [*rows[:2], {**rows[2], "text": ""}])
    with pytest.raises(UserError, match="llama: all of its 3 completions are empty"):
        check_texts("llama", [{**row, "text": " \n"} for row in rows])


def test_a_changed_chat_template_is_refused_by_name(manifest):
    template = manifest.parent / "chat_template.jinja"
    original = template.read_text(encoding="utf-8")
    template.write_text(original + " ", encoding="utf-8")
    try:
        with pytest.raises(UserError, match=r"chat_template\.jinja: differs from MANIFEST"):
            load_tokenizer(manifest)
    finally:
        template.write_text(original, encoding="utf-8")


def test_a_changed_weight_file_is_refused_by_name(manifest, tmp_path):
    weights = manifest.parent / "model.safetensors"
    original = weights.read_bytes()
    weights.write_bytes(original[:-1] + bytes([original[-1] ^ 1]))
    try:
        with pytest.raises(Exception, match=r"model\.safetensors: differs from MANIFEST"):
            transformers_engine([manifest], "cpu", SETTINGS)
    finally:
        weights.write_bytes(original)


def test_the_parts_of_many_completions_are_those_of_the_whole(manifest, tmp_path, monkeypatch):
    question = {"family": "", "question": "Kaç?", "answer": "1", "answer_unit": "", "unit": "", "value": "1"}
    write_jsonl(tmp_path / "test.jsonl", [{"id": "a", **question}, {"id": "b", **question, "question": "Kim?"}])

    def sampled(first: int, samples: int) -> list[dict]:
        settings = SETTINGS.model_copy(update={"temperatures": (1.0,), "samples": samples}).model_dump_json()
        path = tmp_path / f"m.{first}.{samples}.jsonl.zst"
        given = {"settings": settings, "first": first, "test": tmp_path / "test.jsonl", "prompt": '{"system": "Yaz"}'}
        given |= {"device": "cpu", "code": "c", "model": "m", "weights": manifest, "cache": tmp_path / "cells"}
        options = [f"--{name}={value}" for name, value in {**given, "completions": path}.items()]
        monkeypatch.setattr(sys, "argv", ["deep", *options])
        deep.main()
        with zstandard.open(path, "rt", encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]

    whole = sampled(0, 5)
    assert [(row["question_id"], row["sample"]) for row in whole] == [(name, k) for name in "ab" for k in range(5)]
    assert sampled(0, 3) == [row for row in whole if row["sample"] < 3]
    assert sampled(3, 2) == [row for row in whole if row["sample"] >= 3]


def test_the_prompt_of_both_families_has_one_bos_and_no_system_turn(manifest):
    from finmath_grpo.prompts import PromptSettings, prompt_tokens
    from finmath_grpo.questions.rows import Question

    question = Question(id="q", unit="", family="", question="Kaç?", answer="1", answer_unit="", value="1", numbers=())
    (ids,) = prompt_tokens(load_tokenizer(manifest), PromptSettings(system="Yanıtla."), manifest, [question], 8)
    config = json.loads((manifest.parent / "config.json").read_text(encoding="utf-8"))
    assert ids.count(config["bos_token_id"]) == 1 and ids[0] == config["bos_token_id"]

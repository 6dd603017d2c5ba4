"""A prompt's tokens are what the model's own chat template gives, whatever its BOS token, roles and files are."""

import json
import re
from pathlib import Path

import pytest
import torch
from chat_models import KINDS as CHAT_MODELS
from chat_models import write_chat_model
from datasets import Dataset
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from trl import DPOConfig, DPOTrainer, GRPOConfig, GRPOTrainer

from finmath_grpo.errors import UserError
from finmath_grpo.files import write_jsonl
from finmath_grpo.models.context import check_context
from finmath_grpo.models.manifest import write_manifest
from finmath_grpo.models.weights import load_model, load_tokenizer
from finmath_grpo.prompts import PromptSettings, chat_tokens, prompt_messages, prompt_tokens
from finmath_grpo.questions.rows import Question
from finmath_grpo.training import dpo, grpo
from finmath_grpo.training.settings import DpoJob, GrpoJob
from finmath_grpo.workflow.experiments import load

WORDS = ["<s>", "</s>", "<|im_start|>", "<|im_end|>", "[INST]", "[/INST]", "user", "assistant", "system", "Be", "kind"]
WORDS += ["Solve\n\ntwo", "two", "plus", "four", "\n", "?"]
CHATML = (
    "{% if messages[0].role != 'system' %}<|im_start|> system \n Be kind <|im_end|> \n {% endif %}"
    "{% for m in messages %}<|im_start|> {{ m.role }} \n {{ m.content }} <|im_end|> \n {% endfor %}"
    "{% if add_generation_prompt %}<|im_start|> assistant \n{% endif %}"
)
TURNS = (
    "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no system role') }}{% endif %}"
    "[INST] {{ m.role }} {{ m.content }} [/INST] {% endfor %}"
)
# BOS and EOS tokens, template, and the prompt that it asks for.
KINDS = {
    "BOS once, written by the template": (
        *("<s>", "</s>", "{{ bos_token }} " + TURNS),
        "<s> [INST] user Solve\n\ntwo plus two ? [/INST]",
    ),
    "BOS that the tokenizer adds and the template does not": (
        *("<s>", "</s>", TURNS),
        "[INST] user Solve\n\ntwo plus two ? [/INST]",
    ),
    "no BOS token": (None, "</s>", TURNS, "[INST] user Solve\n\ntwo plus two ? [/INST]"),
    "BOS in each turn": (
        *("<|im_start|>", "<|im_end|>", CHATML),
        "<|im_start|> system \n Be kind <|im_end|> \n <|im_start|> user \n Solve\n\ntwo plus two ? <|im_end|> \n"
        " <|im_start|> assistant \n",
    ),
}
QUESTION = "two plus two ?"


def words_to_ids(text: str) -> list[int]:
    return [WORDS.index(word) for word in text.split(" ")]


def write_tokenizer(folder: Path, bos: str | None, eos: str, template: str | None) -> None:
    """A tokenizer with one token per word, which by itself puts its BOS token before every text, as Llama's does."""
    tokenizer = Tokenizer(models.WordLevel({word: place for place, word in enumerate(WORDS)}, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "removed")
    if bos:
        special = [(bos, WORDS.index(bos))]
        tokenizer.post_processor = processors.TemplateProcessing(single=f"{bos} $A", special_tokens=special)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=bos, eos_token=eos, pad_token=eos, chat_template=template
    )
    fast.save_pretrained(folder)


def write_weights(folder: Path, *, tied: bool = True, sharded: bool = False) -> None:
    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=32, hidden_size=16, intermediate_size=32, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, max_position_embeddings=64, tie_word_embeddings=tied, eos_token_id=1, bos_token_id=None,
    )  # fmt: skip
    LlamaForCausalLM(config).to(torch.bfloat16).save_pretrained(folder, max_shard_size=4096 if sharded else "1GB")


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return tmp_path / "model/MANIFEST.sha256"


def finish(manifest: Path) -> None:
    write_manifest(manifest, [path for path in manifest.parent.iterdir() if path.is_file()])


@pytest.mark.parametrize("kind", KINDS)
def test_every_stage_asks_with_the_tokens_of_the_models_own_template(kind, manifest, tmp_path):
    bos, eos, template, text = KINDS[kind]
    write_tokenizer(manifest.parent, bos, eos, template)
    write_weights(manifest.parent)
    finish(manifest)
    expected = words_to_ids(text)
    settings = PromptSettings(system="Solve")
    row = {"id": "q", "unit": "u", "family": "f", "question": QUESTION, "answer": "4", "answer_unit": "", "value": "4"}
    question = Question.model_construct(**row)

    # Evaluation; then what the check of the merge and GRPO's longest prompt call.
    messages = prompt_messages(settings, QUESTION)
    tokenizer = load_tokenizer(manifest)
    assert prompt_tokens(tokenizer, settings, tmp_path, [question], 8) == [tuple(expected)]
    assert chat_tokens(tokenizer, messages) == expected

    # Of TRL: what the two trainers make of the same messages.
    def arguments(config: type, **more: object) -> object:
        return config(output_dir=str(tmp_path / "out"), use_cpu=True, bf16=False, report_to=[], **more)

    model = load_model(manifest, "cpu")
    rows = Dataset.from_list([{"prompt": messages}] * 2)
    grpo = GRPOTrainer(
        model=model,
        processing_class=tokenizer,
        reward_funcs=lambda completions, **_: [0.0] * len(completions),
        args=arguments(GRPOConfig, num_generations=2, per_device_train_batch_size=2),
        train_dataset=rows,
    )
    assert grpo._tokenize_prompts([messages])[0] == [expected]
    answers = {
        side: [{"role": "assistant", "content": word}] for side, word in (("chosen", "four"), ("rejected", "two"))
    }
    dpo = DPOTrainer(
        model=model,
        ref_model=None,
        processing_class=tokenizer,
        args=arguments(DPOConfig, per_device_train_batch_size=2),
        train_dataset=Dataset.from_list([{"prompt": messages, **answers}] * 2),
    )
    assert dpo.train_dataset[0]["prompt_ids"] == expected


def test_a_model_without_a_template_is_refused_in_words(manifest):
    write_tokenizer(manifest.parent, "<s>", "</s>", None)
    finish(manifest)
    with pytest.raises(UserError, match=r"model: has no chat template, so that it can't be asked"):
        load_tokenizer(manifest)


def test_a_template_that_doubles_its_bos_is_refused(manifest):
    write_tokenizer(manifest.parent, "<s>", "</s>", "{{ bos_token }} {{ bos_token }} " + TURNS)
    finish(manifest)
    with pytest.raises(UserError, match="begins with two <s>"):
        chat_tokens(load_tokenizer(manifest), [{"role": "user", "content": QUESTION}])


SPECIAL = [(kind, token) for kind, (_, *ends, others) in CHAT_MODELS.items() for token in (*ends, *others) if token]


def asked(text: str, id: str = "mine-7") -> Question:
    return Question(id=id, unit="", family="", question=text, answer="4", answer_unit="", value="4")


@pytest.mark.parametrize(("kind", "token"), SPECIAL)
def test_a_question_that_would_end_its_turn_is_refused_by_file_id_and_token(kind, token, manifest):
    write_chat_model(kind, manifest.parent)
    finish(manifest)
    tokenizer, text, file = load_tokenizer(manifest), f"İki artı iki?{token} Cevap 5.", Path("data/test.jsonl")
    identity = tokenizer.convert_tokens_to_ids(token)
    # What would come of it: the model sees the token once more than it stands in the template.
    counts = [
        chat_tokens(tokenizer, prompt_messages(PromptSettings(), question)).count(identity)
        for question in (text, "İki artı iki?")
    ]
    assert counts[0] == counts[1] + 1
    said = rf"data/test.jsonl: question 'mine-7': holds '{re.escape(token)}', a special token of .*; take it out"
    with pytest.raises(UserError, match=said):
        prompt_tokens(tokenizer, PromptSettings(), file, [asked("Kaç?", "fine"), asked(text)], 8)
    with pytest.raises(UserError, match=f"prompt.system: holds '{re.escape(token)}'"):
        prompt_tokens(tokenizer, PromptSettings(system=f"Çöz.{token}"), file, [asked("Kaç?")], 8)
    # Signs of comparison and other tags are text.
    assert prompt_tokens(tokenizer, PromptSettings(), file, [asked("a < b > c | <b>|eot_id|</b> ise kaç?")], 8)


def test_a_sign_that_a_model_pads_with_is_text(manifest):
    """Many that were trained from Llama 3 pad with its token 0, the exclamation mark."""
    write_chat_model("llama-3", manifest.parent)
    config = manifest.parent / "tokenizer_config.json"
    config.write_text(json.dumps({**json.loads(config.read_text()), "pad_token": "!"}))
    finish(manifest)
    tokenizer = load_tokenizer(manifest)
    assert "!" in tokenizer.all_special_tokens
    assert prompt_tokens(tokenizer, PromptSettings(system="Çöz!"), Path("t2.jsonl"), [asked("5! kaçtır?")], 8)


@pytest.mark.parametrize("where", ["train", "validation"])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Kaç?<|eot_id|>", r"question 'mine-7': holds '<\|eot_id\|>'"),
        # The model has 4,096 positions, and a byte is a token.
        ("Kaç? " * 800, r"question 'mine-7': its prompt has [0-9]{4} tokens, and with 96 more \(training\.grpo\."),
    ],
    ids=["special token", "too long"],
)
def test_grpo_trains_on_no_question_that_ends_its_turn_or_has_no_place(
    text, said, where, manifest, tmp_path, monkeypatch
):
    write_chat_model("llama-3", manifest.parent)
    finish(manifest)
    rows = {name: [asked(f"{name} {place} kaç?", f"{name}-{place}") for place in range(100)] for name in ("train", "v")}
    rows["train" if where == "train" else "v"][50] = asked(text)
    for name, questions in rows.items():
        write_jsonl(tmp_path / name, (question.model_dump(mode="json") for question in questions))
    smoke = load(Path("config/smoke.yaml"))
    job = GrpoJob(
        device="cpu", prompt=smoke.prompt, rewards=("numeric_match",), seed=1, training=smoke.training.grpo
    ).model_dump_json()
    words = ["--settings", job, "--code", "c", "--train", tmp_path / "train", "--validation", tmp_path / "v"]
    words += ["--base", manifest, "--cache", tmp_path / "cache"]
    for output in ("manifest", "log", "config", "completions"):
        words += [f"--{output}", tmp_path / "out" / output]
    monkeypatch.setattr("sys.argv", ["grpo", *map(str, words)])
    with pytest.raises(UserError, match=said):
        grpo.main()


def test_dpo_trains_with_no_system_text_that_ends_its_turn(manifest, tmp_path):
    """Its questions are ours; the evaluation would say it, after the training."""
    write_chat_model("llama-3", manifest.parent)
    finish(manifest)
    job = DpoJob(
        device="cpu",
        prompt=PromptSettings(system="Çöz.<|eot_id|>"),
        families="elementary",
        seed=1,
        training=load(Path("config/smoke.yaml")).training.dpo,
    )
    with pytest.raises(UserError, match=r"prompt\.system: holds '<\|eot_id\|>'"):
        dpo.train(job, set(), manifest, tmp_path / "run")


def test_a_question_after_which_the_model_has_no_place_to_answer_is_refused(manifest):
    """With transformers it would go on beyond its positions, with a reminder in the log alone."""
    write_chat_model("gemma-2", manifest.parent)
    finish(manifest)
    tokenizer, file = load_tokenizer(manifest), Path("data/t2.jsonl")
    rows = [asked("Kaç?", "fine"), asked("Kaç kaç?")]
    longest = len(chat_tokens(tokenizer, prompt_messages(PromptSettings(), rows[1].question)))
    assert len(prompt_tokens(tokenizer, PromptSettings(), file, rows, 4096 - longest)) == 2
    said = rf"t2\.jsonl: question 'mine-7': its prompt has {longest} tokens, and with {4097 - longest} more .* 4096 pos"
    with pytest.raises(UserError, match=said):
        prompt_tokens(tokenizer, PromptSettings(), file, rows, 4097 - longest)


# What transformers and vLLM read into the rotary embeddings of released models, by their config.json.
POSITIONS = {
    "of a text model": ({"max_position_embeddings": 4096}, 4096),
    "not stated": ({}, None),
    "of pictures and text": ({"text_config": {"max_position_embeddings": 8192}, "max_position_embeddings": 77}, 8192),
    "Llama 3.1": (
        {
            "max_position_embeddings": 131072,
            "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "original_max_position_embeddings": 8192},
        },
        131072,
    ),
    "Qwen 2.5 with YaRN": (
        {
            "max_position_embeddings": 32768,
            "rope_scaling": {"type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768},
        },
        131072,
    ),
    "YaRN, stretched already": (
        {
            "max_position_embeddings": 163840,
            "rope_scaling": {"type": "yarn", "factor": 40, "original_max_position_embeddings": 4096},
        },
        163840,
    ),
    "stretched, as transformers 5 writes it": (
        {"max_position_embeddings": 4096, "rope_parameters": {"rope_type": "linear", "factor": 2.0, "rope_theta": 1e4}},
        8192,
    ),
    "by kind of layer": (
        {"max_position_embeddings": 4096, "rope_parameters": {"full_attention": {"rope_type": "default"}}},
        4096,
    ),
}


@pytest.mark.parametrize("kind", POSITIONS)
def test_a_model_has_the_positions_that_its_rotary_embeddings_reach(kind, tmp_path):
    described, positions = POSITIONS[kind]
    (tmp_path / "config.json").write_text(json.dumps(described))
    check_context(tmp_path, {"one": range(100)}, "key", (positions or 10**6) - 100)
    if positions:
        with pytest.raises(UserError, match=rf"one: its prompt has 100 tokens.* {positions} positions"):
            check_context(tmp_path, {"one": range(100)}, "key", positions - 99)


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{% for x in %}", "its chat template fails on a question .*TemplateSyntaxError"),
        ("{{ raise_exception('no') }}", "its chat template fails on a question .*no"),
        # As templates for text and pictures have it, which get a text here.
        (
            "{% for m in messages %}{% for part in m.content %}{{ part.text }}{% endfor %}{% endfor %}",
            "leaves the quest",
        ),
    ],
)
def test_a_template_that_can_not_ask_is_refused_in_words(manifest, template, said):
    write_tokenizer(manifest.parent, "<s>", "</s>", template)
    finish(manifest)
    with pytest.raises(UserError, match=said):
        load_tokenizer(manifest)


@pytest.mark.parametrize("change", ["a tensor is gone", "all names begin with module."])
def test_weights_that_are_not_whole_are_refused_and_not_drawn_at_random(manifest, change):
    write_tokenizer(manifest.parent, "<s>", "</s>", TURNS)
    write_weights(manifest.parent, tied=True, sharded=False)
    (file,) = manifest.parent.glob("*.safetensors")
    tensors = load_file(file)
    if change == "a tensor is gone":
        del tensors["model.norm.weight"]
    else:
        tensors = {f"module.{name}": tensor for name, tensor in tensors.items()}
    save_file(tensors, file, {"format": "pt"})
    finish(manifest)
    with pytest.raises(UserError, match=r"its weights lack [0-9]+ tensors .* they would be random"):
        load_model(manifest, "cpu")


@pytest.mark.parametrize(
    ("changed", "said"),
    [({"model_type": "nothing"}, "ValueError: .*nothing"), ({"intermediate_size": 8}, "RuntimeError: .*ismatch")],
    ids=["unknown kind", "other shapes"],
)
def test_a_model_that_does_not_fit_its_config_is_refused_in_words(manifest, changed, said):
    write_tokenizer(manifest.parent, "<s>", "</s>", TURNS)
    write_weights(manifest.parent)
    config = manifest.parent / "config.json"
    config.write_text(json.dumps(json.loads(config.read_text(encoding="utf-8")) | changed), encoding="utf-8")
    finish(manifest)
    with pytest.raises(UserError, match=rf"transformers can't load this model \({said}"):
        load_model(manifest, "cpu")


@pytest.mark.parametrize("tied", [True, False], ids=["tied", "untied"])
@pytest.mark.parametrize("sharded", [True, False], ids=["shards", "one file"])
def test_weights_load_from_one_file_or_shards_with_tied_or_untied_embeddings(manifest, tied, sharded):
    write_tokenizer(manifest.parent, "<s>", "</s>", TURNS)
    write_weights(manifest.parent, tied=tied, sharded=sharded)
    files = sorted(manifest.parent.glob("*.safetensors"))
    assert (len(files) > 1) == sharded
    finish(manifest)
    model = load_model(manifest, "cpu")
    stored = {name: tensor for file in files for name, tensor in load_file(file).items()}
    assert ("lm_head.weight" in stored) != tied
    assert {name for name, _ in model.named_parameters()} == set(stored)
    assert all(torch.equal(dict(model.named_parameters())[name], tensor.float()) for name, tensor in stored.items())
    head, embedding = model.get_output_embeddings().weight, model.get_input_embeddings().weight
    assert (head.data_ptr() == embedding.data_ptr()) == tied
    assert json.loads((manifest.parent / "config.json").read_text(encoding="utf-8"))["tie_word_embeddings"] == tied

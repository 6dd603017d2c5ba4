"""Models of the shape of Llama-3-8B and Gemma-2-9B with random weights, and tokenizers that fit them.

`new_model` makes a folder that `fetch` could have written: safetensors in bfloat16, configs as in the repositories of
2024, a tokenizer that is trained on the project's questions and filled up to the real number of tokens, a manifest.
Random weights hardly ever end a turn: every completion runs to its limit, which is the worst case of time and memory.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, processors, trainers

from finmath_grpo.models.manifest import write_manifest
from finmath_grpo.models.tokenizer import GEMMA_TEMPLATE, LLAMA_TEMPLATE

SHARD = 5e9
"""Bytes of a file of weights, about."""
WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
"""How Llama-3 cuts text before it looks for tokens."""
LLAMA_SPECIAL = ["begin_of_text", "end_of_text", *(f"reserved_special_token_{n}" for n in range(4))]
LLAMA_SPECIAL += ["start_header_id", "end_header_id", "reserved_special_token_4", "eot_id"]
LLAMA_SPECIAL += [f"reserved_special_token_{n}" for n in range(5, 251)]
GEMMA_SPECIAL = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", *(f"<unused{n}>" for n in range(101))]
GEMMA_SPECIAL += ["<start_of_turn>", "<end_of_turn>"]

CONFIGS: dict[str, dict[str, Any]] = {
    "llama": {
        "architectures": ["LlamaForCausalLM"],
        "attention_bias": False,
        "attention_dropout": 0.0,
        "bos_token_id": 128000,
        "eos_token_id": 128009,
        "hidden_act": "silu",
        "hidden_size": 4096,
        "initializer_range": 0.02,
        "intermediate_size": 14336,
        "max_position_embeddings": 8192,
        "mlp_bias": False,
        "model_type": "llama",
        "num_attention_heads": 32,
        "num_hidden_layers": 32,
        "num_key_value_heads": 8,
        "rms_norm_eps": 1e-05,
        "rope_theta": 500000.0,
        "tie_word_embeddings": False,
        "torch_dtype": "bfloat16",
        "use_cache": True,
        "vocab_size": 128256,
    },
    "gemma": {
        "architectures": ["Gemma2ForCausalLM"],
        "attention_bias": False,
        "attention_dropout": 0.0,
        "attn_logit_softcapping": 50.0,
        "bos_token_id": 2,
        "eos_token_id": 1,
        "final_logit_softcapping": 30.0,
        "head_dim": 256,
        "hidden_activation": "gelu_pytorch_tanh",
        "hidden_size": 3584,
        "initializer_range": 0.02,
        "intermediate_size": 14336,
        "max_position_embeddings": 8192,
        "model_type": "gemma2",
        "num_attention_heads": 16,
        "num_hidden_layers": 42,
        "num_key_value_heads": 8,
        "pad_token_id": 0,
        "query_pre_attn_scalar": 256,
        "rms_norm_eps": 1e-06,
        "rope_theta": 10000.0,
        "sliding_window": 4096,
        "torch_dtype": "bfloat16",
        "use_cache": True,
        "vocab_size": 256000,
    },
}
GENERATION: dict[str, dict[str, Any]] = {
    # As the checkpoint of the post's base has it: sampling parameters and no `do_sample`, which the merge repairs.
    "llama": {
        "bos_token_id": 128000,
        "eos_token_id": [128001, 128009],
        "temperature": 0.6,
        "max_length": 4096,
        "top_p": 0.9,
    },
    "gemma": {"bos_token_id": 2, "eos_token_id": [1, 107], "pad_token_id": 0},
}
SMALLER: dict[str, dict[str, int]] = {
    "tiny": {
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "head_dim": 32,
    },
    # 1.5 B parameters: for the memory of the merge on a machine with no GPU.
    "middle": {
        "hidden_size": 2048,
        "intermediate_size": 7168,
        "num_hidden_layers": 18,
        "num_attention_heads": 16,
        "num_key_value_heads": 8,
        "head_dim": 128,
    },
}
"""Shapes with the same tokenizers, for a CPU."""


def new_model(family: str, size: str, questions: Iterable[str], directory: Path, device: str) -> float:
    """Make the model of a family (`llama`, `gemma`) at a size (`full`, `middle`, `tiny`); its size in GB."""
    directory.mkdir(parents=True, exist_ok=True)
    config = {**CONFIGS[family], **SMALLER.get(size, {})}
    write_tokenizer(family, config["vocab_size"], questions, directory)
    (directory / "config.json").write_text(json.dumps(config, indent=2))
    (directory / "generation_config.json").write_text(json.dumps(GENERATION[family], indent=2))
    (directory / "SOURCE.json").write_text(json.dumps({"repository": f"random/{family}", "commit": "0" * 40}))
    written = write_weights(family, shapes(family, config), directory, device)
    manifest = directory / "MANIFEST.sha256"
    manifest.unlink(missing_ok=True)
    write_manifest(manifest, [file for file in directory.iterdir() if file.is_file()])
    return written


def shapes(family: str, config: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    """Shape of each tensor by its name in the files of transformers."""
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    head = config.get("head_dim", hidden // config["num_attention_heads"])
    queries, keys = config["num_attention_heads"] * head, config["num_key_value_heads"] * head
    found: dict[str, tuple[int, ...]] = {"model.embed_tokens.weight": (config["vocab_size"], hidden)}
    norms = ["input_layernorm", "post_attention_layernorm"]
    norms += ["pre_feedforward_layernorm", "post_feedforward_layernorm"] if family == "gemma" else []
    for layer in range(config["num_hidden_layers"]):
        matrices = {
            "self_attn.q_proj": (queries, hidden),
            "self_attn.k_proj": (keys, hidden),
            "self_attn.v_proj": (keys, hidden),
            "self_attn.o_proj": (hidden, queries),
            "mlp.gate_proj": (inner, hidden),
            "mlp.up_proj": (inner, hidden),
            "mlp.down_proj": (hidden, inner),
            **dict.fromkeys(norms, (hidden,)),
        }
        found |= {f"model.layers.{layer}.{name}.weight": shape for name, shape in matrices.items()}
    found["model.norm.weight"] = (hidden,)
    if family == "llama":
        found["lm_head.weight"] = (config["vocab_size"], hidden)
    return found


def write_weights(family: str, wanted: dict[str, tuple[int, ...]], directory: Path, device: str) -> float:
    """Write random tensors in shards, a pure function of family, shapes and kind of device; GB written."""
    generator = torch.Generator(device).manual_seed({"llama": 1, "gemma": 2}[family])

    def tensor(name: str, shape: tuple[int, ...]) -> torch.Tensor:
        if len(shape) == 1:
            return torch.full(shape, 1.0 if family == "llama" else 0.0, dtype=torch.bfloat16)
        # With 0.02 each layer adds much more than the embedding holds, and roundings grow: of the sampler's tokens 16 %
        # had a ratio that GRPO clips before any update (2 % with 10 and an output of 0.05). Gemma multiplies by 60.
        scale = 40.0 if (family, name) == ("llama", "model.embed_tokens.weight") else 0.02
        empty = torch.empty(shape, dtype=torch.bfloat16, device=device)
        return empty.normal_(0, scale, generator=generator).cpu()

    files: list[list[str]] = [[]]
    size = total = 0
    for name, shape in wanted.items():
        count = 2 * torch.Size(shape).numel()
        if files[-1] and size + count > SHARD:
            files.append([])
            size = 0
        files[-1].append(name)
        size += count
        total += count
    places = {}
    for number, names in enumerate(files, start=1):
        file = f"model-{number:05d}-of-{len(files):05d}.safetensors"
        save_file({name: tensor(name, wanted[name]) for name in names}, directory / file, metadata={"format": "pt"})
        places |= dict.fromkeys(names, file)
    index = {"metadata": {"total_size": total}, "weight_map": places}
    (directory / "model.safetensors.index.json").write_text(json.dumps(index))
    return total / 1e9


def write_tokenizer(family: str, size: int, questions: Iterable[str], directory: Path) -> None:
    """Write a byte-level BPE tokenizer with `size` ids, each of which has a text, the special ones at their places."""
    learned = Tokenizer(models.BPE())
    learned.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(WORDS), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=5000, initial_alphabet=alphabet, show_progress=False)
    learned.train_from_iterator(questions, trainer)
    spec = json.loads(learned.to_str())
    if family == "llama":
        first, special = size - len(LLAMA_SPECIAL), [f"<|{name}|>" for name in LLAMA_SPECIAL]
    else:
        first, special = 0, GEMMA_SPECIAL
    places = {text: first + place for place, text in enumerate(special)}
    words = sorted(spec["model"]["vocab"], key=spec["model"]["vocab"].get)
    free = (number for number in range(size) if number not in set(places.values()))
    # What no question needs gets a word that no text has.
    spec["model"]["vocab"] = {
        **{word: next(free) for word in words},
        **{f"\u0120q{number:x}z": number for number in free},
    }
    spec["added_tokens"] = [
        {"id": number, "content": text, "single_word": False, "lstrip": False, "rstrip": False}
        | {"normalized": False, "special": True}
        for text, number in sorted(places.items(), key=lambda item: item[1])
    ]
    spec["model"]["vocab"] |= places if family == "gemma" else {}
    tokenizer = Tokenizer.from_str(json.dumps(spec, ensure_ascii=False))
    tokenizer.decoder = decoders.ByteLevel()
    bos, eos, template = {
        "llama": ("<|begin_of_text|>", "<|eot_id|>", LLAMA_TEMPLATE),
        "gemma": ("<bos>", "<eos>", GEMMA_TEMPLATE),
    }[family]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A", special_tokens=[(bos, tokenizer.token_to_id(bos))]
    )
    assert tokenizer.get_vocab_size() == size, f"{tokenizer.get_vocab_size()} ids instead of {size}"
    tokenizer.save(str(directory / "tokenizer.json"), pretty=False)
    settings = {
        "bos_token": bos,
        "eos_token": eos,
        **({"pad_token": "<pad>", "unk_token": "<unk>"} if family == "gemma" else {}),
        "chat_template": template,
        "model_input_names": ["input_ids", "attention_mask"],
        "tokenizer_class": "PreTrainedTokenizerFast",
    }
    (directory / "tokenizer_config.json").write_text(json.dumps(settings, indent=2))

"""Merging an adapter into its base model, in bfloat16, with the proof that the merged model is the trained one.

One tensor is in memory at a time: W is read from the base, W + (alpha / r) B A computed in float64 and rounded to
bfloat16, and shards are written as they fill. `finmath_grpo.training.merge_check` then reads what was written.
"""

import argparse
import gc
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import split_torch_state_dict_into_shards
from peft import LoraConfig, PeftModel
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM, GenerationConfig

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import read_jsonl, sha256, write_json
from finmath_grpo.models.manifest import replacement, verified_directory
from finmath_grpo.models.stop_tokens import stop_tokens
from finmath_grpo.models.weights import StoredWeights, base_sha256, compute_dtype, load_from, load_tokenizer
from finmath_grpo.prompts import PromptSettings, chat_tokens, prompt_messages
from finmath_grpo.questions.rows import Question
from finmath_grpo.training.merge_check import Update, agreement, check_tensor, greedy_tokens, summary, warning
from finmath_grpo.training.settings import MergeSettings

SHARD = 2 * 2**30
"""Bytes of a file of weights, at most, but for a tensor that is larger."""


def updates(adapter: Path, device: str = "cpu") -> dict[str, Update]:
    """The update of each adapted weight, by the weight's name in the base model.

    Raises RuntimeError for an adapter that is more than W + (alpha / r) B A.
    """
    config = LoraConfig.from_pretrained(adapter)
    tensors = load_file(adapter / "adapter_model.safetensors")
    strange = [name for name in tensors if not name.endswith(("lora_A.weight", "lora_B.weight"))]
    if strange or config.use_rslora or config.use_dora or config.rank_pattern or config.alpha_pattern:
        raise RuntimeError(f"{adapter}: not a plain LoRA adapter {strange[:3]}")
    return {
        name.removeprefix("base_model.model.").replace("lora_A.weight", "weight"): Update(
            tensors[name.replace("lora_A", "lora_B")], a, config.lora_alpha / config.r
        ).to(device)
        for name, a in tensors.items()
        if name.endswith("lora_A.weight")
    }


def merged_tensor(weight: torch.Tensor, update: Update | None) -> torch.Tensor:
    """W, or W + (alpha / r) B A summed in float64, rounded to bfloat16.

    Where W is 0, as some weights of a base that was stored in 4 bits are, and the products that make up a value of B A
    nearly cancel, float32 would lose more than bfloat16 does.
    """
    if update is not None:
        weight = weight.double() + (update.b.double() @ update.a.double()) * update.scale
    return weight.to(torch.bfloat16)


def write_weights(base: StoredWeights, update: Mapping[str, Update], directory: Path) -> None:
    """Write the merged tensors: one file, or shards with an index as transformers reads them."""
    shapes = {name: torch.empty(shape, dtype=torch.bfloat16, device="meta") for name, shape in base.shapes.items()}
    split = split_torch_state_dict_into_shards(shapes, max_shard_size=SHARD)
    for file, tensors in split.filename_to_tensors.items():
        merged = {name: merged_tensor(base[name], update.get(name)).cpu().contiguous() for name in tensors}
        save_file(merged, directory / file, metadata={"format": "pt"})
    if split.is_sharded:
        index = {"metadata": split.metadata, "weight_map": split.tensor_to_filename}
        write_json(directory / "model.safetensors.index.json", index)


def write_configs(base: Path, directory: Path) -> list[str]:
    """Write config and generation config of a merged model, and say what had to be repaired."""
    config = AutoConfig.from_pretrained(base, local_files_only=True)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    model.config.architectures = [type(model).__name__]
    model.config.save_pretrained(directory)
    if (base / "generation_config.json").exists():
        generation = GenerationConfig.from_pretrained(base, local_files_only=True)
    else:
        generation = GenerationConfig.from_model_config(config)
    repairs = repair(generation)
    generation.save_pretrained(directory)
    return repairs


def repair(generation: GenerationConfig) -> list[str]:
    """Make a generation config valid, and say what was changed: `save_pretrained` refuses one that is not.

    Checkpoints of 2024 give a temperature with no `do_sample: true`, and mean sampling.
    """
    if _valid(generation):
        return []
    generation.do_sample = True
    if _valid(generation):
        return ["generation_config.json: do_sample is true now, because the file gives sampling parameters"]
    kept = {name: getattr(generation, name) for name in ("bos_token_id", "eos_token_id", "pad_token_id")}
    faulty = generation.to_diff_dict()
    generation.__dict__.update(GenerationConfig(**kept).__dict__)
    lost = sorted(faulty.keys() - kept.keys() - {"transformers_version", "_from_model_config"})
    return [f"generation_config.json: not valid, so only token ids are kept; {', '.join(lost)} left out"]


def _valid(generation: GenerationConfig) -> bool:
    try:
        generation.validate(strict=True)
    except ValueError:
        return False
    return True


def check_tensors(
    base: StoredWeights, merged: StoredWeights, update: Mapping[str, Update]
) -> dict[str, dict[str, float]]:
    """The comparison of every adapted tensor, as written. Raises RuntimeError where merged is not base + update."""
    missing = update.keys() - base.keys()
    if missing or base.keys() != merged.keys():
        raise RuntimeError(f"tensors without counterpart: {sorted(missing | (base.keys() ^ merged.keys()))}")
    found = {name: check_tensor(name, base[name], merged[name], update.get(name)) for name in base}
    return {name: row for name, row in found.items() if row is not None}


def check_base(base: StoredWeights, config: Any, training: Mapping[str, Any]) -> dict[str, str]:
    """The hashes of the base on disk, and before and after training. Raises UserError where they differ."""
    hashes = {"on_disk": base_sha256(base.items(), config), **training["base_sha256"]}
    compared = dict(hashes)
    if training["job"]["training"].get("load_in_4bit"):
        # In 4 bits the trained base has other values than the file; it must still have kept them.
        del compared["on_disk"]
    if len(set(compared.values())) != 1:
        raise UserError(
            f"the base weights are not those that the adapter was trained on: {hashes}; a base that is merged already,"
            " or of another run: delete the manifests of base and adapter and run again"
        )
    return hashes


def check_adapter(adapter: Path, config: Path, training: Mapping[str, Any]) -> None:
    """Raise UserError unless the adapter's files are those that its run wrote, by the hashes in the run's config."""
    stated = training["adapter_sha256"]
    if differ := [name for name, digest in stated.items() if sha256(adapter / name) != digest]:
        raise UserError(
            f"{adapter / differ[0]}: not the adapter of the run that {config} describes; delete its manifest and run"
            " again to get both from one run"
        )


def greedy_check(
    arguments: argparse.Namespace, base: Path, settings: MergeSettings, prompt: PromptSettings
) -> dict[str, Any]:
    """Whether merged model and base + adapter write the same, greedily; one of them is in memory at a time."""
    tokenizer = load_tokenizer(arguments.base)
    ends = stop_tokens(base, tokenizer)
    asked = list(read_jsonl(arguments.train, Question))[: settings.prompts]
    prompts = [chat_tokens(tokenizer, prompt_messages(prompt, question.question)) for question in asked]
    if not prompts:
        return agreement([], [])

    def written(model: Any) -> list[list[int]]:
        return greedy_tokens(model, tokenizer, prompts, settings.max_new_tokens, ends)

    device = arguments.device
    adapted = PeftModel.from_pretrained(load_from(base, device), arguments.adapter.parent, device_map=device)
    with_adapter = written(adapted)
    del adapted
    free(device)
    return agreement(with_adapter, written(load_from(arguments.manifest.parent, device)))


def free(device: str) -> None:
    """Give back the memory of models that nothing refers to."""
    gc.collect()
    if device != "cpu":
        torch.cuda.empty_cache()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", required=True, help="MergeSettings as JSON")
    parser.add_argument("--prompt", required=True, help="PromptSettings as JSON")
    parser.add_argument("--device", required=True)
    parser.add_argument("--code", required=True, help="fingerprint of this stage's code")
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True, help="manifest of the base model")
    parser.add_argument("--adapter", type=Path, required=True, help="manifest of the adapter")
    parser.add_argument("--config", type=Path, required=True, help="resolved config of the training run")
    parser.add_argument("--manifest", type=Path, required=True)
    parser.add_argument("--check", type=Path, required=True)
    arguments = parser.parse_args()
    settings = MergeSettings.model_validate_json(arguments.settings)
    prompt = PromptSettings.model_validate_json(arguments.prompt)
    device = arguments.device
    said = steps()

    base, adapter = verified_directory(arguments.base), verified_directory(arguments.adapter)
    said("verified base and adapter")
    training = json.loads(arguments.config.read_text(encoding="utf-8"))
    check_adapter(adapter, arguments.config, training)
    hashes = check_base(StoredWeights(base), AutoConfig.from_pretrained(base, local_files_only=True), training)
    said("hashed the base")
    # The base as the trainer computed with it.
    weights, update = StoredWeights(base, device, compute_dtype(device)), updates(adapter, device)
    with replacement(arguments.manifest) as directory:
        write_weights(weights, update, directory)
        repairs = write_configs(base, directory)
        load_tokenizer(arguments.base).save_pretrained(directory)
        said("merged")
        tensors = check_tensors(weights, StoredWeights(directory, device), update)
        said("checked every tensor")
    del update
    free(device)
    said("wrote the manifest")
    greedy = greedy_check(arguments, base, settings, prompt)
    said("compared greedy completions")
    found = summary(tensors)
    for line in (*repairs, warning(found)):
        if line:
            print(f"warning: {line}", file=sys.stderr)
    write_json(
        arguments.check,
        {"base_sha256": hashes, "summary": found, "repairs": repairs, "greedy": greedy, "tensors": tensors},
    )


def steps() -> Any:
    """A function that prints what was done and how long it took since its last call."""
    last = time.perf_counter()

    def said(what: str) -> None:
        nonlocal last
        now = time.perf_counter()
        print(f"{what}: {now - last:.1f} s", flush=True)
        last = now

    return said


if __name__ == "__main__":
    run_stage(main)

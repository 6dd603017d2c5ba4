"""Merging an adapter into its base model, in bfloat16, with the proof that the merged model is the trained one.

A bfloat16 weight keeps 8 bits, so that a small update can vanish in rounding (bf16 dead zone; trl issue 6688). The
check says how much of it did: per tensor the gain <M - W, D> / <D, D> and the cosine of M - W and D, where W is the
base, M the merged tensor and D = (alpha / r) B A the update. M must equal W + D, computed anew in float64, within one
bfloat16 ulp of the larger of W and W + D: where the two nearly cancel, the float32 sum of the merge has lost the
smaller bits.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig
from safetensors.torch import load_file
from transformers import PreTrainedTokenizerBase

from finmath_grpo.errors import run_stage
from finmath_grpo.files import read_jsonl, write_json
from finmath_grpo.models.manifest import replacement
from finmath_grpo.models.weights import load_model, load_tokenizer, load_with_adapter, weights_sha256
from finmath_grpo.prompts import PromptSettings, chat_tokens, prompt_messages
from finmath_grpo.questions.rows import Question
from finmath_grpo.training.settings import MergeSettings

BATCH = 32


def load_weights(directory: Path) -> dict[str, torch.Tensor]:
    """All tensors of a model directory by name, as stored."""
    return {
        name: tensor for file in sorted(directory.glob("*.safetensors")) for name, tensor in load_file(file).items()
    }


def updates(adapter: Path) -> dict[str, torch.Tensor]:
    """The update D = (alpha / r) B A of each adapted weight, in float64, by the weight's name in the base model."""
    config = LoraConfig.from_pretrained(adapter)
    tensors = load_file(adapter / "adapter_model.safetensors")
    scale = config.lora_alpha / config.r
    found = {}
    for name, a in tensors.items():
        if name.endswith("lora_A.weight"):
            b = tensors[name.replace("lora_A", "lora_B")]
            weight = name.removeprefix("base_model.model.").replace("lora_A.weight", "weight")
            found[weight] = scale * (b.double() @ a.double())
    return found


def ulp(values: torch.Tensor) -> torch.Tensor:
    """The distance from each value to the next bfloat16 of larger magnitude (8 significant bits)."""
    exponent = torch.frexp(values.double()).exponent.clamp(min=-125)
    return torch.ldexp(torch.ones_like(values, dtype=torch.float64), exponent - 8)


def compare(base: torch.Tensor, merged: torch.Tensor, update: torch.Tensor) -> dict[str, float]:
    """How a merged tensor stands to W + D: distance in ulps, and how much of the update bfloat16 kept."""
    kept = merged.double() - base.double()
    expected = base.double() + update
    energy = (update * update).sum()
    norms = kept.norm() * update.norm()
    size = torch.maximum(base.double().abs(), expected.abs())
    return {
        "largest_error_in_ulps": ((merged.double() - expected).abs() / ulp(size)).max().item(),
        "relative_update": (update.abs().mean() / base.double().abs().mean()).item(),
        "unchanged_share": (kept == 0).double().mean().item(),
        "gain": ((kept * update).sum() / energy).item() if energy > 0 else 1.0,
        "cosine": ((kept * update).sum() / norms).item() if norms > 0 else float(energy == 0),
    }


@torch.inference_mode()
def greedy_tokens(
    model: Any, tokenizer: PreTrainedTokenizerBase, prompts: list[list[int]], limit: int
) -> list[list[int]]:
    """Greedy completions as token ids, padding cut off."""
    completions = []
    for start in range(0, len(prompts), BATCH):
        inputs = tokenizer.pad({"input_ids": prompts[start : start + BATCH]}, return_tensors="pt").to(model.device)
        output = model.generate(
            **inputs, do_sample=False, temperature=None, top_p=None, top_k=None, max_new_tokens=limit
        )
        for ids in output[:, inputs["input_ids"].shape[1] :].tolist():
            while ids and ids[-1] == tokenizer.pad_token_id:
                ids.pop()
            completions.append(ids)
    return completions


def agreement(left: list[list[int]], right: list[list[int]]) -> dict[str, Any]:
    """How many pairs of token lists are equal, and where the others first differ."""
    first = []
    for a, b in zip(left, right, strict=True):
        if a != b:
            places = (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y)
            first.append(next(places, min(len(a), len(b))))
    return {"prompts": len(left), "identical": len(left) - len(first), "first_difference_at_token": first}


def check_tensors(
    base: dict[str, torch.Tensor], merged: dict[str, torch.Tensor], update: dict[str, torch.Tensor]
) -> dict:
    """The comparison of every tensor. Raises RuntimeError where the merged model is not base + update."""
    tensors = {}
    for name, weight in base.items():
        if name in update:
            tensors[name] = compare(weight, merged[name], update[name])
            if tensors[name]["largest_error_in_ulps"] > 1:
                raise RuntimeError(f"{name}: merged weights differ from W + (alpha / r) B A by more than one ulp")
        elif not torch.equal(weight, merged[name]):
            raise RuntimeError(f"{name}: changed by the merge, though the adapter does not touch it")
    missing = update.keys() - base.keys()
    if missing or base.keys() != merged.keys():
        raise RuntimeError(f"tensors without counterpart: {sorted(missing | (base.keys() ^ merged.keys()))}")
    return tensors


def summary(tensors: dict[str, dict[str, float]]) -> dict[str, float]:
    """Worst error and mean of the other measures over the adapted tensors."""
    mean = {
        f"mean_{key}": sum(row[key] for row in tensors.values()) / len(tensors)
        for key in ("relative_update", "unchanged_share", "gain", "cosine")
    }
    return {"largest_error_in_ulps": max(row["largest_error_in_ulps"] for row in tensors.values()), **mean}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settings", required=True, help="MergeSettings as JSON")
    parser.add_argument("--prompt", required=True, help="PromptSettings as JSON")
    parser.add_argument("--device", required=True)
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True, help="manifest of the base model")
    parser.add_argument("--adapter", type=Path, required=True, help="manifest of the adapter")
    parser.add_argument("--config", type=Path, required=True, help="resolved config of the training run")
    parser.add_argument("--manifest", type=Path, required=True)
    parser.add_argument("--check", type=Path, required=True)
    arguments = parser.parse_args()
    settings = MergeSettings.model_validate_json(arguments.settings)
    prompt = PromptSettings.model_validate_json(arguments.prompt)

    # In float32, so that each weight is rounded once.
    adapted = load_with_adapter(arguments.base, arguments.adapter, "cpu", torch.float32)
    merged = adapted.merge_and_unload().to(torch.bfloat16)
    tokenizer = load_tokenizer(arguments.base)
    with replacement(arguments.manifest) as directory:
        merged.save_pretrained(directory)
        tokenizer.save_pretrained(directory)

    base = load_weights(arguments.base.parent)
    base_sha256 = {
        "on_disk": weights_sha256(base.items()),
        **json.loads(arguments.config.read_text(encoding="utf-8"))["base_sha256"],
    }
    if len(set(base_sha256.values())) != 1:
        raise RuntimeError(f"the base weights are not those that the adapter was trained on: {base_sha256}")
    tensors = check_tensors(base, load_weights(arguments.manifest.parent), updates(arguments.adapter.parent))
    questions = list(read_jsonl(arguments.train, Question))[: settings.prompts]
    prompts = [chat_tokens(tokenizer, prompt_messages(prompt, question.question)) for question in questions]
    with_adapter = load_with_adapter(arguments.base, arguments.adapter, arguments.device)
    greedy = agreement(
        greedy_tokens(with_adapter, tokenizer, prompts, settings.max_new_tokens),
        greedy_tokens(load_model(arguments.manifest, arguments.device), tokenizer, prompts, settings.max_new_tokens),
    )
    write_json(
        arguments.check,
        {
            "base_sha256": base_sha256,
            "summary": summary(tensors),
            "greedy": greedy,
            "tensors": tensors,
        },
    )


if __name__ == "__main__":
    run_stage(main)

"""The proof that a merged model is the trained one: tensor by tensor, and by what the two write.

A bfloat16 weight keeps 8 bits, so that a small update can vanish in rounding (bf16 dead zone; trl issue 6688). The
check says how much of it did: per tensor the gain <M - W, D> / <D, D> and the cosine of M - W and D, where W is the
base, M the merged tensor and D = (alpha / r) B A the update. M must equal W + D, computed anew in float64, within one
bfloat16 ulp of the larger of W and W + D.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from transformers import PreTrainedTokenizerBase

BATCH = 32
BLOCK = 2**22
"""Values that are compared at once: in float64, 32 MiB for each of them."""
LOST = 0.5
"""Below this kept share the merged model is not the trained one in any useful sense, and the merge says so."""


@dataclass(frozen=True)
class Update:
    """The update D = scale * B A of a weight, `b` rows × r and `a` r × columns."""

    b: torch.Tensor
    a: torch.Tensor
    scale: float

    def rows(self, rows: slice) -> torch.Tensor:
        """Some rows of D, in float64."""
        return self.scale * (self.b[rows].double() @ self.a.double())

    def to(self, device: str) -> "Update":
        return Update(self.b.to(device), self.a.to(device), self.scale)


def ulp(values: torch.Tensor) -> torch.Tensor:
    """The distance from each value to the next bfloat16 of larger magnitude (8 significant bits)."""
    exponent = torch.frexp(values.double()).exponent.clamp(min=-125)
    return torch.ldexp(torch.ones_like(values, dtype=torch.float64), exponent - 8)


def compare(base: torch.Tensor, merged: torch.Tensor, update: Update) -> dict[str, float]:
    """How a merged tensor stands to W + D: distance in ulps, and how much of the update bfloat16 kept.

    All three lie on one device. Some rows at a time, so that float64 costs little memory.
    """
    height = max(1, BLOCK // base.shape[1])
    sums: dict[str, Any] = dict.fromkeys(("energy", "kept", "both", "update", "base", "unchanged"), 0.0)
    worst = torch.zeros((), dtype=torch.float64, device=base.device)
    for start in range(0, base.shape[0], height):
        rows = slice(start, start + height)
        w, m, d = base[rows].double(), merged[rows].double(), update.rows(rows)
        kept, expected = m - w, w + d
        worst = torch.maximum(worst, ((m - expected).abs() / ulp(torch.maximum(w.abs(), expected.abs()))).max())
        for name, value in {
            "energy": d * d,
            "kept": kept * kept,
            "both": kept * d,
            "update": d.abs(),
            "base": w.abs(),
            "unchanged": (kept == 0).double(),
        }.items():
            sums[name] = sums[name] + value.sum()
    found = {name: float(value) for name, value in sums.items()}
    norms = (found["energy"] * found["kept"]) ** 0.5
    return {
        "largest_error_in_ulps": float(worst),
        "relative_update": found["update"] / found["base"] if found["base"] else float("inf"),
        "unchanged_share": found["unchanged"] / base.numel(),
        "gain": found["both"] / found["energy"] if found["energy"] else 1.0,
        "cosine": found["both"] / norms if norms else float(not found["energy"]),
        "squared_update": found["energy"],
    }


def check_tensor(name: str, base: torch.Tensor, merged: torch.Tensor, update: Update | None) -> dict[str, float] | None:
    """The comparison of an adapted tensor; None for one that the adapter does not touch.

    Raises RuntimeError where the merged tensor is not base + update.
    """
    if update is None:
        if not torch.equal(base.to(merged.dtype), merged):
            raise RuntimeError(f"{name}: changed by the merge, though the adapter does not touch it")
        return None
    row = compare(base, merged, update)
    if not row["largest_error_in_ulps"] <= 1:
        raise RuntimeError(f"{name}: merged weights differ from W + (alpha / r) B A by more than one ulp")
    return row


def summary(tensors: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    """Worst error and mean of the other measures over the adapted tensors, and what became of the update.

    `kept_share` is the gain over all tensors together, each weighted by the squared size of its update. `update` is
    `none` where the adapter changes nothing, `lost` where less than half of it was kept, else `kept`.
    """
    mean = {
        f"mean_{key}": sum(row[key] for row in tensors.values()) / len(tensors)
        for key in ("relative_update", "unchanged_share", "gain", "cosine")
    }
    energy = sum(row["squared_update"] for row in tensors.values())
    kept = sum(row["gain"] * row["squared_update"] for row in tensors.values()) / energy if energy else None
    return {
        "largest_error_in_ulps": max(row["largest_error_in_ulps"] for row in tensors.values()),
        **mean,
        "kept_share": kept,
        "update": "none" if kept is None else "lost" if kept < LOST else "kept",
    }


def warning(found: Mapping[str, Any]) -> str | None:
    """What to say about a :func:`summary`; None if the update was kept."""
    if found["update"] == "none":
        return "the adapter changes no weight: the merged model is the base model"
    if found["update"] == "lost":
        return (
            f"bfloat16 kept {found['kept_share']:.0%} of the update ({found['mean_relative_update']:.2%} of the weights"
            " in size): the merged model is nearly the base; evaluate the adapter unmerged too (`method: adapter`)"
        )
    return None


@torch.inference_mode()
def greedy_tokens(
    model: Any, tokenizer: PreTrainedTokenizerBase, prompts: list[list[int]], limit: int, ends: list[int]
) -> list[list[int]]:
    """Greedy completions as token ids, each up to its first end; what follows is padding."""
    completions = []
    for start in range(0, len(prompts), BATCH):
        inputs = tokenizer.pad({"input_ids": prompts[start : start + BATCH]}, return_tensors="pt").to(model.device)
        output = model.generate(
            **inputs,
            do_sample=False,
            temperature=None,
            top_p=None,
            top_k=None,
            max_new_tokens=limit,
            eos_token_id=ends,
            pad_token_id=tokenizer.pad_token_id,
        )
        completions += [cut(ids, ends) for ids in output[:, inputs["input_ids"].shape[1] :].tolist()]
    return completions


def cut(ids: list[int], ends: list[int]) -> list[int]:
    """Token ids up to the first end, included."""
    stop = next((place for place, token in enumerate(ids) if token in ends), len(ids))
    return ids[: stop + 1]


def agreement(left: list[list[int]], right: list[list[int]]) -> dict[str, Any]:
    """How many pairs of token lists are equal, and where the others first differ."""
    first = []
    for a, b in zip(left, right, strict=True):
        if a != b:
            places = (i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y)
            first.append(next(places, min(len(a), len(b))))
    return {"prompts": len(left), "identical": len(left) - len(first), "first_difference_at_token": first}

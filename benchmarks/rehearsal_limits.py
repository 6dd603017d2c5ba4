"""The least time that the card leaves to each phase of `paper-fast`: bytes over bandwidth, operations over rate.

Bandwidth and rate are those that the piece `limits` measured: copies of a large tensor (bytes read and written per
second) and the product of two large bf16 matrices. Operations are those of the matrices and of causal attention; norms,
activations, the adapter (1 % of the operations) and Python are left out, for a limit is what nothing can go below.
"""

import time
from collections.abc import Mapping
from typing import Any

LORA = 84e6
"""Values of an adapter of rank 32 on all seven matrices of a layer of the 8 B shape, about."""


def measured_on(device: str, seconds: float = 2.0) -> dict[str, float]:
    """Bytes/s of a copy and operations/s of a bf16 matrix product, each tried for some seconds."""
    import torch

    big = device == "cuda"
    dtype = torch.bfloat16 if big else torch.float32
    side, length = (8192, 2**31) if big else (512, 2**22)
    left, right = (torch.randn(side, side, device=device, dtype=dtype) for _ in range(2))
    source = torch.ones(length, device=device, dtype=torch.uint8)
    target = torch.empty_like(source)

    def per_second(work: Any) -> float:
        """How often per second, after some tries that warm up."""

        def timed(times: int) -> float:
            if big:
                torch.cuda.synchronize()
            started = time.perf_counter()
            for _ in range(times):
                work()
            if big:
                torch.cuda.synchronize()
            return time.perf_counter() - started

        timed(3)
        times = max(3, int(seconds * 3 / timed(3)))
        return times / timed(times)

    return {
        "copy_tb_per_s": round(per_second(lambda: target.copy_(source)) * 2 * length / 1e12, 4),
        "matmul_tflop_per_s": round(per_second(lambda: left @ right) * 2 * side**3 / 1e12, 3),
    }


def limits(card: Mapping[str, Any], trained: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, float]:
    """Seconds of each phase of one generation and its updates.

    `card` is the record of `limits`, `trained` that of a `train:…` piece, `config` the model's config.json.
    """
    hidden, layers, inner = config["hidden_size"], config["num_hidden_layers"], config["intermediate_size"]
    head = config.get("head_dim", hidden // config["num_attention_heads"])
    keys = config["num_key_value_heads"] * head
    in_layers = layers * (2 * hidden * config["num_attention_heads"] * head + 2 * hidden * keys + 3 * hidden * inner)
    output = hidden * config["vocab_size"]
    rows, limit = trained["completions_per_generation"], trained["max_completion_length"]
    tokens, written = trained["tokens_per_generation"], rows * trained["mean_completion_length"]
    length = tokens / rows
    attention = 2 * layers * hidden * length
    """Operations per token: two products over half of the row, on average."""
    forward = tokens * (2 * in_layers + attention)
    logits = 2 * written * output
    rate, bandwidth = card["matmul_tflop_per_s"] * 1e12, card["copy_tb_per_s"] * 1e12
    prompts = tokens - written
    per_token = 2 * layers * keys * 2
    """Bytes of a token's keys and values."""
    steps = min(limit, trained["mean_completion_length"])
    cached = rows * (prompts / rows + steps / 2) * per_token
    # Up to commit 2c2c950 the sampler's were taken whether they agreed or not.
    taken = trained.get("sampler_taken") or [float("sampler_log_probabilities" in trained["shortcuts"])]
    passes = 2 - taken[-1]
    return {
        # The prompt of a group is read once. Each step reads the weights, and the keys and values of all rows.
        "generate": prompts / trained["num_generations"] * 2 * in_layers / rate
        + steps * (2 * (in_layers + output) + cached) / bandwidth,
        "log-probabilities": passes * (forward + logits) / rate,
        # Backward to the activations costs one forward, as the weights are frozen; recomputation one more. The logits
        # are always made a second time.
        "forward and backward": ((3 if trained["gradient_checkpointing"] else 2) * forward + 3 * logits) / rate,
        # Weight, gradient and two moments in float32: read, and all but the gradient written.
        "optimizer": trained["updates_per_generation"] * LORA * 28 / bandwidth,
        "sync": 2 * 2 * (in_layers + 2 * output) / bandwidth,
    }

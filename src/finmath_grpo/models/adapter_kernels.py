"""vLLM's kernels for an adapter beside the weights, told to work each sum out in one block of the GPU.

By itself vLLM shares a sum out among 64 blocks, or 8 for large batches, which add their parts to it in the order in
which they end: the same requests then have other texts each time. It takes the sizes of blocks from a file in a folder
that `VLLM_TUNED_CONFIG_FOLDER` names (vllm/lora/ops/triton_ops/README_TUNING.md). The file must have the number of
matrices that a kernel reads; of tokens, widths and ranks, vLLM takes the nearest that it has.
"""

import os

import torch

from finmath_grpo.files import write_json
from finmath_grpo.gpu_environment import compiled_folder

MATRICES = range(1, 9)
"""How many one kernel may read: one alone, gate and up, query, key and value; four in a layer of linear attention."""
BLOCKS = {
    512: {"block_m": 16, "block_n": 16, "block_k": 512, "num_stages": 3},
    8192: {"block_m": 128, "block_n": 32, "block_k": 64, "num_stages": 3},
}
"""By the number of tokens at once, of decoding and of prompts: on an H100 the fastest of those that fit into the 99 KiB
of shared memory of a smaller card. Per layer of 8 B, a token of six sequences takes 69 µs, and 22 by vLLM's own blocks;
8,192 tokens of prompts take 0.29 ms, and 0.41."""


def sums_in_one_block() -> None:
    """Have the engines of this process work the sums of adapters out so, whatever folder a user named.

    To be called before an engine is built.
    """
    rest = {"split_k": 1, "num_warps": 4, "num_ctas": 1, "group_size_m": 8, "max_nreg": None}
    # Of any width and rank.
    by_tokens = {str(tokens): {"1": {"1": {**blocks, **rest}}} for tokens, blocks in BLOCKS.items()}
    name = torch.cuda.get_device_name().replace(" ", "_").replace("-", "_")
    folder = compiled_folder() / "adapter_kernels"
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / f"{name}_SHRINK.json", {"1": {str(matrices): by_tokens for matrices in MATRICES}})
    os.environ["VLLM_TUNED_CONFIG_FOLDER"] = str(folder)

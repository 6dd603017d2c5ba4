"""Sampling with vLLM on a GPU: one engine load per model, all requests queued at once, each cell given as it finishes.

vLLM's noise is Philox keyed by a request's seed and position, so that it does not depend on the batch. The logits do,
in their last bits. `VLLM_BATCH_INVARIANT=1` is meant to prevent that and does not always: with 256 and more concurrent
decodes logits changed with the batch (vllm issue 48271, open), and on an H100 with FlashAttention 3 they did where
prefill and decode are mixed (vllm issue 51902, open). Up to `SEQUENCES_AT_ONCE` decode at once here. So a completion
is repeatable with the same requests in the same order on the same machine, with an adapter beside the model too
(`models.adapter_kernels`), and not independent of the others.
"""

import json
import time
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeVar

import torch
from transformers import AutoConfig

from finmath_grpo.errors import UserError
from finmath_grpo.evaluation.engine import Generate, Output, Request
from finmath_grpo.evaluation.settings import EvaluationSettings
from finmath_grpo.gpu_environment import VLLM_COMPILATION, require, set_environment
from finmath_grpo.models.adapter_kernels import sums_in_one_block
from finmath_grpo.models.kv_cache import cache_bytes, weights_bytes
from finmath_grpo.models.manifest import verified_directory
from finmath_grpo.models.stop_tokens import stop_tokens
from finmath_grpo.models.weights import load_tokenizer

SETTING = "evaluation.engine: vllm"
SEQUENCES_AT_ONCE = 512
GRAPHS = [1, 2, 4, *range(8, 33, 8), *range(48, 129, 16), *range(160, SEQUENCES_AT_ONCE + 1, 32)]
"""Batches whose decoding is captured as a CUDA graph; others are padded to the next. vLLM by itself captures twice as
many, in 4 s at 8 B, and with an adapter each of them twice. The 8 B Llama writes as many tokens per second as with
plain vLLM, which has all of them (docs/rehearsal.md)."""
LARGE = 4 * 2**30
"""Bytes of weights from which on Gemma-2 is compiled. A choice: 9 B gains, and tiny models would only start later."""
T = TypeVar("T")


def compilation(directory: Path, rank: int | None) -> dict[str, Any]:
    """How vLLM compiles a model. It does not, and decoding uses CUDA graphs; only a large Gemma-2 is compiled.

    vLLM has no kernel for Gemma-2's norms: plain vLLM, which compiles, wrote a quarter more tokens per second at 9 B
    than ours did without. Compiling takes 31 to 39 s at the first start (docs/rehearsal.md). With an adapter beside the
    weights it was not tried.
    """
    kind = AutoConfig.from_pretrained(directory, local_files_only=True).model_type
    compiled = kind == "gemma2" and rank is None and weights_bytes(directory) >= LARGE
    mode = {"mode": 3, "cudagraph_mode": "FULL_AND_PIECEWISE"} if compiled else VLLM_COMPILATION
    return {**mode, "cudagraph_capture_sizes": GRAPHS}


def usable_memory(total: int) -> int:
    """Bytes of a GPU that an engine may fill: all but a twentieth, and 2 GiB at least, for drivers and screens.

    More of them hold more keys and values. On 80 GB with 92 %, the 9 B Gemma-2 decoded 131 texts of 1,163 tokens at
    once, and `LLM.generate`, which asks for 92 % too and takes 97, 141 (docs/rehearsal.md).
    """
    return total - max(2 * 2**30, total // 20)


def working_memory(directory: Path) -> int:
    """Bytes for activations and CUDA graphs: 2 GiB, and 2 more per 131,072 tokens of the vocabulary, for the logits.

    On an H100 the 8 B Llama with 128,256 tokens held 3.9 GiB beside weights and cache, the 9 B Gemma-2 with 256,000
    6.3.
    """
    vocabulary: int = AutoConfig.from_pretrained(directory, local_files_only=True).vocab_size
    return 2 * 2**30 + vocabulary * 2**14


def load_llm(directory: Path, length: int, rank: int | None = None, gpus: int = 1) -> Any:
    """A `vllm.LLM` of a model directory, for prompts and completions of `length` tokens; with adapters of a rank.

    Split over `gpus` GPUs: each holds its share of the weights and of the keys and values.
    Raises UserError where fewer are visible.
    """
    from vllm import LLM

    if torch.cuda.device_count() < gpus:
        raise UserError(
            f"evaluation.tensor_parallel_size: {gpus} GPUs are needed and {torch.cuda.device_count()} are visible;"
            f" on one machine say --resources gpu={gpus}"
        )
    total = torch.cuda.get_device_properties(0).total_memory
    fixed = weights_bytes(directory) // gpus + working_memory(directory)
    cache = min(cache_bytes(directory, length, SEQUENCES_AT_ONCE, gpus), usable_memory(total) - fixed)
    if rank:
        sums_in_one_block()
    return LLM(
        model=str(directory),
        dtype="bfloat16",
        seed=0,
        tensor_parallel_size=gpus,
        max_model_len=length,
        max_num_seqs=SEQUENCES_AT_ONCE,
        kv_cache_memory_bytes=cache,
        gpu_memory_utilization=(fixed + cache) / total,
        generation_config="vllm",
        disable_cascade_attn=True,
        compilation_config=compilation(directory, rank),
        # It gets ids, gives ids, and ends at the ids of `stop_token_ids`.
        skip_tokenizer_init=True,
        **({"enable_lora": True, "max_loras": 1, "max_lora_rank": rank} if rank else {}),
    )


def sampling(request: Request, top_p: float, max_new_tokens: int, ends: list[int]) -> Any:
    """The `vllm.SamplingParams` of a request. The engine gives ids only: text is decoded here, as elsewhere."""
    from vllm import SamplingParams

    return SamplingParams(
        seed=request.seed,
        temperature=request.temperature,
        top_p=top_p,
        max_tokens=max_new_tokens,
        stop_token_ids=ends,
        detokenize=False,
    )


def vllm_engine(manifests: list[Path], device: str, settings: EvaluationSettings) -> Generate:
    """The engine of a model, or of base and adapter where two manifests are given."""
    if device != "cuda":
        raise UserError(f"{SETTING} needs `device: cuda`; on a CPU use `transformers`")
    set_environment()
    require(SETTING, "vllm")
    with ThreadPoolExecutor(len(manifests)) as pool:
        # Weights are hashed, and so read from the disk, while vLLM is imported.
        verifying = pool.map(verified_directory, manifests)
        from vllm.lora.request import LoRARequest

        directory, *further = verifying
    adapter = further[0] if further else None
    tokenizer = load_tokenizer(manifests[0])
    ends = stop_tokens(directory, tokenizer)

    def completion(output: Any) -> Output:
        ids = list(output.token_ids)
        return Output(
            text=tokenizer.decode(ids, skip_special_tokens=True),
            tokens=len(ids),
            finish="stop" if output.finish_reason == "stop" else "length",
        )

    def generate(cells: list[list[Request]]) -> Iterator[list[Output]]:
        requests = [request for cell in cells for request in cell]
        length = max(len(request.prompt) for request in requests) + settings.max_new_tokens
        llm = load_llm(directory, length, lora_rank(adapter) if adapter else None, settings.tensor_parallel_size)
        started = time.perf_counter()
        names = llm.enqueue(
            [{"prompt_token_ids": list(request.prompt)} for request in requests],
            [sampling(request, settings.top_p, settings.max_new_tokens, ends) for request in requests],
            use_tqdm=False,
            lora_request=LoRARequest("adapter", 1, str(adapter)) if adapter else None,
        )
        # The engine adds a random part to the names that it gives out, and leaves it out of its answers.
        places = {name.partition("-")[0]: place for place, name in enumerate(names)}
        outputs = ((places[done.request_id], done.outputs[0]) for done in finished(llm))
        tokens = 0
        for cell in cells_in_order([len(cell) for cell in cells], outputs):
            completions = [completion(output) for output in cell]
            tokens += sum(done.tokens for done in completions)
            seconds = time.perf_counter() - started
            print(f"{tokens} tokens in {seconds:.1f} s: {tokens / seconds:.0f} tokens/s", flush=True)
            yield completions

    return generate


def finished(llm: Any) -> Iterator[Any]:
    """The requests of a `vllm.LLM`, each as it finishes."""
    engine = llm.llm_engine
    while engine.has_unfinished_requests():
        yield from (output for output in engine.step() if output.finished)


def cells_in_order(sizes: list[int], outputs: Iterable[tuple[int, T]]) -> Iterator[list[T]]:
    """Cells of these sizes, first to last, each as soon as it and all before it are complete.

    `outputs` are (place, output) in any order, places counted over all cells. Raises RuntimeError where some are
    missing at the end.
    """
    found: dict[int, T] = {}
    starts = list(accumulate(sizes, initial=0))
    # How many outputs each cell still waits for, and which cell comes next.
    waiting, following = list(sizes), 0
    for place, output in outputs:
        found[place] = output
        waiting[bisect_right(starts, place) - 1] -= 1
        while following < len(sizes) and waiting[following] == 0:
            yield [found.pop(place) for place in range(starts[following], starts[following + 1])]
            following += 1
    if following < len(sizes):
        raise RuntimeError(f"vLLM finished without {sum(waiting)} of {starts[-1]} completions")


def lora_rank(adapter: Path) -> int:
    """The rank that the adapter's config gives."""
    rank: int = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))["r"]
    return rank

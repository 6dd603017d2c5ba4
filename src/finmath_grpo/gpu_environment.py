"""What must stand in the environment before vLLM, Unsloth or TRL is imported on a GPU.

Reproducible rollouts and evaluation need the engine in this process; nothing is sent anywhere; and FlashInfer is out,
because it is built at run time and its sampler differs above some batch size (vllm issue 51187).
"""

import importlib.metadata
import importlib.util
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from finmath_grpo.errors import UserError
from finmath_grpo.workflow.machine import gpu_models
from finmath_grpo.workflow.machine import gpus as machine_gpus

ENVIRONMENT = {
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    "VLLM_USE_FLASHINFER_SAMPLER": "0",
    # Every model is a local directory by now; the rule `fetch` alone says otherwise.
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "UNSLOTH_DISABLE_STATISTICS": "1",
    # With its compiled loss, the first step had not ended after four minutes (100 M parameters, H100).
    "UNSLOTH_COMPILE_DISABLE": "1",
    # Without FlashAttention, packed rows are attended one by one, and each longer batch is first checked row by row.
    "UNSLOTH_GRPO_SEQ_PACKING": "0",
}
# Kernels of vLLM as they are written, and CUDA graphs for decoding, for evaluation and `engine: unsloth`. TRL builds
# its own `LLM` with vLLM's defaults: mode 3 (torch.compile by pieces) and graphs for prompts too.
VLLM_COMPILATION = {"mode": 0, "cudagraph_mode": "FULL_DECODE_ONLY"}

LARGEST_GRAPH = 512
"""Sequences of the largest batch for which vLLM captures a CUDA graph by default."""


def captured_batch(sequences: int) -> int:
    """The smallest batch of at least `sequences` that vLLM 0.26 decodes with a CUDA graph.

    It captures graphs for 1, 2, 4, every 8 up to 256 and every 16 up to 512 sequences, and with compilation mode 0
    drops those above `max_num_seqs` (`_init_candidates` in vllm/v1/worker/gpu/cudagraph_utils.py). With
    `max_num_seqs=6` a batch of 6 then has none and runs kernel by kernel: 72 to 105 s per step of `paper` instead of
    11. Above 512 there is no graph, and the number stays.
    """
    if sequences > LARGEST_GRAPH:
        return sequences
    sizes: list[int] = [1, 2, 4, *range(8, 256, 8), *range(256, LARGEST_GRAPH + 1, 16)]
    return next(size for size in sizes if size >= sequences)


COMPILED = ("VLLM_CACHE_ROOT", "TORCHINDUCTOR_CACHE_DIR", "TRITON_CACHE_DIR")
"""Where compilers keep what they made: where it is safe to delete, not in a home folder that may not exist."""
COMPILERS = ("torch", "triton", "vllm")


def compiled_folder(cache: Path = Path("results/cache/compiled")) -> Path:
    """The folder of compiled kernels and graphs for this machine's GPU and the installed compilers.

    Each compiler names its files by what it compiled and by its own version, and writes them whole (a temporary file,
    then a rename), so that jobs can share the folder. But vLLM 0.26 leaves the GPU out (`DeviceConfig.compute_hash` is
    empty), and `results/` may be mounted on another machine.
    """
    gpus = {*(gpu_models(Path("/proc/driver/nvidia/gpus")) or (gpu.name for gpu in machine_gpus()))}
    installed = [name for name in COMPILERS if importlib.util.find_spec(name)]
    named = [*(sorted(gpus) or ["cpu"]), *(f"{name} {importlib.metadata.version(name)}" for name in installed)]
    return cache.resolve() / re.sub(r"[^\w.+-]+", "-", "-".join(named))


def set_environment() -> None:
    """Set what is not set yet. The Snakefile does it for all jobs; a GPU stage again, for who runs it by hand.

    The places of compilers are set anew where they are ours: a cluster's job may run on another GPU than the machine
    that sent it has.
    """
    for variable, value in ENVIRONMENT.items():
        os.environ.setdefault(variable, value)
    folder = compiled_folder()
    for variable in COMPILED:
        if Path(os.environ.get(variable) or folder).is_relative_to(folder.parent):
            os.environ[variable] = str(folder / variable.lower())
    # From now on `import flashinfer` fails, as if it were not installed.
    sys.modules.setdefault("flashinfer", None)  # type: ignore[arg-type]


def expect_many_shapes() -> None:
    """Have PyTorch's memory on a GPU grow in place, for stages whose batches have many shapes.

    Blocks of fixed sizes would be freed and asked for anew, or kept for each shape, beside other jobs on the GPU. To be
    called before anything is on the GPU. Not for vLLM with sleep mode, which refuses it.
    """
    os.environ.setdefault("PYTORCH_ALLOC_CONF", "expandable_segments:True")


def repeat_exactly() -> None:
    """Have PyTorch take only operations that give the same bits each time, for stages that train on a GPU.

    By itself it adds up the gradients of attention in the order in which blocks of the GPU end. With `warn_only` it
    still does, and cuDNN's attention knows no other way; without, other kernels are taken (docs.pytorch.org, notes,
    Reproducibility). What has no deterministic kernel raises RuntimeError.
    """
    import torch

    # cuBLAS gives the same bits with several streams only so ("Results reproducibility" of its documentation).
    os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"
    torch.use_deterministic_algorithms(True)
    # Else new memory is filled with NaN, which finds errors and takes time.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]


def refuse_other_unsloth(environment: Mapping[str, str] = os.environ) -> None:
    """Raise UserError where a switch of Unsloth is not as we set it: it may train otherwise, and nothing tells."""
    free = {"UNSLOTH_COMPILE_LOCATION", "UNSLOTH_ENABLE_LOGGING"}
    switches = {name: value for name, value in environment.items() if name.startswith("UNSLOTH_") and name not in free}
    if others := sorted(name for name, value in switches.items() if ENVIRONMENT.get(name) != value):
        raise UserError(
            f"{others[0]} is set in the environment: Unsloth may train otherwise than the experiment says, and no"
            f" result would tell; unset {' and '.join(others)}"
        )


def require(setting: str, *packages: str) -> None:
    """Raise UserError naming `setting` where a package or a GPU is missing."""
    absent = [package for package in packages if importlib.util.find_spec(package) is None]
    if absent:
        raise UserError(f"{setting} needs {' and '.join(absent)}, which only the CUDA stack has (envs/cuda.lock)")
    import torch

    if not torch.cuda.is_available():
        raise UserError(
            f"{setting} needs a GPU and none is visible: `smoke` runs on a CPU, and a container needs --gpus all"
        )

"""What must stand in the environment before vLLM, Unsloth or TRL is imported on a GPU.

Reproducible rollouts and evaluation need the engine in this process; nothing is sent anywhere; and FlashInfer is out,
because it is built at run time and its sampler differs above some batch size (vllm issue 51187).
"""

import importlib.util
import os
import sys
from pathlib import Path

from finmath_grpo.errors import UserError

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
}
# Kernels of vLLM as they are written, and CUDA graphs for decoding. With torch.compile, a start took 217 s for 8 B
# parameters on an H100: more than it can save in the few minutes that a job generates.
VLLM_COMPILATION = {"mode": 0, "cudagraph_mode": "FULL_DECODE_ONLY"}


COMPILED = ("VLLM_CACHE_ROOT", "TORCHINDUCTOR_CACHE_DIR", "TRITON_CACHE_DIR")
"""Where compilers keep what they made: where it is safe to delete, not in a home folder that may not exist."""


def set_environment() -> None:
    """Set what is not set yet. The Snakefile does it for all jobs; a GPU stage again, for who runs it by hand."""
    for variable, value in ENVIRONMENT.items():
        os.environ.setdefault(variable, value)
    for variable in COMPILED:
        os.environ.setdefault(variable, str(Path("results/cache/compiled", variable.lower()).resolve()))
    # From now on `import flashinfer` fails, as if it were not installed.
    sys.modules.setdefault("flashinfer", None)  # type: ignore[arg-type]


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

"""What must stand in the environment before vLLM, Unsloth or TRL is imported on a GPU.

Reproducible rollouts and evaluation need the engine in this process; nothing is sent anywhere; and FlashInfer is out,
because it is built at run time and its sampler differs above some batch size (vllm issue 51187).
Where compiled code is kept is said by the Snakefile, for all jobs.
"""

import importlib.util
import os
import sys

from finmath_grpo.errors import UserError

ENVIRONMENT = {
    "VLLM_ENABLE_V1_MULTIPROCESSING": "0",
    "VLLM_USE_FLASHINFER_SAMPLER": "0",
    # Every model is a local directory by now.
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


def prepare(setting: str, *packages: str) -> None:
    """Set the environment. Raises UserError naming `setting` where a package or a GPU is missing."""
    absent = [package for package in packages if importlib.util.find_spec(package) is None]
    if absent:
        raise UserError(f"{setting} needs {' and '.join(absent)}, which only the CUDA stack has (envs/cuda.lock)")
    os.environ.update(ENVIRONMENT)
    # Python's mark of a module that is not there.
    sys.modules.setdefault("flashinfer", None)
    import torch

    if not torch.cuda.is_available():
        raise UserError(
            f"{setting} needs a GPU and none is visible: `smoke` runs on a CPU, and a container needs --gpus all"
        )

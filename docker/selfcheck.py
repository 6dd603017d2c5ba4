"""What an image must do before it is one: every package of its stack imports, Chromium draws, and a compiler compiles.

Run once, while the image is built, with no GPU: `python selfcheck.py`.
"""

import importlib
import importlib.util
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
from importlib.metadata import packages_distributions, version
from pathlib import Path

LOCK = Path("/opt/finmath/lock")
PACKAGES = "accelerate datasets hypothesis jinja2 kaleido numpy pandas peft plotly pydantic pytest safetensors scipy"
PACKAGES += " snakemake statsmodels tokenizers torch tqdm transformers trl yaml zstandard"
GPU_PACKAGES = "bitsandbytes pycountry triton vllm"


def normal(name: str) -> str:
    """The normalized form of a package name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def check_versions() -> None:
    """What is installed is the lock, no more and no less; pip itself came with the environment."""
    pins = dict(re.findall(r"^([\w.-]+)==([^\s\\]+)", LOCK.read_text(), flags=re.M))
    locked = {normal(name): pinned for name, pinned in pins.items()}
    found = {normal(name) for names in packages_distributions().values() for name in names}
    wrong = {name: version(name) for name in locked if version(name).split("+")[0] != locked[name]}
    extra = found - locked.keys() - {"pip", "setuptools"}
    if torch_brings_cuda():
        extra = {name for name in extra if not name.startswith(("nvidia-", "cuda-", "triton"))}
    assert not wrong and not extra, f"not as locked: {wrong}; not in the lock: {extra}"
    print(f"{len(locked)} packages are as locked")


def torch_brings_cuda() -> bool:
    """Whether the CPU stack got torch's public build, which is for CUDA and brings its own libraries."""
    import torch

    return os.environ["FINMATH_STACK"] == "cpu" and torch.version.cuda is not None


def check_imports() -> None:
    """Unsloth is imported in a process of its own, because it changes what is imported after it."""
    names = PACKAGES.split()
    if os.environ["FINMATH_STACK"] == "cuda":
        names += GPU_PACKAGES.split()
        # With no GPU it imports only when told to, and then takes vLLM for broken, whose library needs the driver's.
        subprocess.run(
            [sys.executable, "-c", "import unsloth"], env={**os.environ, "UNSLOTH_ALLOW_CPU": "1"}, check=True
        )
    for name in names:
        importlib.import_module(name)
    print(f"{len(names)} packages import")


def check_chromium(directory: Path) -> None:
    import plotly.graph_objects as go

    file = directory / "figure.png"
    go.Figure(go.Bar(x=["ğüşıöç"], y=[1])).write_image(file)
    assert file.read_bytes().startswith(b"\x89PNG"), "Chromium drew no PNG"
    print("Chromium draws")


def check_compiler(directory: Path) -> None:
    """A trivial C extension, as Triton and Inductor build them at run time."""
    source, built = directory / "probe.c", directory / "probe.so"
    source.write_text(
        "#include <Python.h>\n"
        'static struct PyModuleDef probe = {PyModuleDef_HEAD_INIT, "probe", 0, -1, 0};\n'
        "PyMODINIT_FUNC PyInit_probe(void) { return PyModule_Create(&probe); }\n"
    )
    include = sysconfig.get_path("include")
    subprocess.run(["gcc", "-shared", "-fPIC", f"-I{include}", source, "-o", built], check=True)
    spec = importlib.util.spec_from_file_location("probe", built)
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
    print("the compiler compiles")


def check_compiled_numbers(directory: Path) -> None:
    """A kernel for one number on the CPU, for which Inductor needs g++: Gemma-2 has such numbers."""
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(directory / "inductor")
    import torch

    compiled = torch.compile(lambda number: number.float() * 2)
    assert compiled(torch.tensor(1.5, dtype=torch.float64)).item() == 3, "torch.compile computed another number"
    print("torch.compile compiles")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        check_versions()
        check_imports()
        check_chromium(Path(scratch))
        if os.environ["FINMATH_STACK"] == "cuda":
            check_compiler(Path(scratch))
            check_compiled_numbers(Path(scratch))

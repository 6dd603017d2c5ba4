"""NOTICE: the licences of what the image ships, generated from the locks.

    python -m finmath_grpo.release.notice licences > envs/cpu.licences     in an environment of each lock
    python -m finmath_grpo.release.notice > NOTICE                         from both files

A `.licences` file has a line for each pin of its lock: name, version, and the licence that the package itself states.
"""

import argparse
import re
import sys
from importlib.metadata import Distribution, distribution
from pathlib import Path

from finmath_grpo.errors import run_stage

STACKS = {"cpu": "CPU stack (envs/cpu.lock)", "cuda": "CUDA stack (envs/cuda.lock)"}
TEXT = """\
NOTICE

The code of finmath-grpo is under the MIT licence (LICENSE). The questions of data/raw are under CC BY 4.0 (see the
dataset card there). data/published holds numbers read from a post by Metin Usta, named there.

An image built from the Dockerfile also holds other people's work, each under its own licence:

- Debian's packages, Chromium among them: /usr/share/doc/*/copyright in the image.
- Python packages, listed below with the licence that each one states. The texts lie in the image under
  /opt/venv/lib/python3*/site-packages/*.dist-info.

Not all of it may be passed on like MIT code. In the CUDA stack:

- unsloth_zoo is under LGPL 3.0 or later, with parts under AGPL 3.0; some parts of unsloth are under AGPL 3.0.
  Who passes the image on, or lets others use it over a network, must offer their source; it is in the image.
- nvidia-* and cuda-* packages are NVIDIA's, most under the NVIDIA Software License Agreement and the CUDA supplement:
  they may be passed on only as that agreement says.

No image of the project is published, so whoever builds one gets these packages from their publishers.
Models are not in the image. What `paper` fetches is under the licences of its models (Llama 3, Gemma).
"""


def normal(name: str) -> str:
    """The normalized form of a package name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: str) -> list[str]:
    """Names of the packages that a lock pins."""
    return re.findall(r"^([\w.-]+)==", lock, flags=re.M)


def stated_licence(package: Distribution) -> str:
    """The licence that a package states in its metadata, or in the first line of its licence file."""
    metadata = package.metadata
    free_text = (_field(package, "License") or "").strip()
    classifiers = [
        entry.rsplit(" :: ", 1)[1] for entry in metadata.get_all("Classifier") or [] if entry.startswith("License :: ")
    ]
    named = [entry for entry in classifiers if entry != "Other/Proprietary License"]
    short = free_text.splitlines()[0].strip() if free_text else ""
    if len(short) > 80 or short.startswith("Copyright"):
        short = ""
    found = _field(package, "License-Expression") or short or "; ".join(named) or first_line_of_licence(package)
    return " ".join((found or "; ".join(classifiers) or "not stated").split())


def _field(package: Distribution, name: str) -> str | None:
    return next(iter(package.metadata.get_all(name) or []), None)


def first_line_of_licence(package: Distribution) -> str:
    for file in package.files or []:
        if re.match(r"(LICEN[CS]E|COPYING)", file.name, flags=re.I) and ".dist-info" in str(file):
            lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
            return lines[0] if lines else ""
    return ""


def licences(lock: str) -> str:
    """A line for each pin of a lock that is installed here: name, version, licence, separated by tabs."""
    rows = []
    for name in pins(lock):
        package = distribution(name)
        rows.append(f"{normal(name)}\t{package.version.split('+')[0]}\t{stated_licence(package)}\n")
    return "".join(sorted(rows))


def installed_lock() -> str:
    """The lock of the stack that is installed here."""
    from finmath_grpo.workflow.machine import this_machine

    return Path("envs", "cuda.lock" if this_machine().vllm else "cpu.lock").read_text(encoding="utf-8")


def notice(tables: dict[str, str]) -> str:
    """The text of NOTICE; `tables` has the content of the .licences file of each stack."""
    parts = [TEXT]
    for stack, title in STACKS.items():
        rows = [line.split("\t") for line in tables[stack].splitlines()]
        width = max(len(f"{name} {version}") for name, version, _ in rows)
        parts.append(f"{title}, {len(rows)} packages\n")
        parts.append("".join(f"  {f'{name} {version}':<{width}}  {licence}\n" for name, version, licence in rows))
    return "\n".join(parts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="?", choices=["licences"], help="the licences of what is installed, not NOTICE")
    if parser.parse_args().what:
        sys.stdout.write(licences(installed_lock()))
        return
    files = {stack: Path("envs", f"{stack}.licences") for stack in STACKS}
    sys.stdout.write(notice({stack: file.read_text(encoding="utf-8") for stack, file in files.items()}))


if __name__ == "__main__":
    run_stage(main)

"""What a job runs in: sources, lock, image, interpreter, packages, machine.

Gathered for every job, so nothing here imports what it describes or takes more than some hundredths of a second.
"""

import getpass
import os
import re
import sys
import tempfile
from collections.abc import MutableMapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from finmath_grpo import gpu_environment
from finmath_grpo.files import sha256
from finmath_grpo.workflow.machine import Hardware, this_hardware
from finmath_grpo.workflow.sources import Sources, these_sources

IMAGE_LOCK = Path("/opt/finmath/lock")
IMAGE_PACKAGES = Path("/var/lib/dpkg/status")

OF_OTHERS = re.compile(
    r"ACCELERATE_.*|TORCHELASTIC_.*|((LOCAL_|GROUP_|ROLE_)?(RANK|WORLD_SIZE))|MASTER_(ADDR|PORT)|PYTHONOPTIMIZE"
    r"|FONTCONFIG_(FILE|PATH|SYSROOT)"
)
"""Variables that other launchers leave in a shell, and by which libraries would train otherwise than the config says:
`ACCELERATE_MIXED_PRECISION=bf16` gave other weights. With one `MASTER_PORT` two jobs at once would meet. Without
docstrings (`PYTHONOPTIMIZE=2`) transformers fails. `FONTCONFIG_FILE` draws in other fonts."""


NO_SETTINGS = Path("results/.snakemake/settings")
"""Where programs look for the user's settings in a job, and find none."""


def make_own(environment: MutableMapping[str, str]) -> None:
    """Take out of the environment of jobs what would change their results and stands in no record of them."""
    for name in [name for name in environment if OF_OTHERS.fullmatch(name)]:
        del environment[name]
    # The order of a set decides the bytes of an adapter's config.
    environment["PYTHONHASHSEED"] = "0"
    # A file of the user's in the root folder, such as `statistics.py`, would be imported in place of Python's own.
    environment["PYTHONSAFEPATH"] = "1"
    # The user's choice of fonts in `fontconfig/fonts.conf` drew other pictures; this folder stays empty of settings.
    # Fonts in the home folder (`~/.fonts`, `~/.fonts.conf`) still count.
    environment["XDG_CONFIG_HOME"] = str(NO_SETTINGS.resolve())


def keep_temporary_files() -> None:
    """Name a folder for temporary files that can be written, where TMPDIR names another one.

    Python passes over such a TMPDIR. Snakemake's solver takes the folder that it is started in, which may be read-only.
    """
    for name in {"TMPDIR", "TEMP", "TMP"} & set(os.environ):
        os.environ[name] = tempfile.gettempdir()


def name_user() -> None:
    """Give a user without a name, as in other containers, its number: Snakemake and torch ask for one."""
    try:
        getpass.getuser()
    except (KeyError, OSError):
        os.environ["USER"] = str(os.getuid())


def set_for_jobs() -> None:
    """Make the environment of this process the one that its jobs run in."""
    keep_temporary_files()
    name_user()
    # They run under the interpreter that runs Snakemake and import the sources of this checkout.
    for variable, first in {"PATH": Path(sys.executable).parent, "PYTHONPATH": Path("src").resolve()}.items():
        os.environ[variable] = os.pathsep.join(filter(None, [str(first), os.environ.get(variable)]))
    make_own(os.environ)
    # A job keeps the memory of its tensors from step to step; to give it back and ask anew took 8 % of a pre-training.
    os.environ.setdefault("MALLOC_MMAP_THRESHOLD_", str(2**25))
    os.environ.setdefault("MALLOC_TRIM_THRESHOLD_", str(2**30))
    gpu_environment.set_environment()


@dataclass(frozen=True)
class Environment:
    """`lock` and `image` say what the interpreter was installed from, with SHA-256; `packages` gives versions."""

    sources: Sources
    lock: dict[str, str]
    image: dict[str, str | None] | None
    python: str
    packages: dict[str, str]
    machine: Hardware


def this_environment() -> Environment:
    return Environment(
        sources=these_sources(),
        lock=lock(),
        image=image(),
        python=sys.version.split()[0],
        packages=packages(),
        machine=this_hardware(),
    )


def lock() -> dict[str, str]:
    """The lock that this environment was installed from: the image's, or the one of the stack that is here."""
    file = IMAGE_LOCK if IMAGE_LOCK.exists() else Path("envs", "cuda.lock" if find_spec("vllm") else "cpu.lock")
    stack = os.environ.get("FINMATH_STACK", file.stem)
    return {"file": f"envs/{stack}.lock", "sha256": sha256(file)}


def image() -> dict[str, str | None] | None:
    """The image, where this is one. A container can't see its image's digest, so `FINMATH_IMAGE` may name it."""
    if not IMAGE_LOCK.exists():
        return None
    return {"digest": os.environ.get("FINMATH_IMAGE"), "debian_packages_sha256": sha256(IMAGE_PACKAGES)}


def packages() -> dict[str, str]:
    """Versions of the installed packages by name (normalised as in PEP 503), read from the names of their folders.

    Of two folders for one name on `sys.path`, the first counts, as for imports.
    """
    found: dict[str, str] = {}
    for folder in sys.path:
        for entry in sorted(os.listdir(folder or ".")) if os.path.isdir(folder or ".") else []:
            # The second is what Debian's pip makes of a package that comes as source alone.
            if named := re.fullmatch(r"([^-]+)-([^-]+).*\.(dist|egg)-info", entry):
                found.setdefault(re.sub(r"[-_.]+", "-", named[1]).lower(), named[2])
    return dict(sorted(found.items()))

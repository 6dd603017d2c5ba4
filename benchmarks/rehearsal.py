"""`paper`, `paper-fast` and `paper-fast-48` on models of their shape with random weights, in few steps, piece by piece.

    python benchmarks/rehearsal.py PIECE… [--folder F] [--memory GIB] [--tokens N] [--variants FILE] [--tiny]

Pieces, in this order; each takes less than 8 minutes on an H100 and appends what it measured to F/benchmark.json:

    models                        8 B and 9 B shapes from a seed, 35 GB, in the place of what `fetch` brings
    train:paper train:paper-fast train:paper-fast-48    GRPO by the experiment's own settings, a few updates
    train:paper-4bit              `paper` with `load_in_4bit: true`
    train:EXPERIMENT@NAME         with the `overrides` of training.grpo that FILE has under that name; with
                                  `validate_every`, the validation questions are asked too
    merge:paper merge:paper-fast  the merge with its check; the merged model is deleted then
    generate:llama generate:gemma generate:adapter    400 completions
    generate:llama@3              the same with vLLM's compilation mode 3
    plain:llama plain:gemma       the same completions as `generate:` by vLLM with its defaults
    passes                        how far two passes of one model differ, with and without gradients
    limits                        bandwidth and bf16 operations per second of the card, in 10 s
    start:ours-0 start:ours-3     process start to the first tokens, with empty caches of the compilers and again, by
    start:plain-0 start:plain-3   vLLM's compilation mode: our stage `generate`, and `LLM.generate` alone

`all` is all but `train:paper-4bit` and those of `start`. Models of one shape share files: 60 GB of disk. `--memory`
holds the rest of the card in another process and lets torch report GIB as its size. `--tiny` runs tiny shapes on a CPU.
`--tokens` is another limit of a completion. FILE is a JSON list of {name, overrides, note}.
Random weights hardly ever end a completion, so that all run to their limit: times and memory are worst cases.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
# Not this folder, whose statistics.py would stand in the way of Python's.
sys.path[0:1] = [str(ROOT), str(ROOT / "src")]

from finmath_grpo import gpu_environment  # noqa: E402
from finmath_grpo.files import canonical_json, write_json  # noqa: E402
from finmath_grpo.workflow import experiments, slices  # noqa: E402
from finmath_grpo.workflow.kinds import Run  # noqa: E402
from finmath_grpo.workflow.sources import these_sources  # noqa: E402

ALL = ["models", "train:paper", "merge:paper", "train:paper-fast", "merge:paper-fast", "train:paper-fast-48"]
ALL += ["generate:llama", "plain:llama", "generate:adapter", "generate:gemma", "plain:gemma", "passes", "limits"]
STARTS = ["start:ours-0", "start:ours-3", "start:plain-0", "start:plain-3"]
GENERATIONS = {"paper": 5, "paper-fast": 3, "paper-fast-48": 3}
"""Few; the first compiles and warms up."""
READY = re.compile(r"hashed the base in memory and on disk in ([\d.]+) s, in memory in ([\d.]+) s")
"""What a training job prints before its first step."""
AGAIN = re.compile(r"hashed the base in memory again in ([\d.]+) s")
"""What it prints after its last."""
VALIDATED = re.compile(r"step \d+: validation: .*; ([\d.]+) s")
"""What it prints each time that it has asked the validation questions."""
PACKAGES = ("torch", "transformers", "peft", "trl", "unsloth", "vllm")
RATE = re.compile(r"(\d+) tokens in ([\d.]+) s: \d+ tokens/s")
"""What generation prints after each cell."""


@dataclass
class Setting:
    """Where and how the pieces run."""

    folder: Path
    tiny: bool
    memory: float | None
    tokens: int | None = None
    variants: dict[str, dict[str, Any]] = field(default_factory=dict)
    records: list[dict[str, Any]] = field(default_factory=list)

    @property
    def device(self) -> str:
        return "cpu" if self.tiny else "cuda"

    def record(self, piece: str, **measured: Any) -> None:
        """Append to benchmark.json and print."""
        gpu = card() if not self.tiny else None
        about = {
            "piece": piece,
            "shape": "tiny" if self.tiny else "full",
            "gpu": gpu[0] if gpu else "none (CPU)",
            "driver": driver() if gpu else None,
            "versions": {name: metadata.version(name) for name in PACKAGES if find_spec(name)},
            "card_gib": round(self.memory or (gpu[1] if gpu else 0), 2),
            "held_to_that_size": self.memory is not None,
            "commit": commit(),
            "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }
        self.records.append({**about, **measured})
        write_json(self.folder / "benchmark.json", self.records)
        print(piece, *(f"{name}={value}" for name, value in measured.items()), sep="\n  ", flush=True)


# ---- what is measured of a process


def card() -> tuple[str, float, float]:
    """Name, GiB in all and GiB used of the first GPU that this process may use."""
    query = ["nvidia-smi", "--query-gpu=name,memory.total,memory.used", "--format=csv,noheader,nounits"]
    # nvidia-smi lists all of them whatever a process may use.
    first = os.environ.get("CUDA_VISIBLE_DEVICES", "").partition(",")[0]
    query += ["-i", first] if first else []
    name, total, used = (
        subprocess.run(query, capture_output=True, text=True, check=True).stdout.split("\n")[0].split(", ")
    )
    return name, int(total) / 1024, int(used) / 1024


def driver() -> str:
    query = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    return subprocess.run(query, capture_output=True, text=True, check=True).stdout.split("\n")[0]


def commit() -> str | None:
    """The commit of the sources, where it is known."""
    found = these_sources(ROOT).commit
    return found and found[:7]


@dataclass
class Watched:
    """What a finished process took: seconds, GiB, and the lines that it printed with their seconds since its start."""

    seconds: float
    peaks: dict[str, float]
    lines: list[tuple[float, str]]

    def found(self, pattern: re.Pattern[str]) -> list[tuple[float, re.Match[str]]]:
        return [(when, match) for when, line in self.lines if (match := pattern.search(line))]

    def measured(self) -> dict[str, float]:
        return {"seconds": round(self.seconds, 1), **{name: round(value, 2) for name, value in self.peaks.items()}}


def watch(setting: Setting, name: str, command: list[str], **environment: str) -> Watched:
    """Run a command to its end; its output goes to a log. Ends this program where it fails."""
    log = setting.folder / "logs" / f"{name.replace(':', '-')}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    path = os.pathsep.join(filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH")]))
    before = 0.0 if setting.tiny else card()[2]
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=setting.folder,
        env={**os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    peaks = {"host_anonymous_gib": 0.0, "host_resident_gib": 0.0, **({} if setting.tiny else {"gpu_gib": 0.0})}

    def sample() -> None:
        while process.poll() is None:
            for key, status in {"host_anonymous_gib": "RssAnon", "host_resident_gib": "VmHWM"}.items():
                peaks[key] = max(peaks[key], of_process(process.pid, status))
            if not setting.tiny:
                peaks["gpu_gib"] = max(peaks["gpu_gib"], card()[2] - before)
            time.sleep(0.3)

    sampler = threading.Thread(target=sample, daemon=True)
    sampler.start()
    lines = []
    assert process.stdout is not None
    with log.open("w", encoding="utf-8") as file:
        for line in process.stdout:
            lines.append((time.perf_counter() - started, line))
            file.write(line)
            file.flush()
    code = process.wait()
    seconds = time.perf_counter() - started
    sampler.join()
    if code != 0:
        sys.exit(
            f"{name} ended with {code} after {seconds:.0f} s; {log} says why:\n{''.join(t for _, t in lines[-25:])}"
        )
    return Watched(seconds, peaks, lines)


def of_process(pid: int, name: str) -> float:
    """A size that Linux tells of a process, in GiB; 0 once it is gone."""
    try:
        found = re.search(rf"^{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), flags=re.M)
    except OSError:
        return 0.0
    return int(found[1]) / 2**20 if found else 0.0


@contextmanager
def rest_of_the_card_held(gib: float | None) -> Iterator[None]:
    """Hold GPU memory in another process until only `gib` are free."""
    if gib is None:
        yield
        return
    code = (
        "import sys, torch\n"
        "free, held = float(sys.argv[1]) * 2**30, []\n"
        "while (n := int(torch.cuda.mem_get_info()[0] - free)) > 2**22:\n"
        "    held.append(torch.empty(max(n - 2**21, 2**21), dtype=torch.uint8, device='cuda'))\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(gib)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n", "the memory could not be held"
        yield
    finally:
        holder.communicate()


# ---- pieces


def models(setting: Setting) -> None:
    """Shapes, and the questions as `clean` and `split` make them."""
    from benchmarks.shapes import new_model

    rows = (ROOT / "data/raw/questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [json.loads(row)["question"] for row in rows]
    for family in ("llama", "gemma"):
        started = time.perf_counter()
        size = new_model(family, "tiny" if setting.tiny else "full", questions, setting.folder / family, setting.device)
        setting.record(f"models:{family}", gigabytes=round(size, 2), seconds=round(time.perf_counter() - started, 1))
    data(setting)


def data(setting: Setting) -> None:
    """The questions for training and for the test."""
    folder = setting.folder / "data"
    stage = [sys.executable, "-m", "finmath_grpo.questions.clean", "--raw", str(ROOT / "data/raw/questions.jsonl")]
    outputs = [f"--{name}={folder / name}.jsonl" for name in ("questions", "rejected")]
    watch(setting, "clean", [*stage, *outputs])
    stage = [sys.executable, "-m", "finmath_grpo.questions.clean", "--raw", str(ROOT / "data/raw/validation.jsonl")]
    outputs = [f"--questions={folder / 'validation.jsonl'}", f"--rejected={folder / 'validation-rejected.jsonl'}"]
    watch(setting, "clean-validation", [*stage, *outputs])
    split = slices.section(experiment("paper"), "split")
    stage = [sys.executable, "-m", "finmath_grpo.questions.split", "--settings", split]
    outputs = [f"--{name}={folder / name}.jsonl" for name in ("questions", "train", "test")]
    watch(setting, "split", [*stage, *outputs])


def experiment(name: str) -> Run:
    found = experiments.load(ROOT / "config" / f"{name}.yaml")
    assert isinstance(found, Run)
    return found


def training_job(setting: Setting, which: str) -> dict[str, Any]:
    """The experiment's `llama-grpo` with a few generations and their updates."""
    known, _, variant = which.partition("@")
    name = known.removesuffix("-4bit")
    job = json.loads(slices.training_settings(experiment(name), "llama-grpo"))
    shared: dict[str, Any] = job["training"]
    shared["load_in_4bit"] = known.endswith("-4bit")
    # Settings leave an empty list out.
    shared.setdefault("shortcuts", [])
    shared |= setting.variants[variant] if variant else {}
    shared |= {"max_completion_length": setting.tokens} if setting.tokens else {}
    if setting.tiny:
        job["device"] = "cpu"
        shared |= {
            "engine": "trl",
            "optim": "adamw_torch",
            "max_completion_length": 12,
            "gradient_checkpointing": False,
            "steps_per_generation": min(shared["steps_per_generation"], 2 * shared["gradient_accumulation_steps"]),
            # No sampler but the model itself, and compilers of a CPU are slow.
            "shortcuts": [name for name in shared["shortcuts"] if name in ("no_input_casts", "trimmed")],
        }
    updates = (2 if setting.tiny else GENERATIONS[name]) * updates_per_generation(shared)
    shared |= {"max_steps": updates, "optimizer_steps": updates, "save_steps": 10_000}
    return dict(job)


def updates_per_generation(training: dict[str, Any]) -> int:
    return int(training["steps_per_generation"] // training["gradient_accumulation_steps"])


def train(setting: Setting, which: str) -> None:
    """GRPO of the experiment's `llama-grpo`, for a while."""
    job = training_job(setting, which)
    shared = job["training"]
    per_generation, updates = updates_per_generation(shared), shared["max_steps"]
    module = {"trl": "grpo", "unsloth": "grpo_unsloth"}[shared["engine"]]
    out = setting.folder / f"trained-{which}"
    shutil.rmtree(out, ignore_errors=True)
    shutil.rmtree(setting.folder / "cache", ignore_errors=True)
    times, split = setting.folder / "times", setting.folder / "phases"
    times.unlink(missing_ok=True)
    split.unlink(missing_ok=True)
    done = watch(
        setting,
        f"train:{which}",
        [
            *stage(setting, f"training.{module}"),
            *("--settings", canonical_json(job), "--code", "rehearsal"),
            *("--train", str(setting.folder / "data/train.jsonl"), "--base", manifest(setting.folder / "llama")),
            *("--cache", str(setting.folder / "cache"), "--manifest", manifest(out), "--log", str(out / "log.csv")),
            *("--config", str(out / "config.json"), "--completions", str(out / "completions.jsonl.zst")),
            *(("--validation", str(setting.folder / "data/validation.jsonl")) if shared.get("validate_every") else ()),
        ],
        REHEARSAL_TIMES=str(times),
        REHEARSAL_PHASES=str(split),
    )
    steps, lengths = (read_csv(out / "log.csv", column) for column in ("step_time", "completion_length"))
    later = steps[per_generation:]
    generations = [float(line) for line in times.read_text().split()] if times.exists() else []
    phases = [json.loads(line) for line in split.read_text().splitlines()] if split.exists() else None
    validations = [float(found[1]) for _, found in done.found(VALIDATED)]
    completions = shared["per_device_train_batch_size"] * shared["steps_per_generation"]
    ((ready, hashed),) = done.found(READY)
    ((_, again),) = done.found(AGAIN)
    setting.record(
        f"train:{which}",
        updates=updates,
        seconds_per_step=round(mean(later), 3),
        seconds_per_prompt=round(mean(later) * per_generation * shared["num_generations"] / completions, 3),
        first_generation_seconds=round(sum(steps[:per_generation]), 2),
        seconds_per_generation=round(mean(generations), 2) if generations else None,
        phases=phases,
        seconds_to_first_step=round(ready, 1),
        hashing_seconds={"memory": float(hashed[2]), "memory and disk": float(hashed[1]), "after": float(again[1])},
        seconds_per_validation=validations or None,
        seconds_after_last_step=round(done.seconds - ready - sum(steps) - sum(validations), 1),
        completions_per_generation=completions,
        updates_per_generation=per_generation,
        tokens_per_generation=round(read_csv(out / "log.csv", "num_tokens")[-1] * per_generation / updates),
        mean_completion_length=round(mean(lengths), 1),
        num_generations=shared["num_generations"],
        gradient_checkpointing=shared["gradient_checkpointing"],
        shortcuts=shared["shortcuts"],
        max_completion_length=shared["max_completion_length"],
        kl_before_the_first_update=(read_csv(out / "log.csv", "kl") or [None])[0],
        sampler_clipped=read_csv(out / "log.csv", "sampler/clipped") or None,
        sampler_taken=read_csv(out / "log.csv", "sampler/taken") or None,
        clipped_before_the_first_update=(read_csv(out / "log.csv", "clip_ratio/region_mean") or [None])[0],
        **({"overrides": setting.variants[variant]} if (variant := which.partition("@")[2]) else {}),
        **done.measured(),
    )


def mean(values: list[float]) -> float:
    return sum(values) / len(values)


def read_csv(path: Path, column: str) -> list[float]:
    import csv

    with path.open(encoding="utf-8", newline="") as file:
        return [float(row[column]) for row in csv.DictReader(file) if row.get(column)]


def merge(setting: Setting, which: str) -> None:
    """Merge and check what `train` made; the merged model is deleted."""
    name = which.removesuffix("-4bit")
    trained, merged = setting.folder / f"trained-{which}", setting.folder / "merged"
    shutil.rmtree(merged, ignore_errors=True)
    settings = json.loads(slices.section(experiment(name), "merge"))
    if setting.tiny:
        settings = {"prompts": 2, "max_new_tokens": 4}
    done = watch(
        setting,
        f"merge:{which}",
        [
            *(sys.executable, "-m", "finmath_grpo.training.merge", "--settings", canonical_json(settings)),
            *("--prompt", slices.section(experiment(name), "prompt"), "--device", setting.device),
            *("--train", str(setting.folder / "data/train.jsonl"), "--base", manifest(setting.folder / "llama")),
            *("--code", "rehearsal", "--adapter", manifest(trained), "--config", str(trained / "config.json")),
            *("--manifest", manifest(merged), "--check", str(trained / "merge_check.json")),
        ],
    )
    check = json.loads((trained / "merge_check.json").read_text(encoding="utf-8"))
    shutil.rmtree(merged)
    parts = {
        text.rpartition(":")[0]: float(text.rpartition(":")[2].removesuffix("s"))
        for _, text in ((when, line.strip()) for when, line in done.lines)
        if re.fullmatch(r"[a-z ]+: [\d.]+ s", text)
    }
    setting.record(
        f"merge:{which}",
        parts=parts,
        largest_error_in_ulps=check["summary"]["largest_error_in_ulps"],
        kept_share=check["summary"]["kept_share"],
        update=check["summary"]["update"],
        greedy_identical=f"{check['greedy']['identical']} of {check['greedy']['prompts']}",
        repairs=check["repairs"],
        **done.measured(),
    )


def asked(setting: Setting) -> dict[str, Any]:
    """How the test is asked here: 100 questions, two temperatures, two samples each."""
    settings = json.loads(slices.section(experiment("paper"), "evaluation"))
    settings |= {"temperatures": [0.7, 1.0], "samples": 2}
    if setting.tiny:
        settings |= {"engine": "transformers", "samples": 1, "max_new_tokens": 4, "batch_size": 50}
    return dict(settings)


def generate(setting: Setting, name: str) -> None:
    """400 completions by one model, from the start of the process to the file."""
    which, _, mode = name.partition("@")
    weights = ["gemma" if which == "gemma" else "llama", *(["trained-paper"] if which == "adapter" else [])]
    answer(setting, f"generate:{name}", weights, asked(setting), **({"REHEARSAL_COMPILATION": mode} if mode else {}))


def answer(setting: Setting, piece: str, models: list[str], settings: dict[str, Any], **environment: str) -> None:
    """Ask the model of these folders the questions of the test."""
    cells, out = setting.folder / "cells", setting.folder / f"completions-{piece.replace(':', '-')}.jsonl"
    shutil.rmtree(cells, ignore_errors=True)
    done = watch(
        setting,
        piece,
        [
            *stage(setting, "evaluation.generate"),
            *("--settings", canonical_json({"t1": settings}), "--device", setting.device, "--model", models[-1]),
            *("--code", "rehearsal"),  # no cell is kept from one piece to the next
            *("--prompt", slices.section(experiment("paper"), "prompt")),
            *("--weights", *(manifest(setting.folder / model) for model in models)),
            *("--tests", str(setting.folder / "data/test.jsonl"), "--cache", str(cells), "--completions", str(out)),
        ],
        **environment,
    )
    setting.record(piece, **rate(done, out), **done.measured())


def rate(done: Watched, completions: Path | None) -> dict[str, Any]:
    """Tokens per second from the first request to the last, and the seconds before."""
    found = done.found(RATE)
    if not found and completions:
        rows = [json.loads(line) for line in completions.read_text(encoding="utf-8").splitlines()]
        return {"completions": len(rows), "tokens": sum(row["tokens"] for row in rows)}
    when, last = found[-1]
    tokens, seconds = int(last[1]), float(last[2])
    return {
        "tokens": tokens,
        "generating_seconds": seconds,
        "tokens_per_second": round(tokens / seconds),
        "seconds_to_first_request": round(when - seconds, 1),
    }


def plain(setting: Setting, which: str) -> None:
    """`vllm.LLM.generate` with vLLM's defaults on the requests of `generate:` of this model."""
    piece = f"plain:{which}"
    done = watch(setting, piece, [sys.executable, __file__, f"_{piece}", "--folder", str(setting.folder)])
    found = rate(done, None)
    setting.record(piece, **found, **done.measured())
    ours = [row for row in setting.records if row["piece"] == f"generate:{which}" and row["gpu"] == card()[0]]
    if ours:
        share = ours[-1]["tokens_per_second"] / found["tokens_per_second"]
        setting.record(f"share_of_{piece}", share=round(share, 3))


def ask_plain_vllm(setting: Setting, which: str) -> None:
    """What the process of `plain:` does."""
    gpu_environment.set_environment()
    from vllm import LLM, SamplingParams

    from finmath_grpo.evaluation.engine import completion_seed
    from finmath_grpo.evaluation.settings import EvaluationSettings
    from finmath_grpo.files import read_jsonl
    from finmath_grpo.models.weights import load_tokenizer
    from finmath_grpo.prompts import PromptSettings, prompt_tokens
    from finmath_grpo.questions.rows import Question

    mode = os.environ.get("REHEARSAL_COMPILATION")
    settings = EvaluationSettings.model_validate(asked(setting) | (ONE_TOKEN if mode else {}))
    test = setting.folder / "data/test.jsonl"
    questions = list(read_jsonl(test, Question))
    prompt = PromptSettings.model_validate_json(slices.section(experiment("paper"), "prompt"))
    tokenizer = load_tokenizer(Path(manifest(setting.folder / which)))
    prompts = prompt_tokens(tokenizer, prompt, test, questions, settings.max_new_tokens)
    rows = [
        (ids, temperature, completion_seed(question.id, temperature, sample))
        for temperature in settings.temperatures
        for question, ids in zip(questions, prompts, strict=True)
        for sample in range(settings.samples)
    ]
    limit = settings.max_new_tokens
    compiled = {"compilation_config": gpu_environment.VLLM_COMPILATION} if mode == "0" else {}
    llm = LLM(str(setting.folder / which), max_model_len=max(map(len, prompts)) + limit, seed=0, **compiled)
    started = time.perf_counter()
    outputs = llm.generate(
        [{"prompt_token_ids": list(ids)} for ids, _, _ in rows],
        [SamplingParams(temperature=heat, max_tokens=limit, seed=seed) for _, heat, seed in rows],
        use_tqdm=False,
    )
    seconds, tokens = time.perf_counter() - started, sum(len(output.outputs[0].token_ids) for output in outputs)
    print(f"{tokens} tokens in {seconds:.1f} s: {tokens / seconds:.0f} tokens/s", flush=True)


def passes(setting: Setting) -> None:
    """How far log-probabilities of one model differ between passes: the reason of KL before the first update."""
    command = [sys.executable, __file__, "_passes", "--folder", str(setting.folder)]
    done = watch(setting, "passes", [*command, *(["--tiny"] if setting.tiny else [])])
    found = json.loads(done.lines[-1][1])
    setting.record("passes", **found, **done.measured())


def compare_passes(setting: Setting) -> None:
    """What the process of `passes` does: prints, for pairs of passes, the k3 KL and the share of ratios off by 0.2.

    The first pass is TRL's for `old` log-probabilities: six rows of one prompt, no gradients. Against it: the same
    again, with the adapter switched off (the reference), with gradients and checkpointing (the update), and the same
    rows with those of another prompt beside them, which is what TRL's shuffling makes of a generation. `longest` are
    rows with no padding, for which attention needs no mask until others stand beside them.
    """
    gpu_environment.set_environment()
    import torch
    from peft import LoraConfig, get_peft_model

    from finmath_grpo.models.weights import load_from

    torch.manual_seed(0)
    model = load_from(setting.folder / "llama", setting.device)
    experiment_lora = experiment("paper").training.grpo
    assert experiment_lora is not None
    lora = experiment_lora.lora
    model = get_peft_model(
        model, LoraConfig(r=lora.r, lora_alpha=lora.lora_alpha, target_modules=list(lora.target_modules))
    ).train()
    width, length = (40, 60) if setting.tiny else (300, 1024)
    vocabulary = 1000
    rows = torch.randint(5, vocabulary, (18, width + length), device=setting.device)
    mask = torch.ones_like(rows)
    for row in range(12):
        mask[row, : 7 * (1 + row // 6)] = 0
    group, longest = list(range(6)), list(range(12, 18))

    def log_probabilities(order: list[int]) -> torch.Tensor:
        ids = rows[order]
        with torch.autocast(setting.device, torch.bfloat16, enabled=not setting.tiny):
            logits = model(input_ids=ids, attention_mask=mask[order], logits_to_keep=length + 1).logits[:, :-1]
        scaled = logits.float() / 0.9
        found = [
            part.log_softmax(-1).gather(-1, wanted.unsqueeze(-1)).squeeze(-1).detach()
            for part, wanted in zip(scaled.split(1), ids[:, -length:].split(1), strict=True)
        ]
        return torch.cat(found)

    def apart(left: torch.Tensor, right: torch.Tensor) -> dict[str, float]:
        difference = right - left
        return {
            "kl": float((difference.exp() - difference - 1).mean()),
            "clipped": float(((difference.exp() - 1).abs() > 0.2).float().mean()),
        }

    with torch.no_grad():
        old, old_longest = log_probabilities(group), log_probabilities(longest)
        found = {"again": apart(old, log_probabilities(group))}
        mixed = log_probabilities([0, 6, 1, 7, 2, 8])
        found["other rows beside it"] = apart(old[:3], mixed[::2])
        mixed = log_probabilities([12, 0, 13, 1, 14, 2])
        found["longest, other rows beside it"] = apart(old_longest[:3], mixed[::2])
        with model.disable_adapter():
            found["reference"] = apart(old, log_probabilities(group))
    model.gradient_checkpointing_enable()
    model.enable_input_require_grads()
    found["update"] = apart(old, log_probabilities(group))
    found["longest, update"] = apart(old_longest, log_probabilities(longest))
    print(json.dumps(found), flush=True)


def limits(setting: Setting) -> None:
    """What the card can do at most, for the limits of each phase."""
    command = [sys.executable, __file__, "_limits", "--folder", str(setting.folder)]
    done = watch(setting, "limits", [*command, *(["--tiny"] if setting.tiny else [])])
    setting.record("limits", **json.loads(done.lines[-1][1]), **done.measured())


def measure_limits(setting: Setting) -> None:
    """What the process of `limits` does."""
    from benchmarks.rehearsal_limits import measured_on

    print(json.dumps(measured_on(setting.device)), flush=True)


def start(setting: Setting, which: str) -> None:
    """Process start to one token for each question of the test, with empty caches of the compilers and again."""
    side, _, mode = which.partition("-")
    caches, cells = setting.folder / "compiled", setting.folder / "cells"
    shutil.rmtree(caches, ignore_errors=True)
    places = {variable: str(caches / variable.lower()) for variable in gpu_environment.COMPILED}
    seconds = {}
    for state in ("cold", "warm"):
        shutil.rmtree(cells, ignore_errors=True)
        command = [sys.executable, __file__, "_plain:llama", "--folder", str(setting.folder)]
        if side == "ours":
            command = [
                *stage(setting, "evaluation.generate"),
                *("--settings", canonical_json({"t1": asked(setting) | ONE_TOKEN}), "--device", setting.device),
                *("--prompt", slices.section(experiment("paper"), "prompt"), "--model", "llama"),
                *("--code", "rehearsal"),
                *("--weights", manifest(setting.folder / "llama"), "--tests", str(setting.folder / "data/test.jsonl")),
                *("--cache", str(cells), "--completions", str(setting.folder / "completions-start.jsonl")),
            ]
        done = watch(setting, f"start:{which}-{state}", command, REHEARSAL_COMPILATION=mode, **places)
        found = done.found(RATE)
        seconds[state] = round(found[0][0] if found else done.seconds, 1)
    size = sum(file.stat().st_size for file in caches.rglob("*") if file.is_file()) / 2**20
    setting.record(f"start:{which}", **seconds, cache_mib=round(size, 1), **done.measured())


ONE_TOKEN = {"temperatures": [1.0], "samples": 1, "max_new_tokens": 1}


def stage(setting: Setting, module: str) -> list[str]:
    size = ["--gib", str(setting.memory)] if setting.memory else []
    return [sys.executable, str(Path(__file__).with_name("rehearsed_stage.py")), *size, f"finmath_grpo.{module}"]


def manifest(folder: Path) -> str:
    return str(folder / "MANIFEST.sha256")


def run_piece(setting: Setting, piece: str) -> None:
    kind, _, which = piece.partition(":")
    one: dict[str, Callable[[Setting], None]] = {"models": models, "passes": passes, "limits": limits}
    many: dict[str, Callable[[Setting, str], None]] = {
        "train": train,
        "merge": merge,
        "generate": generate,
        "plain": plain,
        "start": start,
    }
    with rest_of_the_card_held(setting.memory):
        if kind in one:
            one[kind](setting)
        else:
            many[kind](setting, which)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pieces", nargs="+", metavar="PIECE")
    parser.add_argument("--folder", type=Path, default=Path("results/rehearsal"))
    parser.add_argument("--memory", type=float, help="GiB of the card that a stage may see, such as 44.39 (an L40S)")
    parser.add_argument("--tokens", type=int, help="limit of a completion in training, such as 512")
    parser.add_argument("--variants", type=Path, metavar="FILE", help="JSON list of {name, overrides, note}")
    parser.add_argument("--tiny", action="store_true", help="tiny shapes on a CPU")
    arguments = parser.parse_args()
    setting = Setting(arguments.folder.resolve(), arguments.tiny, arguments.memory, arguments.tokens)
    if arguments.variants:
        listed = json.loads(arguments.variants.read_text(encoding="utf-8"))
        setting.variants = {variant["name"]: variant["overrides"] for variant in listed}
    file = setting.folder / "benchmark.json"
    # Stages remember in `results/cache` what they verified and compiled.
    (setting.folder / "results/cache").mkdir(parents=True, exist_ok=True)
    if file.exists():
        setting.records = json.loads(file.read_text(encoding="utf-8"))
    inner: dict[str, Callable[[Setting], None]] = {
        "_plain:llama": partial(ask_plain_vllm, which="llama"),
        "_plain:gemma": partial(ask_plain_vllm, which="gemma"),
        "_passes": compare_passes,
        "_limits": measure_limits,
    }
    if arguments.pieces[0] in inner:
        inner[arguments.pieces[0]](setting)
        return
    wanted = list(arguments.pieces)
    if wanted == ["all"]:
        wanted = [piece for piece in ALL if not (setting.tiny and piece.startswith("plain:"))]
    known = {
        *ALL,
        *STARTS,
        "generate:llama@3",
        "train:paper-4bit",
        "merge:paper-4bit",
        *(f"train:{which}@{name}" for which in GENERATIONS for name in setting.variants),
    }
    if strange := [piece for piece in wanted if piece not in known]:
        sys.exit(f"error: no piece {strange[0]}; pieces are {', '.join(sorted(known))}")
    for piece in wanted:
        run_piece(setting, piece)
    from benchmarks.rehearsal_tables import hours

    for line in hours(setting.records):
        print(line)


if __name__ == "__main__":
    main()

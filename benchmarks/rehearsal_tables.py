"""Tables of memory and hours from the records of the rehearsal: `python benchmarks/rehearsal_tables.py [--check]`.

Reads docs/benchmark.json and config/sources.yaml and writes what stands between the marks of docs/rehearsal.md. With
`--check` it only says whether the page is up to date.

What was measured on a card is marked so. All else is estimated from the largest card that was measured: decoding waits
for memory and scales with its bandwidth, the passes of the update with bf16 operations per second, and a card's memory
follows from the share that is asked for rollouts.
"""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
if __name__ == "__main__":
    sys.path[0:1] = [str(ROOT), str(ROOT / "src")]

from benchmarks.rehearsal_limits import limits  # noqa: E402
from benchmarks.shapes import CONFIGS  # noqa: E402
from finmath_grpo.models.kv_cache import fits  # noqa: E402
from finmath_grpo.training.grpo import sequences_at_once  # noqa: E402
from finmath_grpo.workflow import experiments, model_names, slices  # noqa: E402
from finmath_grpo.workflow.kinds import Run  # noqa: E402

Records = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Card:
    """A GPU by its data sheet: GiB as CUDA counts, GB/s, dense bf16 TFLOP/s."""

    name: str
    gib: float
    bandwidth: float
    tflops: float


CARDS = {
    "24 GB": Card("RTX 4090", 23.5, 1008, 165),
    "40 GB": Card("A100 40GB", 39.4, 1555, 312),
    "48 GB": Card("L40S", 44.39, 864, 362),
    "80 GB": Card("H100 80GB", 79.2, 3350, 989),
}
BASE = CARDS["80 GB"]
SHAPE = CONFIGS["llama"]
NAMES = ("paper", "paper-fast", "paper-fast-48")
LEAST_FREE = 1.0
"""GiB that an estimate leaves free before it says that a run fits."""
LENGTH = 1024
"""Tokens of a completion at most, in `paper`."""
LONGEST = 1200
"""Tokens of a prompt and its completion at most, about."""
WEIGHTS = 15.0
"""GiB of the 8 B base in bf16, which the share for rollouts has to hold."""


def last(records: Records, piece: str, card: float | None = None) -> Mapping[str, Any] | None:
    """The last record of a piece (`*` in it: any) at full shape, with completions as long as the experiment's:
    on a card of this size (within 2 GiB), if one is given, else on the largest that was measured."""
    found = [row for row in records if fnmatchcase(row["piece"], piece) and row["shape"] == "full"]
    found = [row for row in found if row.get("max_completion_length", LENGTH) == LENGTH]
    size = max((row["card_gib"] for row in found), default=0.0) if card is None else card
    found = [row for row in found if abs(row["card_gib"] - size) < 2]
    return found[-1] if found else None


def run_of(name: str) -> Run:
    found = experiments.load(ROOT / "config" / f"{name}.yaml")
    assert isinstance(found, Run)
    return found


def completions(run: Run) -> int:
    """How many completions a model writes: every test, question, temperature and sample."""
    count = {"t1": run.split.test}
    for name, test in slices.tests(run).items():
        if test.questions:
            count[name] = sum(1 for line in (ROOT / test.questions).read_text(encoding="utf-8").splitlines() if line)
    return sum(
        count[name] * len(test.evaluation.temperatures) * test.evaluation.samples
        for name, test in slices.tests(run).items()
    )


def parts(records: Records, name: str, card: Card = BASE) -> dict[str, float] | None:
    """Hours of an experiment by stage, every completion at its limit; None where a piece was not measured.

    Of a smaller card the training counts that was held to its memory, if there is one: it has room for fewer rows.
    """
    known = name.removesuffix("-4bit")
    piece = f"train:{name}"
    trained = last(records, piece, card.gib) or last(records, f"{piece}@*", card.gib) or last(records, piece)
    merged = last(records, f"merge:{known}") or last(records, "merge:paper")
    speeds = {which: last(records, f"generate:{which}") for which in ("llama", "gemma", "adapter")}
    if trained is None or merged is None or speeds["llama"] is None:
        return None
    run = run_of(known)
    assert run.training.grpo is not None
    slower, weaker = BASE.bandwidth / card.bandwidth, BASE.tflops / card.tflops
    per_generation = trained["seconds_per_generation"] or 0.0
    decoding = per_generation / trained["updates_per_generation"]
    step = decoding * slower + (seconds_per_step(trained) - decoding) * weaker
    runs = len(model_names.models_by_method(run, "grpo"))
    around = trained["seconds_to_first_step"] + trained["seconds_after_last_step"]
    generating = 0.0
    for model, entry in run.models.items():
        kind = "adapter" if entry.method == "adapter" else "gemma" if model.startswith("gemma") else "llama"
        speed = speeds[kind] or speeds["llama"]
        tokens = completions(run) * run.evaluation.max_new_tokens
        generating += speed["seconds_to_first_request"] + tokens / speed["tokens_per_second"] * slower
    return {
        "training": runs * (around + run.training.grpo.optimizer_steps * step) / 3600,
        "merge": runs * merged["seconds"] / 3600,
        "generation": generating / 3600,
    }


def seconds_per_step(trained: Mapping[str, Any]) -> float:
    """Of an update by the clock: TRL's own time of a step leaves out the optimizer and the log, phases don't."""
    later = [phases["whole"] - phases.get("validation", 0.0) for phases in (trained.get("phases") or [])[1:]]
    if later:
        return float(sum(later) / len(later) / trained["updates_per_generation"])
    return float(trained["seconds_per_step"])


def hours(records: Records) -> list[str]:
    """What the whole of each experiment would take on the card that was measured, a line each."""
    lines = []
    for name in NAMES:
        found = parts(records, name)
        if found:
            shown = ", ".join(f"{stage} {value:.1f}" for stage, value in found.items())
            lines.append(
                f"{name}: about {sum(found.values()):.1f} hours if every completion runs to its limit ({shown})"
            )
        else:
            lines.append(f"{name}: not enough pieces measured at full shape for an estimate of its hours")
    return lines


def rollouts(piece: str, share: float, gib: float) -> float:
    """GiB that the engine of `train:NAME` takes on a card: its weights and a cache by size where the share has room for
    both, else the share."""
    name = piece.partition(":")[2]
    settings = run_of(name.removesuffix("-4bit")).training.grpo
    assert settings is not None
    # As `kv_cache.cache_of_rollouts` reckons.
    weights = WEIGHTS / (2 if name.endswith("-4bit") else 1)
    width = SHAPE["hidden_size"] // SHAPE["num_attention_heads"]
    per_token = 4 * SHAPE["num_hidden_layers"] * SHAPE["num_key_value_heads"] * width
    wanted = (sequences_at_once(settings) + 1) * LONGEST * per_token
    by_size = fits(wanted, int(gib * 2**30), share, int(weights * 2**30))
    return weights + wanted / 2**30 if by_size else share * gib


def measured(record: Mapping[str, Any]) -> str:
    """Peak GiB of a training job on the card that it ran on, and what that left."""
    return f"{record['gpu_gib']:.1f} GiB, {record['card_gib'] - record['gpu_gib']:.1f} free (measured)"


def memory(records: Records, piece: str, share: float, card: Card) -> str:
    """Peak GiB of a training job on a card, with how it is known.

    Where the settings themselves don't fit, those of a variant of the piece that was measured there.
    """
    here = last(records, piece, card.gib)
    if here:
        return measured(here)
    known = last(records, piece)
    if known is None:
        return "not measured"
    expected = known["gpu_gib"] + rollouts(piece, share, card.gib) - rollouts(piece, share, known["card_gib"])
    if not piece.endswith("-4bit") and share * card.gib < WEIGHTS + 1:
        if variant := last(records, f"{piece}@*", card.gib):
            changed = ", ".join(f"{name}: {value}" for name, value in variant.get("overrides", {}).items())
            return f"{measured(variant)} with `{changed}`"
        return f"does not fit: {share:.0%} of the card do not hold the weights (estimated)"
    if expected > card.gib - LEAST_FREE:
        return f"does not fit: {expected:.1f} GiB (estimated)"
    return f"{expected:.1f} GiB, {card.gib - expected:.1f} free (estimated)"


def table_of_cards(records: Records) -> str:
    """Memory and hours by experiment and card, as Markdown."""
    rows = ["| card | experiment | GPU memory of training | hours |", "| --- | --- | --- | --- |"]
    for size, card in CARDS.items():
        for name in (*NAMES, "paper-4bit"):
            settings = run_of(name.removesuffix("-4bit")).training.grpo
            assert settings is not None
            used = memory(records, f"train:{name}", settings.vllm_gpu_memory_utilization, card)
            found = parts(records, name, card)
            shown = "not measured" if found is None else f"{sum(found.values()):.1f} (estimated)"
            rows.append(f"| {size} ({card.name}) | `{name}` | {used} | {'–' if 'not fit' in used else shown} |")
    return "\n".join(rows)


def table_of_pieces(records: Records) -> str:
    """The last record of each piece and card, variants left out, as Markdown."""
    shown = [
        ("seconds_per_step", "s per step"),
        ("seconds_to_first_step", "s to the first step"),
        ("tokens_per_second", "tokens/s"),
        ("cold", "s to the first token with empty caches of compilers"),
        ("warm", "s with full ones"),
        ("share", "of plain vLLM"),
        ("kept_share", "of the update kept"),
        ("gpu_gib", "GiB GPU"),
        ("host_anonymous_gib", "GiB host (anonymous)"),
        ("seconds", "s in all"),
    ]
    newest = {
        (row["piece"], row.get("max_completion_length"), row["card_gib"], row["gpu"]): row
        for row in records
        if row["shape"] == "full" and "@" not in row["piece"]
    }
    rows = ["| piece | card | measured |", "| --- | --- | --- |"]
    for (piece, tokens, gib, gpu), row in sorted(
        newest.items(), key=lambda one: (one[0][0], one[0][1] or 0, one[0][2])
    ):
        shorter = f", {tokens} tokens" if tokens not in (None, LENGTH) else ""
        values = "; ".join(f"{row[key]:g} {words}" for key, words in shown if row.get(key) is not None)
        held = f", held to {gib:g} GiB" if row["held_to_that_size"] else ""
        rows.append(f"| `{piece}`{shorter} | {gpu}{held} | {values} |")
    return "\n".join(rows)


def table_of_phases(records: Records) -> str:
    """Seconds of each phase of the last generation, and in brackets how many times its limit that is, as Markdown.

    A column per length of the completions and setting that has phases; the last record of each on a whole card.
    """
    newest = {
        (row["piece"].removeprefix("train:"), row["max_completion_length"]): row
        for row in records
        if row["shape"] == "full" and row.get("phases") and "@" not in row["piece"] and not row["held_to_that_size"]
    }
    columns = dict(sorted(newest.items(), key=lambda column: (column[0][1], column[0][0])))
    rows = ["| phase |" + "".join(f" `{name}`, {tokens:,} tokens |" for name, tokens in columns)]
    rows.append("| --- |" + " --- |" * len(columns))
    # The last `limits` of the card.
    least = [
        limits([one for one in records if one["piece"] == "limits" and one["gpu"] == row["gpu"]][-1], row, SHAPE)
        for row in columns.values()
    ]
    for phase in next(iter(columns.values()))["phases"][-1]:
        cells = []
        for row, limit in zip(columns.values(), least, strict=True):
            seconds = row["phases"][-1][phase]
            cells.append(f"{seconds:.2f}" + (f" ({seconds / limit[phase]:.1f})" if phase in limit else ""))
        rows.append(f"| {phase} | {' | '.join(cells)} |")
    return "\n".join(rows)


def table_of_sources() -> str:
    """Where each setting of `paper` comes from, as Markdown."""
    import yaml

    from finmath_grpo.training.sources import sources
    from finmath_grpo.workflow.config_file import flat

    stated = sources(ROOT / "config/sources.yaml")
    values = flat(yaml.safe_load((ROOT / "config/paper.yaml").read_text(encoding="utf-8")))
    rows = ["| setting | value | from | why or where |", "| --- | --- | --- | --- |"]
    for key, entry in stated.items():
        found = [value for name, value in values.items() if name == key or name.startswith(f"{key}.")]
        value = f"`{json.dumps(found[0], ensure_ascii=False)}`" if len(found) == 1 else ""
        rows.append(f"| `{key}` | {value} | {entry.origin}{', open' if entry.open else ''} | {entry.note} |")
    return "\n".join(rows)


def page(text: str, tables: Mapping[str, str]) -> str:
    """A page with the tables between their marks: `<!-- NAME -->` to `<!-- end NAME -->`."""
    for name, table in tables.items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- end {name} -->)"
        text, count = re.subn(pattern, lambda found, new=table: f"{found[1]}{new}\n{found[2]}", text, flags=re.S)
        assert count == 1, f"the page has no mark {name}"
    return text


def main() -> None:
    path = ROOT / "docs/rehearsal.md"
    file = ROOT / "docs/benchmark.json"
    records = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    old = path.read_text(encoding="utf-8")
    new = page(
        old,
        {
            "cards": table_of_cards(records),
            "hours": "\n".join(f"* {line}" for line in hours(records)),
            "phases": table_of_phases(records),
            "pieces": table_of_pieces(records),
            "sources": table_of_sources(),
        },
    )
    if "--check" in sys.argv[1:]:
        sys.exit(None if old == new else "error: docs/rehearsal.md is older than its data: run this without --check")
    path.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()

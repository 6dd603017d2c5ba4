"""What the page shows of the run that made it: `report/data/run.js`, written with provenance.json when a run ends.

No rule makes it. When and where the jobs ran is known only afterwards, and a page that depended on it would be made
again for ever. So the page loads it as it is opened, and says so where it is missing; index.html has the same bytes
whatever the run. `report/data/published.js` names the figures of `published` that lie beside, for the same reason.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from finmath_grpo.errors import UserError
from finmath_grpo.report.packing import write_data
from finmath_grpo.workflow.config_file import flat, read_config
from finmath_grpo.workflow.experiments import load

TOOLS = (
    *("torch", "transformers", "trl", "peft", "vllm", "unsloth", "datasets"),
    *("numpy", "pandas", "scipy", "statsmodels", "plotly", "kaleido", "snakemake"),
)
"""Packages that make the numbers; the page names the versions of these first."""


def write_record(name: str, provenance: dict[str, Any], results: Path) -> None:
    """Write run.js beside the experiment's page, if there is one."""
    page = results / name / "report/index.html"
    if page.is_file():
        write_data(page.parent / "data/run.js", "run", record(provenance, *extended(name)))


def read_shown(script: Path) -> dict[str, Any]:
    """What run.js hands to the page. Raises ValueError for a file that is torn."""
    text = script.read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text[text.index(",") + 1 : text.rindex(");")])
    return found


def extended(name: str) -> tuple[str, dict[str, Any]] | tuple[None, None]:
    """Name and settings of the experiment that the config of another extends."""
    try:
        base = read_config(Path("config", f"{name}.yaml")).base
        return (base.stem, load(base).model_dump(mode="json")) if base else (None, None)
    except UserError:
        return None, None


def record(provenance: dict[str, Any], base_name: str | None, base: dict[str, Any] | None) -> dict[str, Any]:
    """The part of provenance.json that the page shows."""
    folder = f"results/{provenance['experiment']}/"
    files = provenance["files"].values()
    return {
        "config": {
            "file": provenance["config"]["file"],
            "sha256": provenance["config"]["sha256"],
            "base": base_name,
            "settings": compared(provenance["config"]["settings"], base),
        },
        "fetched": provenance["fetched"],
        "environments": [
            {
                **environment,
                "packages": {
                    **{tool: environment["packages"][tool] for tool in TOOLS if tool in environment["packages"]},
                    **environment["packages"],
                },
                "tools": [tool for tool in TOOLS if tool in environment["packages"]],
            }
            for environment in provenance["environments"]
        ],
        "jobs": [
            {
                "name": job["record"].removeprefix(f"{folder}logs/").removesuffix(".job.json"),
                "log": f"../{job['record'].removeprefix(folder).removesuffix('.job.json')}.log",
                "record": f"../{job['record'].removeprefix(folder)}",
                **{key: job[key] for key in ("started", "seconds", "peak_memory", "environment")},
            }
            for job in sorted(provenance["jobs"], key=lambda job: str(job["started"]))
        ],
        "unknown": dict(sorted(Counter(file["why"] for file in files if file["job"] is None).items())),
    }


def compared(settings: dict[str, Any], base: dict[str, Any] | None) -> list[list[Any]]:
    """Rows of key, value and the base's value, keys as `training.grpo.steps`; None stands for no such key."""
    own, other = ({key: as_text(value) for key, value in flat(found).items()} for found in (settings, base or {}))
    return [[key, own.get(key), other.get(key)] for key in dict.fromkeys([*own, *other])]


def as_text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def write_published(results: Path) -> None:
    """Tell every page which figures of `published` lie beside it now."""
    drawn = sorted(path.stem for path in results.glob("published/figures/*.png"))
    for page in sorted(results.glob("*/report/index.html")):
        if page.parent.parent.name != "published":
            write_data(page.parent / "data/published.js", "published", drawn)

"""What the record of a finished run says of that run, for experiments of the kind `recorded`."""

from pathlib import Path
from tarfile import TarFile
from typing import Any

from finmath_grpo.errors import UserError
from finmath_grpo.evaluation.settings import FurtherTests
from finmath_grpo.release.record import DEEP, opened, read_member
from finmath_grpo.statistics.settings import StatisticsSettings
from finmath_grpo.workflow.config_file import Config, merge_patch, parse_yaml
from finmath_grpo.workflow.named_files import fault_of


def with_record(path: Path, config: Config) -> Config:
    """The config of a `recorded` experiment over what its record says; any other as it is."""
    record = config.values.get("record")
    if config.values.get("kind") != "recorded" or not isinstance(record, str):
        return config
    given = [key for key in ("models", "tests", "deep") if key in config.values]
    if given:
        raise UserError(f"{path}: {given[0]}: comes from the record {record}; leave it out here")
    # The table is of one run, and nothing in it says of which.
    table = config.values.get("scorer_audit")
    if table and config.inherits(("scorer_audit",)) and record != config.inherited.get("record"):
        raise UserError(
            f"{path}: scorer_audit: {table} (from {config.base}) is of another record than"
            f" {record}; name the table of this one, or write `scorer_audit: null`"
        )
    if fault := fault_of(record):
        raise UserError(f"{path}: record: {fault}")
    try:
        found = of_record(Path(record))
    except UserError as error:
        raise UserError(f"{path}: record: {error}") from None
    return Config(merge_patch(found, config.values), config.values, Path(record), found)


def config_of_record(record: Path) -> tuple[str, dict[str, Any]]:
    """The config that a record holds, as it was then, after its name. Raises UserError for what is no record."""
    with opened(record) as archive:
        return _config_in(archive, record)


def _config_in(archive: TarFile, record: Path) -> tuple[str, dict[str, Any]]:
    configs = [name for name in archive.getnames() if "/" not in name and name.endswith(".yaml")]
    if len(configs) != 1:
        raise UserError(f"{record}: expected one config file in it, found {len(configs)}")
    text = read_member(archive, record, configs[0]).decode("utf-8-sig", errors="replace")
    name = f"{record}, {configs[0]}"
    return name, parse_yaml(text, name)


def of_record(record: Path) -> dict[str, Any]:
    """What `Recorded` has of its run: models, tests, `deep` and statistics, from the config that the record holds.

    Nothing else of that config is read, so that a record outlives changes of the schema. Raises UserError for a file
    that is no record, or whose config has no models.
    """
    with opened(record) as archive:
        name, config = _config_in(archive, record)
        members = archive.getnames()
    models, tests, statistics = (config.get(key) or {} for key in ("models", "tests", "statistics"))
    if not (models and all(isinstance(section, dict) for section in (models, tests, statistics))):
        raise UserError(f"{name}: expected keys and values under `models`; pack the run again")
    return {
        "models": {
            model: {
                "label": entry.get("label", model) if isinstance(entry, dict) else model,
                "rollouts": f"training/{model}/completions.jsonl.zst" in members,
                **{key: entry[key] for key in ("method", "seeds", "of") if isinstance(entry, dict) and key in entry},
            }
            for model, entry in models.items()
        },
        "tests": [test for test in FurtherTests.model_fields if tests.get(test)],
        **({"deep": config.get("deep")} if DEEP in members else {}),
        "statistics": {key: statistics[key] for key in StatisticsSettings.model_fields if key in statistics},
    }

"""What an archive holds, as a Workflow Run RO-Crate: `ro-crate-metadata.json` (RO-Crate 1.1).

The workflow is the Snakefile. Each experiment whose results are in the archive is a run of it: from its config and its
questions (or the numbers or the record that it stands on) to its figures, claims and report.
Profiles: https://w3id.org/workflowhub/workflow-ro-crate/1.0 and https://w3id.org/ro/wfrun/workflow/0.5.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from finmath_grpo.workflow.kinds import Experiment

Entity = dict[str, Any]

PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": "Process Run Crate",
    "https://w3id.org/ro/wfrun/workflow/0.5": "Workflow Run Crate",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": "Workflow RO-Crate",
}
FORMATS = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".md": "text/markdown",
    ".png": "image/png",
    ".yaml": "application/yaml",
    ".zst": "application/zstd",
}
BIOSCHEMAS = "https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"
LICENSE = "https://spdx.org/licenses/MIT"
AUTHORS = "#authors"
FOLDERS = {
    "config/": "One file per experiment",
    "data/": "Raw questions, the post's numbers, recorded runs",
    "docker/": "What the image is made with",
    "envs/": "Locks of the two environments",
    "rules/": "The rules of the workflow, one file per stage",
    "src/": "The Python package that the rules run",
}


def reference(*ids: str) -> dict[str, str] | list[dict[str, str]]:
    """References to entities; to one of them, without a list, as RO-Crate recommends."""
    references = [{"@id": name} for name in ids]
    return references[0] if len(references) == 1 else references


def file_entity(path: str, root: Path) -> Entity:
    """A file of the archive; `path` is relative to its root."""
    return {
        "@id": path,
        "@type": "File",
        "name": path,
        "contentSize": str((root / path).stat().st_size),
        "encodingFormat": FORMATS.get(Path(path).suffix, "text/plain"),
        **({"about": {"@id": "./"}} if path == "README.md" else {}),
    }


def sources_of(name: str, experiment: Experiment) -> list[str]:
    """What a run starts from."""
    data = {"run": "questions", "published": "numbers", "recorded": "record"}[experiment.kind]
    return [f"config/{name}.yaml", getattr(experiment, data)]


def results_of(name: str, root: Path) -> list[str]:
    """What a run is for, of what is there."""
    folder = root / "results" / name
    found = [*folder.glob("figures/*.png"), *folder.glob("figures/*.html"), *folder.glob("statistics/*")]
    found += [folder / "claims.json", folder / "claims.md", folder / "report/index.html", folder / "provenance.json"]
    return sorted(str(path.relative_to(root)) for path in found if path.is_file())


def run_entity(name: str, experiment: Experiment, provenance: dict[str, Any], root: Path) -> Entity:
    """A run of the workflow, from its first job to its last."""
    times = [(datetime.fromisoformat(entry["started"]), entry["seconds"]) for entry in provenance["files"].values()]
    ends = [started.timestamp() + seconds for started, seconds in times]
    return {
        "@id": f"#run-{name}",
        "@type": "CreateAction",
        "name": f"The experiment {name}",
        "description": f"snakemake --cores all {name}",
        "instrument": {"@id": "Snakefile"},
        "agent": {"@id": AUTHORS},
        "startTime": min(started for started, _ in times).isoformat(timespec="seconds"),
        "endTime": datetime.fromtimestamp(max(ends), UTC).isoformat(timespec="seconds"),
        "actionStatus": "http://schema.org/CompletedActionStatus",
        "object": reference(*sources_of(name, experiment)),
        "result": reference(*results_of(name, root)),
    }


def metadata(
    root: Path,
    experiments: dict[str, Experiment],
    provenances: dict[str, dict[str, Any]],
    versions: dict[str, str],
) -> dict[str, Any]:
    """The content of ro-crate-metadata.json for the experiments whose provenance is given."""
    runs = [run_entity(name, experiments[name], found, root) for name, found in provenances.items()]
    parts = {path for name in provenances for path in (*sources_of(name, experiments[name]), *results_of(name, root))}
    parts |= {
        name for name in ("README.md", "ARTIFACT.md", "NOTICE", "LICENSE", "Dockerfile") if (root / name).exists()
    }
    folders = {name: words for name, words in FOLDERS.items() if (root / name).is_dir()}
    language = "https://w3id.org/workflowhub/workflow-ro-crate#snakemake"
    end = max(run["endTime"] for run in runs)
    entities: list[Entity] = [
        {
            "@id": "ro-crate-metadata.json",
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": reference(
                "https://w3id.org/ro/crate/1.1", "https://w3id.org/workflowhub/workflow-ro-crate/1.0"
            ),
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": "finmath-grpo: sources and results",
            "description": "A reproducible benchmark of GRPO on Turkish finance mathematics: the workflow from raw"
            " questions to every figure, and its results",
            "datePublished": end,
            "license": {"@id": LICENSE},
            "author": {"@id": AUTHORS},
            "publisher": {"@id": AUTHORS},
            "conformsTo": reference(*PROFILES),
            "mainEntity": {"@id": "Snakefile"},
            "hasPart": reference("Snakefile", *sorted(folders), *sorted(parts)),
            "mentions": reference(*(run["@id"] for run in runs)),
        },
        {
            "@id": "Snakefile",
            "@type": ["File", "SoftwareSourceCode", "ComputationalWorkflow"],
            "name": "From raw questions to every figure",
            "conformsTo": {"@id": BIOSCHEMAS},
            "description": "A Snakemake workflow; its rules lie in rules/",
            "programmingLanguage": {"@id": language},
            "license": {"@id": LICENSE},
            "author": {"@id": AUTHORS},
            "version": versions["finmath-grpo"],
            "encodingFormat": "text/plain",
            "contentSize": str((root / "Snakefile").stat().st_size),
        },
        {
            "@id": language,
            "@type": "ComputerLanguage",
            "name": "Snakemake",
            "alternateName": "Snakemake",
            "identifier": {"@id": "https://doi.org/10.1093/bioinformatics/bts480"},
            "url": {"@id": "https://snakemake.readthedocs.io"},
            "version": versions["snakemake"],
        },
        {"@id": AUTHORS, "@type": "Organization", "name": "The finmath-grpo authors"},
        {"@id": LICENSE, "@type": "CreativeWork", "name": "MIT License"},
        *(
            {"@id": uri, "@type": "CreativeWork", "name": name, "version": uri.rsplit("/", 1)[1]}
            for uri, name in PROFILES.items()
        ),
        *({"@id": name, "@type": "Dataset", "name": name, "description": words} for name, words in folders.items()),
        *(file_entity(path, root) for path in sorted(parts)),
        *runs,
    ]
    return {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": entities}

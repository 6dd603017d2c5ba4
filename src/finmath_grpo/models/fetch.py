"""A model from the Hugging Face hub, at one commit: weights as safetensors, never pickles, never remote code."""

import argparse
from pathlib import Path

from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import write_json
from finmath_grpo.models.manifest import write_manifest

WANTED = ["*.safetensors", "*.json", "tokenizer.model"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository")
    parser.add_argument("revision")
    parser.add_argument("--manifest", type=Path, required=True)
    arguments = parser.parse_args()
    try:
        commit = HfApi().model_info(arguments.repository, revision=arguments.revision).sha
        directory = arguments.manifest.parent
        # What an earlier try fetched is kept and taken, where its hash is the hub's.
        snapshot_download(arguments.repository, revision=commit, local_dir=directory, allow_patterns=WANTED)
    except GatedRepoError:
        raise UserError(
            f"{arguments.repository} is gated: accept its licence on the hub and set HF_TOKEN to a token that reads it"
        ) from None
    except RepositoryNotFoundError:
        raise UserError(f"{arguments.repository}: no such model on the hub, or HF_TOKEN may not read it") from None
    except (HfHubHTTPError, OSError) as error:
        raise UserError(
            f"{arguments.repository}: can't be fetched ({type(error).__name__}). With no network use `smoke` or `small`"
        ) from None
    write_json(directory / "SOURCE.json", {"repository": arguments.repository, "commit": commit})
    write_manifest(arguments.manifest, [file for file in directory.iterdir() if file.is_file()])


if __name__ == "__main__":
    run_stage(main)

"""Make a report that can be mailed or hosted: `python -m finmath_grpo.report.bundle --experiment smoke --to x.zip`.

The page with all that it loads and links to: texts, figures and their pages, tables, logs, and the figures of
`published` where they lie beside. The files keep their places to each other; `index.html` at the top leads to the page.
A name that ends in `.zip` makes one file, with the same bytes for the same files; any other name a folder.
"""

import argparse
import shutil
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.report.record import read_shown
from finmath_grpo.workflow import unchanged

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time of every file in a zip: the earliest that it can hold."""
ENTRY = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>finmath-grpo</title>
<meta http-equiv="refresh" content="0; url={page}"></head>
<body><main><h1>finmath-grpo</h1><p><a href="{page}">The report</a></p></main></body></html>
"""


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in ("href", "src") and value]


def links(page: Path) -> Iterator[Path]:
    """The files that an HTML page loads or links to, by their places on this disk."""
    parser = _Links()
    parser.feed(page.read_text(encoding="utf-8"))
    for address in parser.found:
        parts = urlsplit(address)
        if not parts.scheme and not parts.netloc and parts.path:
            yield Path(page.parent, unquote(parts.path)).resolve()


def recorded_links(record: Path) -> Iterator[Path]:
    """The logs and records that run.js links to."""
    try:
        jobs = read_shown(record)["jobs"]
    except ValueError:
        name = record.parents[2].name
        raise UserError(f"{record}: torn; `snakemake --cores all {name}` writes it again, then bundle") from None
    for job in jobs:
        yield from (Path(record.parents[1], job[key]).resolve() for key in ("log", "record"))


def files_of(results: Path, experiment: str) -> list[Path]:
    """Every file of the bundle, within `results`. Raises UserError for one that the page needs and that is missing."""
    page = (results / experiment / "report/index.html").resolve()
    if not page.is_file():
        raise UserError(f"{page}: there is no report; build it by `snakemake --cores all {experiment}`")
    root = results.resolve()
    pages = [page, *(path.resolve() for path in (results / "published/figures").glob("*.html"))]
    found = {path for path in page.parent.rglob("*") if path.is_file()}
    waiting, linked = pages, set()
    if experiment != "published":
        found |= {path.resolve() for path in (results / "published/figures").glob("*.*") if path.is_file()}
    else:
        waiting = [page]
    while waiting:
        for path in links(waiting.pop()):
            if path not in linked:
                linked.add(path)
                if path.suffix == ".html" and path.is_file() and path.is_relative_to(root):
                    waiting.append(path)
    record = page.parent / "data/run.js"
    if record.is_file():
        linked |= {path for path in recorded_links(record) if path.is_file()}
        linked.add(page.parents[1] / "provenance.json")
    missing = sorted(str(path) for path in linked if not path.is_file())
    if missing:
        raise UserError(
            f"{missing[0]}: the page links to it, and it is not there; build it by `snakemake {experiment}`"
        )
    return sorted(path for path in found | linked if path.is_relative_to(root))


def bundle(results: Path, experiment: str, to: Path) -> int:
    """Write the bundle; how many files it has.

    Raises UserError where `to` is there already or can't be written, and for a file that is not as its job left it.
    """
    if to.exists():
        raise UserError(f"{to}: there already; name another place, or delete it")
    files = files_of(results, experiment)
    unchanged.check((results / path.relative_to(results.resolve()) for path in files), results)
    entry = ENTRY.format(page=f"{experiment}/report/index.html")
    part = to.with_name(f".{to.name}.part")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        (write_zip if to.suffix == ".zip" else write_folder)(part, entry, files, results.resolve())
        part.rename(to)
    except OSError as error:
        if part.is_file():
            part.unlink()
        else:
            shutil.rmtree(part, ignore_errors=True)
        raise UserError(f"{to}: can't be written: {error}; name another place, or free some space") from None
    return len(files) + 1


def write_zip(part: Path, entry: str, files: list[Path], root: Path) -> None:
    """Write the files, and `entry` as index.html, as one zip with their places below `root`."""
    with zipfile.ZipFile(part, "w") as archive:
        for name, content in [("index.html", entry.encode())] + [
            (str(path.relative_to(root)), path.read_bytes()) for path in files
        ]:
            info = zipfile.ZipInfo(name, EPOCH)
            info.external_attr = 0o644 << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)


def write_folder(part: Path, entry: str, files: list[Path], root: Path) -> None:
    """The same as a folder."""
    shutil.rmtree(part, ignore_errors=True)
    for path in files:
        place = part / path.relative_to(root)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, place)
    (part / "index.html").write_text(entry, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--experiment", required=True)
    parser.add_argument("--to", type=Path, required=True, help="a new file NAME.zip or a new folder")
    options = parser.parse_args()
    count = bundle(Path("results"), options.experiment, options.to)
    size = sum(path.stat().st_size for path in ([options.to] if options.to.is_file() else options.to.rglob("*")))
    print(f"{options.to}: {count} files, {size / 1e6:.1f} MB; open {'its ' if options.to.is_dir() else ''}index.html")


if __name__ == "__main__":
    run_stage(main)

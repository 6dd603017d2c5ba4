"""A page of docs as a PDF of A4 pages, by the Chromium that draws the figures: `make results`.

python -m finmath_grpo.release.printed docs/results.md results/results.pdf --pages 2
"""

import argparse
import asyncio
import base64
import re
from pathlib import Path
from tempfile import TemporaryDirectory

from markdown_it import MarkdownIt

from finmath_grpo.errors import UserError, run_stage
from finmath_grpo.files import replacing

STYLE = """
@page { size: A4; margin: 11mm 13mm; }
body { font: 7.7pt/1.25 "DejaVu Sans", sans-serif; margin: 0; }
h1 { font-size: 13pt; margin: 0 0 1.5mm; }
h2 { font-size: 9pt; margin: 2mm 0 0.8mm; break-after: avoid; }
p, ul { margin: 0 0 1.2mm; }
ul { padding-left: 4mm; }
table { border-collapse: collapse; margin: 0 0 1.4mm; break-inside: avoid; }
td { white-space: nowrap; }
td:first-child { white-space: normal; }
th, td { border-bottom: 0.2mm solid #c8ced6; padding: 0.25mm 3mm 0.25mm 0; text-align: left; vertical-align: top; }
code { font: 7.2pt "DejaVu Sans Mono", monospace; }
a { color: inherit; text-decoration: none; }
"""


def html_of(markdown: str) -> str:
    """A Markdown page as one HTML page. HTML in it, and comments, are left out."""
    markdown = re.sub(r"<!--.*?-->\n?", "", markdown, flags=re.DOTALL)
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    # A link to a file beside the page leads nowhere from a PDF.
    body = re.sub(r'<a href="(?!https?://)[^"]*">(.*?)</a>', r"\1", body, flags=re.DOTALL)
    return f'<!doctype html><html lang="en"><meta charset="utf-8"><style>{STYLE}</style><body>{body}</body></html>'


async def pdf_of(page: Path) -> bytes:
    """What a browser prints of a local HTML page."""
    from choreographer import Browser

    async with Browser(headless=True) as browser:
        tab = await browser.create_tab(page.resolve().as_uri())
        await asyncio.sleep(1)  # the page is small and loads nothing
        printed = await tab.send_command("Page.printToPDF", {"preferCSSPageSize": True, "printBackground": True})
    return base64.b64decode(printed["result"]["data"])


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b(?!s)", pdf))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=Path, help="a Markdown file")
    parser.add_argument("pdf", type=Path, help="the file to write")
    parser.add_argument("--pages", type=int, required=True, help="more pages than these are refused")
    options = parser.parse_args()
    try:
        markdown = options.page.read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"{options.page}: {error.strerror}") from None
    with TemporaryDirectory() as folder:
        page = Path(folder, "page.html")
        page.write_text(html_of(markdown), encoding="utf-8")
        pdf = asyncio.run(pdf_of(page))
    pages = pages_of(pdf)
    if pages > options.pages:
        raise UserError(f"{options.page}: {pages} pages, expected {options.pages} or fewer; shorten it")
    with replacing(options.pdf) as temporary:
        temporary.write_bytes(pdf)
    print(f"{options.pdf}: {pages} pages")


if __name__ == "__main__":
    run_stage(main)

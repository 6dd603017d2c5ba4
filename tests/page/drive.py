"""Drive whole report pages in Chromium and print what was checked: `make test-page`.

    python tests/page/drive.py results/smoke results/recorded results/published

Over file://, at 1400 and 390 pixels, light and dark: every section, the reader's states and every figure page have no
finding of axe-core, no console message, no request that leaves the results, no sideways scroll, and no table with two
rows of one name. What the filters, the deep search, the gained and lost questions and the CSV count is compared with
scores.csv, contrasts.csv and the completions, which are counted here on their own. Back and reload keep the state; an
address that names nothing says so.
Exits with 1 if a row of the table is not right.
"""

import argparse
import csv
import itertools
import json
import os
import random
import re
import shutil
import sys
import time
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlparse

import axe_playwright_python
from playwright.sync_api import Browser, Page, sync_playwright

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
WIDTHS, SCHEMES = (1400, 390), ("light", "dark")
COMBINATIONS = 60
"""Combinations of filters that are compared with the tables, drawn with a fixed seed."""
SCORERS = ("exact", "no_punctuation", "numeric")

# Scripts that the page runs for us.
# A section that is not shown is audited when it is.
RUN_AXE = """async () => (await axe.run(
    {include: [document], exclude: [".tab:not(.shown)"]}, {preload: false, resultTypes: ["violations"]}
)).violations.map(
    (one) => [one.id, one.impact, one.nodes.length, one.nodes[0].html.slice(0, 120)])"""
SETTLE = """async () => {
    if (typeof loading !== "undefined") await Promise.allSettled([...loading.values()].map((one) => one.promise));
    await new Promise((done) => {
        let quiet = setTimeout(done, 150);
        new MutationObserver(() => {
            clearTimeout(quiet);
            quiet = setTimeout(done, 150);
        }).observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
        setTimeout(done, 10000);
    });
}"""
SAME_NAMES = """() => [...document.querySelectorAll(".tab.shown .results tbody")].flatMap((body) => {
    const names = [...body.querySelectorAll("th")].map((one) => one.innerText);
    return names.filter((name, place) => names.indexOf(name) < place);
})"""
IN_SIGHT = """found => found.every((one) => {
    const box = one.getBoundingClientRect();
    return box.left >= 0 && box.right <= innerWidth;
})"""
CHOOSE = """([temperature, sample]) => {
    for (const [id, at] of [["temperature", temperature], ["sample", sample]]) {
        document.querySelectorAll(`#${id} input`)[at]?.click();
    }
}"""
PRESS = """async (word) => {
    const box = document.getElementById("search");
    box.value = word;
    const begun = performance.now();
    box.dispatchEvent(new Event("input"));
    await new Promise(requestAnimationFrame);
    return performance.now() - begun;
}"""


class Table:
    """The checks by name: how many there were, and what was found wrong."""

    def __init__(self) -> None:
        self.checked: dict[str, int] = defaultdict(int)
        self.wrong: dict[str, list[str]] = defaultdict(list)

    def check(self, name: str, holds: bool, found: str) -> None:
        self.checked[name] += 1
        if not holds:
            self.wrong[name].append(found)

    def print(self) -> None:
        width = max(map(len, self.checked))
        print(f"{'check':<{width}}  checked  wrong")
        for name, count in self.checked.items():
            print(f"{name:<{width}}  {count:>7}  {len(self.wrong[name]):>5}")
            for found in sorted(set(self.wrong[name]))[:8]:
                print(f"{'':<{width}}    {found}")


class Tables:
    """What the results say, counted with nothing of the page."""

    def __init__(self, results: Path) -> None:
        with (results / "scores.csv").open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row.get("test", "t1") == "t1"]
        self.questions = [json.loads(line) for line in (results / "data/test.jsonl").read_text().splitlines()]
        self.models = list(dict.fromkeys(row["model"] for row in rows))
        self.temperatures = sorted({row["temperature"] for row in rows}, key=float)
        self.cells = {
            (row["model"], format(float(row["temperature"]), "g"), int(row["sample"]), row["question_id"]): row
            for row in rows
        }
        self.samples = 1 + max(sample for _, _, sample, _ in self.cells)
        self.texts = {}
        for path in sorted(results.glob("completions/*.jsonl")):
            for line in path.read_text(encoding="utf-8").splitlines():
                row = json.loads(line)
                if row.get("test", "t1") == "t1":
                    cell = (row["model"], format(row["temperature"], "g"), row["sample"], row["question_id"])
                    self.texts[cell] = row["text"]
        contrasts = results / "statistics/contrasts.csv"
        with contrasts.open(encoding="utf-8", newline="") as file:
            self.contrasts = [row for row in csv.DictReader(file) if row.get("test", "t1") == "t1"]

    def in_scope(self, scope: str, temperature: str, sample: int) -> list[tuple[str, int]]:
        every = itertools.product([format(float(value), "g") for value in self.temperatures], range(self.samples))
        return [
            (at, number)
            for at, number in every
            if scope == "all" or (at == temperature and (scope == "temperature" or number == sample))
        ]

    def passing(self, wanted: dict[str, str], temperature: str, sample: int) -> list[str]:
        """The ids of the questions that the filters let through."""
        scope = self.in_scope(wanted.get("scope", "here"), temperature, sample)
        scorer = wanted.get("scorer", "numeric")
        found = []
        for question in self.questions:
            name = question["id"]
            right = {
                model: sum(int(self.cells[model, at, number, name][scorer]) for at, number in scope)
                for model in self.models
            }
            groups = {"(any)": any(right.values()), "(every)": all(right.values())}
            solved = groups | {model: count > 0 for model, count in right.items()}
            outcomes = {
                self.cells[model, at, number, name]["outcome"]
                for model in ([wanted["of"]] if wanted.get("of") else self.models)
                for at, number in scope
            }
            keys = ("unit", "family", "difficulty")
            if (
                all(wanted.get(key, question.get(key)) == question.get(key) for key in keys)
                and ("solved" not in wanted or solved[wanted["solved"]])
                and ("unsolved" not in wanted or not solved[wanted["unsolved"]])
                and ("better" not in wanted or right[wanted["better"]] > right[wanted["worse"]])
                and ("outcome" not in wanted or wanted["outcome"] in outcomes)
            ):
                found.append(name)
        return found


def plain(text: str) -> str:
    """Small letters without marks, dotless i as i."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.category(c).startswith("M"))
    return bare.lower().replace("ı", "i")


def listed(page: Page) -> list[str]:
    return page.eval_on_selector_all(
        "#questions li:not([hidden]) .line > span:first-child", "found => found.map((one) => one.textContent)"
    )


@contextmanager
def opened(browser: Browser, table: Table, root: Path, width: int, scheme: str) -> Iterator[Page]:
    """A page whose console messages, errors and requests are watched."""
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, accept_downloads=True,
        permissions=["clipboard-read", "clipboard-write"],
    )  # fmt: skip
    page = context.new_page()
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))

    def watch(address: str) -> None:
        parts = urlparse(address)
        inside = parts.scheme in ("data", "blob") or (
            parts.scheme == "file" and Path(unquote(parts.path)).is_relative_to(root)
        )
        table.check("requests stay in the results", inside, address)

    page.on("request", lambda request: watch(request.url))
    yield page
    table.check("no console message", not messages, "; ".join(messages)[:200])
    context.close()


def settle(page: Page) -> None:
    """Wait until what the page loads is there and nothing of it has changed for a while."""
    page.wait_for_load_state()
    page.evaluate(SETTLE)


def audit(page: Page, table: Table, what: str, name: str) -> None:
    """axe-core with all rules, and no sideways scroll."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE)
    found = page.evaluate(RUN_AXE)
    for rule in found or [None]:
        table.check(f"{what}: no axe finding", rule is None, f"{name}: {rule}")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    table.check(f"{what}: no sideways scroll", wide <= 0, f"{name}: {wide} px")


def sections(page: Page, table: Table, address: str, name: str) -> None:
    page.goto(address)
    tabs = page.eval_on_selector_all("#tabs a", "found => found.map((one) => one.hash)")
    for tab in tabs:
        page.goto(f"{address}{tab}")
        settle(page)
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        table.check(
            "section shown is the one asked for", page.locator(".tab.shown").get_attribute("id") == tab[1:], tab
        )
        seen = page.eval_on_selector_all(
            "#tabs a",
            IN_SIGHT,
        )
        table.check("every section's link is in sight", seen, f"{name}{tab}")
        same = page.evaluate(SAME_NAMES)
        table.check("no two rows of a table have one name", not same, f"{name}{tab}: {same[:3]}")
        audit(page, table, "page", f"{name}{tab}")


def reader_states(page: Page, table: Table, tables: Tables, address: str, name: str) -> None:
    """The reader's states that a section alone does not show."""
    first, last = tables.models[0], tables.models[-1]
    question = tables.questions[-1]["id"]
    at = format(float(tables.temperatures[-1]), "g")
    states = {
        "linked": {"q": question, "t": at, "s": "0", "m": last},
        "difference": {"q": question, "t": at, "s": "0", "left": f"{first},{at},0", "right": f"{last},{at},0"},
        "searched": {"q": question, "find": "cevap", "deep": "1"},
        "unknown": {"q": "no-such", "t": "99", "zzz": "1"},
        "filtered": {"outcome": "wrong", "scope": "all", "solved": "(any)"},
    }
    for state, entries in states.items():
        page.goto("about:blank")
        page.goto(f"{address}#{urlencode(entries)}")
        settle(page)
        audit(page, table, "page", f"{name}#{state}")
    page.goto(f"{address}#{urlencode({'q': 'no-such', 't': '99', 'zzz': '1'})}")
    settle(page)
    notice = page.locator("#notice")
    box = notice.bounding_box()
    words = notice.inner_text()
    table.check("an unknown address is said in sight", bool(box) and box["y"] < 900, words)
    for word in ("no question no-such", "no temperature 99", "no setting zzz"):
        table.check("an unknown address is said in sight", word in words, words)


def filters(page: Page, table: Table, tables: Tables, address: str) -> None:
    """Random combinations of filters, set by hand, against the tables."""
    draw = random.Random(13)
    page.goto("about:blank")
    page.goto(f"{address}#completions")
    page.wait_for_selector("#questions li")
    page.evaluate("document.getElementById('filters').open = true")
    choices = {
        key: page.eval_on_selector_all(f"#{key} option", "found => found.map((one) => one.value)")
        for key in (
            "unit",
            "family",
            "difficulty",
            "scorer",
            "solved",
            "unsolved",
            "better",
            "worse",
            "outcome",
            "of",
            "scope",
        )
    }
    telling = ""
    for _ in range(COMBINATIONS):
        page.click("#reset")
        temperature, sample = draw.choice(tables.temperatures), draw.randrange(tables.samples)
        at = format(float(temperature), "g")
        wanted = {}
        for key, values in choices.items():
            chances = {"scorer": 0.7, "scope": 0.7, "solved": 0.4, "unsolved": 0.4, "outcome": 0.4, "of": 0.4}
            if draw.random() < chances.get(key, 0.12) and key not in ("better", "worse"):
                wanted[key] = draw.choice(values)
        if draw.random() < 0.4:
            wanted["better"], wanted["worse"] = draw.sample(tables.models, 2)
        wanted = {key: value for key, value in wanted.items() if value}
        page.evaluate(
            CHOOSE,
            [tables.temperatures.index(temperature), sample],
        )
        for key, value in wanted.items():
            if page.locator(f"#{key}").is_visible():
                page.select_option(f"#{key}", value)
        expected = tables.passing(wanted, at, sample)
        found = listed(page)
        count = page.locator("#count").inner_text().split(" of ")[0]
        table.check(
            "filter counts equal the tables",
            found == expected and count == str(len(expected)),
            f"{wanted} at {at}, {sample}: {len(found)}, {count} for {len(expected)}",
        )
        if 0 < len(found) < len(tables.questions):
            telling = page.url
    # Of an empty list and of a whole one little could be lost.
    page.goto("about:blank")
    page.goto(telling or f"{address}#completions")
    settle(page)
    state = page.url
    before = listed(page), page.locator("#count").inner_text()
    page.reload()
    settle(page)
    table.check("reload keeps the state", (listed(page), page.locator("#count").inner_text()) == before, state)
    page.goto(address.replace("report/index.html", "figures/all_models.html"))
    page.go_back()
    settle(page)
    table.check(
        "Back keeps the state",
        (listed(page), page.locator("#count").inner_text()) == before and page.url == state,
        state,
    )
    with page.expect_download() as download:
        page.click("#csv")
    rows = list(csv.DictReader(Path(download.value.path()).read_text(encoding="utf-8").splitlines()))
    table.check(
        "CSV holds the questions listed", list(dict.fromkeys(row["question_id"] for row in rows)) == before[0], state
    )
    for row in rows:
        cell = tables.cells[row["model"], row["temperature"], int(row["sample"]), row["question_id"]]
        same = all(row[key] == cell[key] for key in (*SCORERS, "outcome"))
        table.check("CSV rows equal scores.csv", same, str(row))
    page.click("#copy")
    page.wait_for_timeout(100)
    table.check("Copy link copies the address", page.evaluate("navigator.clipboard.readText()") == page.url, page.url)


def gained(page: Page, table: Table, tables: Tables, address: str) -> None:
    """From each contrast to the questions gained and lost."""
    page.goto(f"{address}#results")
    links = page.eval_on_selector_all("#results a.button", "found => found.map((one) => [one.hash, one.textContent])")
    counts = {
        (row["trained"], row["base"]): (row["gains"], row["losses"])
        for row in tables.contrasts
        if row["scorer"] == "numeric" and row["at"] == "mean"
    }
    said = page.eval_on_selector_all("#results td:has(a.button)", "found => found.map((one) => one.textContent)")
    shown = sorted(number for words in said for number in re.findall(r"(\d+) (?:gained|lost)", words))
    table.check("gained and lost equal contrasts.csv", shown == sorted(itertools.chain(*counts.values())), str(shown))
    for hash_, words in links:
        page.goto("about:blank")
        page.goto(f"{address}{hash_}")
        settle(page)
        # Of several runs the contrast counts by their mean, and the link leads to the questions of the first ones.
        expected = tables.passing(dict(parse_qsl(hash_[1:])), "", 0)
        table.check("gained and lost equal scores.csv", listed(page) == expected, f"{hash_}: {words}")
        if words[0].isdigit():
            table.check("gained and lost are as many as said", len(expected) == int(words.split()[0]), hash_)


def deep_search(page: Page, table: Table, tables: Tables, address: str) -> None:
    page.goto("about:blank")
    page.goto(f"{address}#completions")
    page.check("#deep")
    page.wait_for_selector("#deep:not([disabled])", timeout=120_000)
    texts = {cell: plain(text) for cell, text in tables.texts.items()}
    words = ["cevap", "matematik", "faiz", "bilesik", "taksit", "yillik", "12.5", "= 1", "qzx"]
    for word in words:
        page.fill("#search", word)
        page.wait_for_timeout(900)
        holding = {cell for cell, text in texts.items() if plain(word) in text}
        shown = page.locator("#count").inner_text()
        table.check(
            "deep search counts equal the completions",
            f"· {len(holding)} completions hold" in shown,
            f"{word}: {shown}, {len(holding)}",
        )
        if holding:
            linked = page.locator(".card.linked")
            table.check(
                "deep search lands on a completion and marks the hit",
                linked.count() == 1 and linked.locator("mark.hit").count() > 0,
                f"{word}: {page.url}",
            )
            if linked.locator("mark.hit").count():
                marks = plain("".join(linked.locator("mark.hit").all_inner_texts()))
                table.check(
                    "deep search lands on a completion and marks the hit",
                    plain(word).replace(" ", "") in marks.replace(" ", ""),
                    f"{word}: {marks[:80]}",
                )
                box = linked.locator("mark.hit").first.bounding_box()
                table.check("the hit is in sight", 0 <= box["y"] <= 900, f"{word}: {box}")
            page.keyboard.press("Enter")
            page.wait_for_timeout(200)
    # A key costs a scan: the handler of the input event, with the list redrawn.
    slowest = 0.0
    for word in ("q", "qz", "qzx", "t", "ta", "tak", "1", "12"):
        spent = page.evaluate(
            PRESS,
            word,
        )
        slowest = max(slowest, spent)
    table.check("a key of the deep search takes at most 200 ms", slowest <= 200, f"{slowest:.0f} ms")
    print(f"slowest key of the deep search: {slowest:.0f} ms over {len(tables.texts)} completions")


def figure_pages(page: Page, table: Table, results: Path, name: str) -> None:
    for path in sorted(results.glob("figures/*.html")):
        page.goto(path.resolve().as_uri())
        settle(page)
        audit(page, table, "figure pages", f"{name} {path.stem}")


def whole(page: Page, table: Table, results: Path) -> None:
    """Every link of the page leads to a file that is there."""
    addresses = page.eval_on_selector_all(
        "a[href], img[src], script[src], link[href]", "found => found.map((one) => one.href || one.src)"
    )
    for address in addresses:
        path = Path(unquote(urlparse(address).path))
        table.check("links lead to files that exist", path.is_file(), address)


def drive(browser: Browser, table: Table, results: Path, figures: bool) -> None:
    root = results.resolve().parent
    address = (results / "report/index.html").resolve().as_uri()
    tables = Tables(results) if (results / "scores.csv").is_file() else None
    for width, scheme in itertools.product(WIDTHS, SCHEMES):
        name = f"{results.name} {width} {scheme} "
        begun = time.monotonic()
        with opened(browser, table, root, width, scheme) as page:
            sections(page, table, address, name)
            whole(page, table, results)
            if tables:
                reader_states(page, table, tables, address, name)
        if figures:
            with opened(browser, table, root, width, scheme) as page:
                figure_pages(page, table, results, name)
        print(f"{name}took {time.monotonic() - begun:.0f} s", flush=True)
    if tables:
        for check in (filters, gained, deep_search):
            begun = time.monotonic()
            with opened(browser, table, root, WIDTHS[0], SCHEMES[0]) as page:
                check(page, table, tables, address)
            print(f"{results.name} {check.__name__} took {time.monotonic() - begun:.0f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path, nargs="+", help="folders of experiments, e.g. results/smoke")
    parser.add_argument("--no-figures", action="store_true", help="leave out the pages of the figures")
    options = parser.parse_args()
    begun, table = time.monotonic(), Table()
    chromium = os.environ.get("BROWSER_PATH") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        sys.exit("error: no Chromium: install one or set BROWSER_PATH")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for results in options.results:
            drive(browser, table, results, not options.no_figures)
    table.print()
    wrong = sum(map(len, table.wrong.values()))
    print(f"{sum(table.checked.values())} checks, {wrong} wrong, {time.monotonic() - begun:.0f} s")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()

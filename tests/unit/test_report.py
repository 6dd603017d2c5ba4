"""The report page: what models wrote is shown as text, in the browser it is meant for, and nothing of it is lost."""

import json
import os
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from stages import run_stage

from finmath_grpo.evaluation.scores import COLUMNS
from finmath_grpo.report.build import prose
from finmath_grpo.report.headline import contrasts
from finmath_grpo.report.packing import script_json
from finmath_grpo.report.rollouts import spread
from finmath_grpo.workflow.paths import TEXT_FILES

SOURCE = Path(__file__).parents[2] / "src"
HOSTILE = (
    '<matematik>\n</script><img src="x" onerror="document.title=\'OWNED\'"><!-- <b>kalın</b> &amp;\n'
    "a\u2028b \u202e12\u202c \x00 \ufeff\n</matematik>\n<cevap>\n1\u200b0\n</cevap>\n"
)
BROWSER = os.environ.get("BROWSER_PATH") or shutil.which("chromium") or shutil.which("google-chrome")
in_browser = pytest.mark.skipif(not BROWSER, reason="no Chromium: install one or set BROWSER_PATH")

MODELS = {"llama-base": "Base <b>", "llama-grpo": "GRPO"}
TEMPERATURES = (0.1, 1.0)


def write_lines(path: Path, rows: list[dict]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def question(name: str, text: str = "Kaç TL?") -> dict:
    return {
        "id": name, "unit": "Faiz", "family": "f", "question": text, "answer": "10", "answer_unit": "TL", "value": "10"
    }  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of a finished run of two questions, two models and two temperatures, one completion each."""
    run = tmp_path / "run"
    questions = [question("q-1"), question("q-2</script>", f"Soru {HOSTILE}")]
    write_lines(run / "data/test.jsonl", questions)
    write_lines(run / "data/train.jsonl", [question("t-1")])
    scores = [",".join(COLUMNS)]
    for model in MODELS:
        rows = []
        for temperature in TEMPERATURES:
            for row in questions:
                text = f"{model} at {temperature} to {row['id'][:3]}\n<cevap>\n10\n</cevap>\n"
                if (model, temperature, row["id"]) == ("llama-grpo", 1.0, "q-1"):
                    text = HOSTILE
                cell = {"model": model, "question_id": row["id"], "temperature": temperature, "sample": 0}
                rows.append({**cell, "text": text, "tokens": 7, "finish": "stop"})
                scores.append(f'{model},t1,{temperature},0,{row["id"]},1,1,1,1,1,1,1,right,"<i>10</i>",10,10,10,7')
        write_lines(run / f"completions/{model}.jsonl", rows)
    (run / "scores.csv").write_text("\n".join(scores) + "\n", encoding="utf-8")
    rollout = {"question_id": "t-1", "rewards": {"xmlcount": 0.1, "exact_match": float("nan")}, "advantage": -0.5}
    lines = [{"step": step, "completion": f"step {step} {HOSTILE}", **rollout} for step in (1, 1, 2, 2)]
    (run / "training/llama-grpo").mkdir(parents=True)
    packed = zstandard.compress("".join(json.dumps(line) + "\n" for line in lines).encode())
    (run / "training/llama-grpo/completions.jsonl.zst").write_bytes(packed)
    tables = {
        "accuracy": "test,model,temperature,scorer,n,correct,accuracy,low,high,interval\n"
        "t1,llama-base,0.1,exact,2,1,0.25,0.1,0.6,wilson\nt1,llama-base,1,exact,2,1,0.5,0.1,0.6,wilson\n",
        "any_temperature": "test,model,scorer,n,correct,accuracy,low,high\nt1,llama-base,exact,2,0,0,2.8e-17,0.6578\n",
        "pass_and_majority": "test,model,scorer,measure,at,k,value,low,high\n"
        "t1,llama-base,numeric,pass,mean,1,0.5,0.125,0.75\nt1,llama-base,numeric,pass,0.1,1,0.9,0.8,1\n"
        "t2,llama-base,numeric,pass,mean,1,0.25,0.1,0.4\n",
        "ceiling": "test,exact_ceiling,n\nt1,0.76,2\n",
        "decomposition": "test,model,against,at,part,value,low,high,interval,p\n"
        "t1,llama-grpo,llama-base,mean,total,0.158,0.116,0.197,x,0.1\n"
        "t1,llama-grpo,llama-base,mean,format,0.123,0.09,0.15,x,0.1\n"
        "t1,llama-grpo,llama-base,mean,separators,0.008,-0.002,0.016,x,0.1\n"
        "t1,llama-grpo,llama-base,mean,mathematics,0.027,-0.003,0.056,x,0.1\n",
        "readability": "test,model,measure,value,low,high\nt1,llama-base,readable,0.995,0.9,1\n",
    }
    for name, text in tables.items():
        path = run / f"statistics/{name}.csv"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (run / "figures").mkdir()
    (run / "figures/all_models.html").write_text("", encoding="utf-8")
    (run / "figures/all_models.png").write_bytes(bytes.fromhex("89504e470d0a1a0a0000000d49484452000003e800000208"))
    claim = {
        "id": "c", "quote": "<u>quote</u>", "reading": "a & b", "quoted": "", "verdict": "supported", "effect": 0.071,
        "low": 0.047, "high": 0.095, "unit": "percentage points", "p": 0.0001, "detail": "", "table": "accuracy.csv",
        "column": "accuracy", "note": "", "rule": "",
    }  # fmt: skip
    (run / "claims.json").write_text(json.dumps([claim]), encoding="utf-8")
    (run / "claims.yaml").write_text("[{id: c, with: {pairs: [[llama-grpo, llama-base]]}}]", encoding="utf-8")
    return run


def build(
    run: Path, to: str = "report", read: bool = True, texts: bool = True, **environment: str
) -> subprocess.CompletedProcess:
    """Make the report of the run; without `read` as for an experiment of tables only, without `texts` for a record."""
    words = ["--experiment", "try", "--kind", "run", "--confidence", "0.95"]
    words += ["--claims", run / "claims.json", "--claim-list", run / "claims.yaml", "--page", run / to / "index.html"]
    words += ["--figures", run / "figures/all_models.png"]
    of_scores = ["pass_and_majority", "ceiling", "decomposition", "readability"]
    tables = ["accuracy", "any_temperature", *(of_scores if read else [])]
    words += ["--tables", *(run / f"statistics/{name}.csv" for name in tables)]
    scored: list[str | Path] = ["--models", json.dumps(MODELS)]
    if read:
        scored += ["--test", run / "data/test.jsonl", "--scores", run / "scores.csv"]
    if read and texts:
        scored += ["--completions", *(run / f"completions/{model}.jsonl" for model in MODELS)]
        scored += ["--train", run / "data/train.jsonl"]
        scored += ["--rollouts", run / "training/llama-grpo/completions.jsonl.zst"]
    stages: list[tuple[str, list[str | Path]]] = [
        ("scripts", ["--script", run / to / "report.js", "--style", run / to / "report.css"]),
        *([("texts", [*scored, "--data", run / to / "data"])] if read else []),
        ("build", [*words, *scored]),
    ]
    for stage, arguments in stages:
        done = run_stage(f"report.{stage}", *arguments, fresh=bool(environment), **environment)
        if done.returncode:
            break
    return done


def browse(page: Path, address: str = "", *options: str) -> str:
    """The page's document once its scripts have run, from a disk and with no network."""
    command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=5000", "--dump-dom"]
    return subprocess.run(
        [*command, *options, f"{page.as_uri()}#{address}"], capture_output=True, text=True, check=True
    ).stdout


def written(document: str) -> list[str]:
    """The text of each completion shown."""
    shown = re.findall(r'<pre class="completion".*?>(.*?)</pre>', document, re.DOTALL)
    return [unescape(re.sub("<.*?>", "", text)) for text in shown]


def as_shown(text: str) -> str:
    """`text` with the characters that can't be seen as the page names them."""
    return re.sub("[\x00\u200b\u2028\u202c\u202e\ufeff]", lambda found: f"U+{ord(found[0]):04X}", text)


@in_browser
def test_hostile_completions_and_questions_are_shown_as_text(folder: Path):
    assert build(folder).returncode == 0
    document = browse(folder / "report/index.html", "q=q-1&t=1&s=0")
    assert written(document) == ["llama-base at 1.0 to q-1\n<cevap>\n10\n</cevap>\n", as_shown(HOSTILE)]
    assert "<title>What the models wrote · try</title>" in document
    assert not re.search('<(img src="x|u>|i>)', document)
    assert "&lt;i&gt;10&lt;/i&gt;" in document
    assert "Base &lt;b&gt;" in document


@in_browser
@pytest.mark.parametrize("section", ["completions", "training"])
def test_a_label_of_one_long_word_makes_no_page_wider_than_its_window(folder: Path, monkeypatch, section: str):
    monkeypatch.setitem(MODELS, "llama-base", "W" * 80)
    monkeypatch.setitem(MODELS, "llama-grpo", "G" * 80)
    assert build(folder).returncode == 0
    page = folder / "report/index.html"
    # A page with no policy, so that a script may measure it.
    measure = "document.title = document.documentElement.scrollWidth - innerWidth"
    script = f"<script>setTimeout(() => {{ {measure} }}, 2000)</script></body>"
    text = re.sub("<meta http-equiv=[^>]*>", "", page.read_text(encoding="utf-8")).replace("</body>", script)
    page.write_text(text, encoding="utf-8")
    wider = re.search("<title>(-?[0-9]+)</title>", browse(page, section, "--window-size=600,900"))
    assert wider and int(wider[1]) <= 0


@in_browser
def test_an_address_leads_to_a_completion(folder: Path):
    build(folder)
    document = browse(folder / "report/index.html", "q=q-2%3C%2Fscript%3E&t=0.1&s=0&m=llama-grpo")
    assert [text.splitlines()[0] for text in written(document)] == [
        "llama-base at 0.1 to q-2",
        "llama-grpo at 0.1 to q-2",
    ]
    assert re.search(r'class="card linked"[^>]*aria-label="GRPO"', document)


@in_browser
def test_an_address_leads_to_what_was_sampled_in_training(folder: Path):
    build(folder)
    shown = written(browse(folder / "report/index.html", "run=llama-grpo&step=2&group=0"))
    assert [text for text in shown if text.startswith("step")] == [as_shown(f"step 2 {HOSTILE}")] * 2


@in_browser
def test_a_data_file_that_is_not_there_is_named(folder: Path):
    build(folder)
    (folder / "report/data/completions/00.js").unlink()
    document = browse(folder / "report/index.html", "q=q-1")
    assert "data/completions/00.js can't be read" in document


@in_browser
def test_a_record_of_scores_shows_them_and_says_that_no_text_was_kept(folder: Path):
    done = build(folder, texts=False)
    assert done.returncode == 0, done.stderr
    document = browse(folder / "report/index.html", "q=q-1")
    assert document.count("keeps the scores of this completion and not its text") == len(MODELS)
    assert document.count('<span class="badge right">right</span>') == len(MODELS)


def test_a_missing_completion_is_named(folder: Path):
    path = folder / "completions/llama-grpo.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:-1]), encoding="utf-8")
    failed = build(folder)
    assert failed.returncode == 2
    assert (
        "llama-grpo.jsonl: the completion of temperature 1, question q-2</script>, sample 0 is missing" in failed.stderr
    )
    assert not (folder / "report/data").exists() and not (folder / "report/index.html").exists()


def test_the_same_run_gives_the_same_bytes(folder: Path):
    build(folder, "one", PYTHONHASHSEED="1")
    build(folder, "two", PYTHONHASHSEED="2")
    one, two = (
        {
            str(path.relative_to(folder / name)): path.read_bytes()
            for path in (folder / name).rglob("*")
            if path.is_file()
        }
        for name in ("one", "two")
    )
    assert len(one) == 3 + TEXT_FILES + 1  # page, script, style, texts of questions, those of training
    assert one == two


def test_numbers_are_those_of_the_tables(folder: Path):
    build(folder)
    page = (folder / "report/index.html").read_text(encoding="utf-8")
    assert re.findall(r"<b>([-+0-9.]+)</b> <span class=\"interval\">(.*?)</span>", page) == [
        ("50.0", "12.5 to 75.0"),
        ("25.0", "10.0 to 40.0"),
        ("0.0", "0.0 to 65.8"),
        ("+15.8", "+11.6 to +19.7"),
        ("+12.3", "+9.0 to +15.0"),
        ("+0.8", "\u22120.2 to +1.6"),
        ("+2.7", "\u22120.3 to +5.6"),
        ("99.5", "90.0 to 100.0"),
        # the three tests side by side
        ("50.0", "12.5 to 75.0"),
        ("25.0", "10.0 to 40.0"),
    ]
    assert "it can reach 76 %" in page
    assert "There are no answers to new numbers (T3)" in page
    assert '<span class="amount">+7.1 points <span class="interval">(+4.7 to +9.5)</span></span>' in page


def test_one_model_and_one_question_are_not_called_models_and_questions(folder: Path, monkeypatch):
    monkeypatch.delitem(MODELS, "llama-grpo")
    for name in ("data/test.jsonl", "scores.csv", "completions/llama-base.jsonl", "statistics/decomposition.csv"):
        lines = (folder / name).read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if "q-2" not in line and "llama-grpo," not in line]
        (folder / name).write_text("".join(kept), encoding="utf-8")
    done = build(folder)
    assert done.returncode == 0, done.stderr
    page = (folder / "report/index.html").read_text(encoding="utf-8")
    assert "\n1 test question in Turkish finance mathematics, 1 model, 2 temperatures, 1 completion each: 2 " in page


def test_models_that_are_named_by_numbers_have_their_gains_and_losses(tmp_path: Path):
    for number, (trained, base) in enumerate([("2", "1"), ("1e5", "001"), ("true", "inf")]):
        tables = {name: tmp_path / f"{number}-{name}.csv" for name in ("decomposition", "contrasts")}
        parts = "test,model,against,at,part,value,low,high\n"
        tables["decomposition"].write_text(f"{parts}t1,{trained},{base},mean,total,0.1,0,0.2\n", encoding="utf-8")
        counts = "test,trained,base,scorer,at,gains,losses\n"
        tables["contrasts"].write_text(f"{counts}t1,{trained},{base},numeric,mean,5,3\n", encoding="utf-8")
        [found] = contrasts(tables)
        assert (found.model, found.against, found.gains, found.losses) == (trained, base, 5, 3)


def test_the_page_links_to_files_that_exist(folder: Path):
    build(folder)
    page = folder / "report/index.html"
    addresses = re.findall(r'(?:href|src)="([^"#]+)"', page.read_text(encoding="utf-8"))
    assert addresses
    assert '<img src="../figures/all_models.png" alt="Bars' in page.read_text(encoding="utf-8")
    assert [address for address in addresses if not (page.parent / address).is_file()] == []


def test_numbers_with_no_completions_make_a_page_with_no_reader(folder: Path):
    done = build(folder, read=False)
    assert done.returncode == 0, done.stderr
    page = (folder / "report/index.html").read_text(encoding="utf-8")
    assert "37.5" in page  # the mean over temperatures, with no interval
    assert 'id="completions"' not in page
    assert not (folder / "report/data").exists()


@given(
    st.recursive(
        st.text() | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_embedded_json_is_the_value_and_holds_no_markup(value):
    text = str(script_json(value))
    assert json.loads(text) == value
    assert text.isascii() and not set(text) & set("<>&'\x00")


@given(st.integers(1, 3000), st.integers(2, 60))
def test_shown_steps_are_few_spread_and_reach_both_ends(count: int, limit: int):
    places = spread(count, limit)
    assert len(places) == min(count, limit)
    assert places == sorted(set(places))
    assert (places[0], places[-1]) == (0, count - 1)


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("share `rise` of the rise", "share <code>rise</code> of the rise"),
        ("`<b>` and `a`", "<code>&lt;b&gt;</code> and <code>a</code>"),
        ("one ` alone & no code", "one ` alone &amp; no code"),
        ("`\u202e`", '<code><span class="unseen">U+202E</span></code>'),
    ],
)
def test_what_stands_between_backticks_is_code_on_the_page(text: str, page: str):
    assert prose(text) == page

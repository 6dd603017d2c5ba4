# ruff: noqa: E501 (one case per line)
"""Bad inputs by the hundred, made here so that the repository holds none: what each is, and what must be said of it.

A raw file has a good row in line 1 and the fault below it. A config is `smoke` with one change.
"""

import io
import json
import re
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import zstandard

ROOT = Path(__file__).parents[2]
SMOKE = (ROOT / "config" / "smoke.yaml").read_text(encoding="utf-8")
GOOD = {"id": "a", "question": "Faiz kaç TL'dir?", "answer": "5,5 TL"}
REJECTED = "rejected"
"""In the place of a message: the row is rejected, with a count, and the file is read."""


@dataclass(frozen=True)
class Case:
    """`content`: the file's bytes, or what makes it. `expected`: a pattern of the message, or REJECTED."""

    kind: str
    name: str
    content: bytes | Callable[[Path], None]
    expected: str
    file: str = ""
    """The file's name where the name is the fault."""


def line(**changes: object) -> bytes:
    return json.dumps({**GOOD, "id": "b", **changes}, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"


FIRST = line(id="a")


def raw_rows() -> Iterator[Case]:
    """A faulty second row, by field."""
    ill_typed = {"null": None, "number": 5, "list": ["x"], "object": {"x": 1}, "true": True, "nan": float("nan")}
    ill_typed["infinity"] = float("inf")
    for field in ("id", "question", "answer", "unit", "family", "answer_unit", "of", "difficulty"):
        for name, value in ill_typed.items():
            yield _row(f"{field} is {name}", line(**{field: value}), field)
    for field in ("value", "choices", "numbers"):
        for name in ("number", "true", "nan", "infinity"):
            yield _row(f"{field} is {name}", line(**{field: ill_typed[name]}), field)
    for field in ("id", "question", "answer"):
        row = {**GOOD, "id": "b"}
        del row[field]
        yield _row(f"no {field}", json.dumps(row).encode(), f"{field}: Field required")
        yield _row(f"{field} empty", line(**{field: ""}), field)
        yield _row(f"{field} of spaces", line(**{field: " \u2003 "}), field)
    for name, sign in {
        "NUL": "\0", "escape": "\x1b", "delete": "\x7f", "C1": "\x9b", "bell": "\a", "backspace": "\b",
    }.items():  # fmt: skip
        for field in ("id", "question", "answer", "unit", "family", "of"):
            yield _row(f"{name} in {field}", line(**{field: f"x{sign}y"}), field)
    breaks = {"carriage return": "\r", "line feed": "\n", "U+2028": "\u2028", "U+2029": "\u2029", "U+0085": "\x85"}
    for name, sign in breaks.items():
        for field in ("id", "unit", "family", "answer_unit", "of"):
            yield _row(f"{name} in {field}", line(**{field: f"x{sign}y"}), field)
    for digits in (30, 5000):
        row = b'{"id": "b", "question": "x", "answer": %s}\n' % (b"1" * digits)
        yield _row(f"answer is a number of {digits} digits", row, "(answer|number out of range)")
    yield _row("id of 10,000 letters", line(id="x" * 10_000), "id")
    yield _row("question of 100,000 letters", line(question="x" * 100_000), "question")
    yield _row("answer of 100,000 digits", line(answer="1" * 100_000), "answer")
    yield _row("value of 5,000 digits", line(value="1" * 5000), "value")
    for value in (
        "1,5",
        "1e5",
        "0x10",
        "+1",
        "01",
        "1.",
        ".5",
        "-",
        "nan",
        "inf",
        "Infinity",
        "",
        " 1",
        "1 ",
        "1_000",
        "٣",
    ):
        yield _row(f"value {value!r}", line(value=value), "value")
    yield _row("one choice", line(choices={"A": "1"}, answer="A"), "choices")
    yield _row("choice F", line(choices={"A": "1", "F": "2"}, answer="A"), "choices")
    yield _row("empty choice", line(choices={"A": "1", "B": ""}, answer="A"), "choices")
    yield _row("unknown key", line(anwser="1"), "anwser")
    yield _row("key twice", b'{"id": "b", "id": "c", "question": "x", "answer": "1"}\n', "id: stands twice")
    yield _row("key with a line feed", line(**{"a\nb": 1}), re.escape("'a\\nb'"))
    yield _row("difficulty unknown", line(difficulty="insane"), "difficulty")
    for name, text in {
        "a list": b"[]", "a number": b"1", "a string": b'"x"', "null": b"null", "NaN": b"NaN", "a cut object": b'{"id": "b"',
        "two objects": b"{} {}", "single quotes": b"{'id': 'b'}", "words": b"hello", "a comma after it": FIRST.strip() + b",",
        "a comment": b"// none", "10,000 brackets": b"[" * 10_000, "10,000 objects": b'{"a":' * 10_000,
        "a lone surrogate": b'{"id": "\\ud800", "question": "x", "answer": "1"}', "a bad escape": b'{"id": "\\x"}',
        "a raw NUL": b"\0", "a raw tab in a string": b'{"id": "a\tb"}', "a byte order mark inside": b"\xef\xbb\xbf" + FIRST,
    }.items():  # fmt: skip
        yield _row(name, text + b"\n", "")
    yield _row("same id", FIRST, r"id: 'a' is also in line 1")


def _row(name: str, second: bytes, field: str) -> Case:
    return Case("raw", name, FIRST + second, rf"raw\.jsonl, line 2: .*{field}")


def raw_files() -> Iterator[Case]:
    """A faulty file, and rows that are read and rejected."""
    not_text = {
        "UTF-16": FIRST.decode().encode("utf-16"), "UTF-16 without a mark": FIRST.decode().encode("utf-16-le"),
        "UTF-32": FIRST.decode().encode("utf-32"), "gzip": b"\x1f\x8b\x08\x00", "zip": b"PK\x03\x04\xff",
    }  # fmt: skip
    for name, content in not_text.items():
        yield Case("raw", name, content, r"raw\.jsonl, line 1: ")
    yield Case(
        "raw", "Latin-5 in line 400", FIRST + b"\n" * 398 + "ğ".encode("iso8859-9"), r"line 400: not UTF-8 .*byte 1 "
    )
    yield Case("raw", "half a letter", FIRST + line(question="Faiz kaç TL'dir?")[:30] + b"\xc4\n", "line 2: not UTF-8")
    yield Case("raw", "encoded surrogate", FIRST + line(question="\ud800"), "line 2: not UTF-8")
    yield Case("raw", "a line of 10 MB", FIRST + b'{"id": "' + b"x" * 10_000_000, "line 2: longer than")
    yield Case("raw", "10 MB without a line end", b"\0" * 10_000_000, "line 1: longer than")
    yield Case("raw", "empty", b"", "no question is left")
    yield Case("raw", "blank lines", b"\n \n\t\n\r\n", "no question is left")
    yield Case("raw", "only a byte order mark", b"\xef\xbb\xbf", "no question is left")
    yield Case(
        "raw",
        "ids twice after U+2028",
        FIRST + line(question="x\u2028y kaçtır?") + line(),
        "line 3: id: 'b' is also in line 2",
    )
    yield Case("raw", "ids twice after CR", FIRST + b"\r\n" + line() + line(), "line 4: id: 'b' is also in line 3")
    yield Case("raw", "a JSON array of rows", b"[\n" + FIRST + b"]\n", "line 1: ")
    yield Case("raw", "CSV", b"id,question,answer\na,b,c\n", "line 1: ")
    for name, make in {
        "a pipe": _fifo,
        "a device": _link("/dev/zero"),
        "a folder": Path.mkdir,
        "a link to a pipe": _linked_fifo,
        "a link to itself": _circle,
    }.items():
        yield Case("raw", name, make, r"raw\.jsonl: can't be read")
    for name, changes in {
        "answer of words": {"answer": "çok"}, "two numbers": {"answer": "5 veya 6"}, "number in brackets": {"answer": "(500)"},
        "letter of no choice": {"choices": {"A": "1", "B": "2"}, "answer": "C"}, "contradiction": {"value": "7"},
        "other unit": {"answer": "5 yıl", "answer_unit": "TL"}, "choices left": {"question": "Hangisi doğrudur?"},
        "typed options": {"question": "Kaçtır? A) 1 B) 2"}, "needs a table": {"question": "Tabloya göre kaçtır?"},
        "needs another": {"question": "Önceki soruya göre kaçtır?"}, "no number in a convention": {"answer": "1.2,3.4"},
        "infinity as an answer": {"answer": "∞"}, "answer NaN": {"answer": "nan"}, "answer with a power": {"answer": "1e400"},
    }.items():  # fmt: skip
        yield Case("raw", f"rejected: {name}", FIRST + line(**changes), REJECTED)


def _fifo(path: Path) -> None:
    import os

    os.mkfifo(path)


def _link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def _linked_fifo(path: Path) -> None:
    _fifo(path.with_name("pipe"))
    path.symlink_to("pipe")


def _circle(path: Path) -> None:
    path.symlink_to(path.name)


CHANGES = [
    # what stands in smoke.yaml, what takes its place, the key that the message must name
    *(
        ("samples: 1", f"samples: {value}", "evaluation.samples")
        for value in ("0", "-1", "1.5", ".nan", "1000000000000", "'x'", "null", "[1]", "true y")
    ),
    *(("max_new_tokens: 96", f"max_new_tokens: {value}", "max_new_tokens") for value in ("0", ".inf", "1e400")),
    *(
        ("  top_p: 1.0\n  max_new", f"  top_p: {value}\n  max_new", "evaluation.top_p")
        for value in ("0", "1.1", ".nan", "-.inf", "x")
    ),
    *(
        ("[0.1, 0.2", f"[{value}, 0.2", "evaluation.temperatures")
        for value in ("0", "-1", ".inf", ".nan", "1e-300", "1e300", "0.2", "x")
    ),
    *(
        ("seed: 1", f"seed: {value}", "seed")
        for value in ("-1", "4294967296", "1.5", ".inf", "x", "1e3x", "99999999999999999999", "[1]")
    ),
    *(
        ("learning_rate: 1e-3", f"learning_rate: {value}", "learning_rate")
        for value in (".inf", "-.inf", ".nan", "1e400", "0", "-1e-3", "1e30", "fast", "null")
    ),
    *(
        ("optim: adamw_torch", f"optim: {value}", "optim")
        for value in ("adamw", "sgdd", "paged_adamw_8bit", "adamw_8bit", "''", "1")
    ),
    *(
        ("lr_scheduler_type: cosine", f"lr_scheduler_type: {value}", "lr_scheduler_type")
        for value in ("cos", "reduce_lr_on_plateau", "''", "null")
    ),
    *(
        ("[q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj]", value, "target_modules")
        for value in ("[]", "[q]", "[q_proj, x]", "q_proj", "[lm_head]", "[1]")
    ),
    *(
        ("loss_type: [sigmoid]", f"loss_type: {value}", "loss_type")
        for value in ("[]", "[sigmoidd]", "[discopop]", "sigmoid", "[bco_pair]")
    ),
    *(("loss_type: dr_grpo", f"loss_type: {value}", "loss_type") for value in ("grpoo", "[grpo]", "''")),
    *(
        ("[xmlcount, exact_match]", value, "rewards")
        for value in ("[]", "[xmlcount, xmlcount]", "[exec]", "xmlcount", "[os.system]", "null")
    ),
    *(
        ("questions: data/raw/smoke.jsonl", f"questions: {value}", "questions")
        for value in (
            "''",
            "' '",
            '"a\\0b"',
            '"a\\nb"',
            "-x.jsonl",
            "'{x}.jsonl'",
            "'*.jsonl'",
            "5",
            "[a]",
            "~/q.jsonl",
            '"a\\e[2Jb"',
        )
    ),
    *(
        ("label: Tiny Llama + GRPO\n", f"label: {value}\n", "label")
        for value in ("''", '"a\\0b"', '"a\\nb"', "5", '"\\u2028x"', "[x]", "'" + "x" * 10_000 + "'", '"\\x1b[31m"')
    ),
    *(("kind: run", f"kind: {value}", "kind|mine.yaml: ") for value in ("walk", "[run]", "null", "1", "''")),
    *(("device: cpu", f"device: {value}", "device") for value in ("gpu", "cuda:0", "null", "[cpu]", "'cpu '")),
    *(
        ("llama-base:\n    label", f"{value}:\n    label", "models|line")
        for value in (
            "Llama",
            "'a b'",
            "a_b",
            "../x",
            "'$(id)'",
            "a--b",
            "'a;b'",
            "-a",
            "''",
            "x" * 65,
            "1.5",
            "null",
            "'a/b'",
            "[a]",
            "ğ",
        )
    ),
    # YAML takes these for 8, 90 and more digits than Python writes.
    *(
        ("seed: 1\n", f"seed: {value}\n", "line [0-9]+: .*base 8 or 60")
        for value in ("010", "1:30", "0" + "7" * 10_000)
    ),
    *(("test: 10", f"test: {value}", "split.test") for value in ("0", "-5", "1.5", "ten")),
    ("num_generations: 6", "num_generations: 1", "num_generations"),
    ("num_generations: 6", "num_generations: 1000000007", "num_generations|steps_per_generation"),
    ("optimizer_steps: 60", "optimizer_steps: 0", "optimizer_steps"),
    ("max_steps: 60", "max_steps: 0", "max_steps"),
    ("max_steps: 60", "max_steps: -2", "max_steps"),
    ("kind: run", "kind: run\nunknown: 1", "unknown"),
    ("kind: run", "kind: run\n1: 2", "1"),
    ("figures: {}", "figures: {width: 10}", "figures.width"),
    ("figures: {}", "figures: {scale: .inf}", "figures.scale"),
    ("figures: {}", "figures: {height: 1000000}", "figures.height"),
    ("figures: {}", "figures: []", "figures"),
]


def configs() -> Iterator[Case]:
    for old, new, key in CHANGES:
        if old not in SMOKE:
            raise ValueError(f"smoke.yaml has no {old!r}")
        yield Case(
            "config", f"{new[:50]!r} for {old[:30]!r}", SMOKE.replace(old, new, 1).encode(), rf"mine\.yaml.*({key})"
        )
    shape = re.search(r"head_dim: (\d+)", SMOKE)
    assert shape
    for field, value in {
        "head_dim": 7, "heads": 5, "key_value_heads": 7, "hidden_size": 10**12, "layers": 0, "max_position": 8, "vocabulary": 10,
        "steps": 10**12, "muon_learning_rate": "1e30", "adamw_learning_rate": ".inf", "batch_size": 10**9, "prompted": 2,
    }.items():  # fmt: skip
        text = re.sub(rf"\b{field}: [^\s,}}]+", f"{field}: {value}", SMOKE, count=1)
        yield Case("config", f"{field}: {value}", text.encode(), rf"mine\.yaml: .*{field}")
    weights = r"\b(template|template_without_newline|inline|answer_only|unit_in_answer|untagged): [0-9.]+"
    yield Case("config", "no habit", re.sub(weights, r"\1: 0", SMOKE).encode(), r"mine\.yaml: .*habits.*all weights")
    for name, value in {"no draws": "0", "many draws": "1000000000000", "few draws": "1", "infinite": ".inf"}.items():
        yield _own(name, f"statistics: {{bootstrap_draws: {value}}}", r"statistics\.bootstrap_draws")
    yield _own("confidence 1", "statistics: {confidence: 1}", r"statistics\.confidence")
    yield _own("no panel", "statistics: {panel: []}", r"statistics\.panel")
    yield _own("a model with itself", "statistics: {contrasts: [[gemma-it, gemma-it]]}", "statistics: .*with itself")
    for text in (
        "[[gemma-it]]",
        "[[gemma-it, gemma-dpo, llama-base]]",
        "[[]]",
        "[gemma-it]",
        "[[[gemma-it], gemma-dpo]]",
    ):
        yield _own(f"contrasts {text}", f"statistics: {{contrasts: {text}}}", r"statistics\.contrasts\.0")
    yield _own(
        "temperatures that tables write alike",
        "evaluation: {temperatures: [0.7, 0.1234567, 0.1234568]}",
        r"evaluation\.temperatures: 0\.1234567 and 0\.1234568 are one",
    )
    yield _own(
        "a label twice", "models: {gemma-dpo: {label: Tiny Llama}}", r"models\.gemma-dpo\.label: models\.llama-base"
    )
    yield _own("unknown model", "statistics: {panel: [llama-base, x]}", r"statistics\.panel: no model x")
    yield _own(
        "a model with no name", 'statistics: {contrasts: [["", llama-base]]}', r"statistics\.contrasts: no model ''"
    )
    for text, key in {
        "evaluation: {samples: yes}": r"evaluation\.samples",
        "training: {grpo: {validate_every: true}}": r"training\.grpo\.validate_every",
        "evaluation: {temperatures: [0.5, on]}": r"evaluation\.temperatures\.1",
        "models: {llama-grpo: {seed: null, seeds: [5, true]}}": r"models\.llama-grpo\.seeds\.1",
        "models: {llama-grpo: {training: {save_steps: true}}}": r"models\.llama-grpo\.training\.save_steps",
    }.items():
        yield _own(text, text, f"{key}: expected a number")
    yield _own("no models", "models: {}\nmerge: null", r"models|gemma")
    yield _own("long prompt", f"prompt: {{system: {'x' * 200_000}}}", r"prompt\.system")
    for name, repository in {
        "up": "../..",
        "one word": "x",
        "a URL": "https://x/y",
        "an option": "-x/y",
        "a shell": "'a/$(id)'",
        "up at the end": "a/..",
    }.items():
        yield _own(
            f"repository {name}",
            f"models: {{x: {{label: X, method: fetch, repository: {repository}, revision: main}}}}",
            r"models\.x\.repository",
        )
    for revision in ("''", "--x", "'$(id)'", "'a b'", '"a\\nb"'):
        yield _own(
            f"revision {revision}",
            f"models: {{x: {{label: X, method: fetch, repository: a/b, revision: {revision}}}}}",
            r"models\.x\.revision",
        )


def _own(name: str, text: str, expected: str) -> Case:
    return Case("config", name, f"extends: smoke\n{text}\n".encode(), rf"mine\.yaml: .*({expected})")


def yaml_files() -> Iterator[Case]:
    """What is no YAML, or too much of it."""
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
    )
    keys = "a0: &a0 {k0: x, k1: y}\n" + "".join(
        f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)
    )
    deep = "".join(f"a{n}: &a{n} {{b: *a{n - 1}, c: *a{n - 1}}}\n" for n in range(1, 40))
    for name, text in {
        "alias bomb": bomb, "merge bomb": keys, "doubling bomb": f"a0: &a0 x\n{deep}", "5,000 lists": "[" * 5000 + "]" * 5000,
        "5,000 mappings": "{a: " * 5000 + "}" * 5000, "5,000 lines deeper": "".join(" " * n + "a:\n" for n in range(500)) * 3,
        "a list in itself": "a: &a [*a]", "a mapping in itself": "a: &a {b: *a}", "merged with itself": "a: &a {<<: *a}",
        "NUL": "a: \0", "control character": "a: \a", "half a pair": 'a: "\\ud800"', "list as a key": "[a]: b",
        "mapping as a key": "{a: b}: c", "10,000 digits": f"a: {'1' * 10_000}", "hexadecimal": f"a: 0x{'f' * 10_000}",
        "not a date": "a: 2026-99-99", "no int": "a: !!int x", "empty int": 'a: !!int ""', "no bool": "a: !!bool x", "no date": "a: !!timestamp x",
        "no float": "a: !!float x", "no binary": "a: !!binary ğ", "Python object": "a: !!python/object/apply:os.system [id]",
        "Python name": "a: !!python/name:os.system", "unknown tag": "a: !x y", "unknown alias": "a: *x", "tab": "a:\n\tb: c",
        "two documents": "a: 1\n---\nb: 2", "a word": "hello", "a list": "- a", "nothing": "", "a comment": "# nothing", "null": "null",
        "unclosed": "a: 'x", "colons": "a: b: c", "key twice": "a: 1\na: 2", "set": "a: !!set {b, b}", "large": "a: " + "x" * 10_000_000,
        "100,000 keys": "".join(f"k{n}: 1\n" for n in range(60_000)), "omap": "a: !!omap [1]", "pairs": "a: !!pairs [1]",
        "merge of a word": "<<: x", "extends a list": "extends: [smoke]", "extends a path": "extends: ../smoke", "extends itself": "extends: mine",
        "extends nothing": "extends: null",
    }.items():  # fmt: skip
        yield Case("config", name, text.encode("utf-8", "surrogatepass"), r"mine\.yaml")
    for encoding in ("utf-16", "utf-16-le", "utf-32", "iso8859-9", "cp500"):
        yield Case("config", encoding, f"# ğ\n{SMOKE}".encode(encoding, "replace"), r"mine\.yaml")
    for name, make in {
        "a pipe": _fifo,
        "a device": _link("/dev/zero"),
        "a folder": Path.mkdir,
        "a circle": _circle,
    }.items():
        yield Case("config", name, make, r"mine\.yaml: can't be read")


TAKEN = (
    "all",
    "clean",
    "cache",
    "doctor",
    "figure",
    "grpo",
    "report",
    "score",
    "plotlyjs",
    "unpack",
    "split",
    "claims",
)
NAMES = (
    "a+b",
    "t.v2",
    "p$(id)",
    "`id`",
    "a b",
    "A",
    "ğ",
    "-a",
    "a-",
    "a--b",
    "a_b",
    "x" * 65,
    "a;b",
    "a'b",
    'a"b',
    "a\nb",
    "(?!)",
    "a|b",
    "*",
    "{a}",
)


def names() -> Iterator[Case]:
    for name in TAKEN:
        yield Case("name", name, SMOKE.encode(), rf"{name}\.yaml: .*(rule or a folder|rename)", f"{name}.yaml")
    for name in NAMES:
        yield Case("name", name, SMOKE.encode(), "rename the file", f"{name}.yaml")


def test_ids() -> Iterator[Case]:
    contents = {
        "words": b"hello", "empty": b"", "a list": b"[]", "numbers": b'{"random 1 1": [1]}', "no lists": b'{"random 1 1": "a"}',
        "cut": b'{"random 1 1": ["a"', "UTF-16": '{"a": []}'.encode("utf-16"), "NaN": b"NaN", "deep": b"[" * 10_000,
        "null": b"null", "Latin-5": b'{"\xf0": []}', "nested": b'{"a": [["b"]]}', "surrogate": b'{"a": ["\\ud800"]}',
    }  # fmt: skip
    for name, content in contents.items():
        yield Case("ids", name, content, r"raw\.test-ids\.json: ")
    yield Case("ids", "a folder", Path.mkdir, "can't be read")
    yield Case("ids", "a pipe", _fifo, "can't be read")


def records() -> Iterator[Case]:
    config = b"models: {a: {label: A}}\n"
    contents = {
        "words": b"hello", "empty": b"", "no archive": zstandard.compress(b"hello" * 1000), "a cut frame": _record({"a.yaml": config})[:40],
        "no config": _record({"scores.csv": b""}), "two configs": _record({"a.yaml": config, "b.yaml": config}),
        "a config of words": _record({"a.yaml": b"hello"}), "models in a list": _record({"a.yaml": b"models: [a]"}),
        "a bomb in it": _record({"a.yaml": b"a0: &a0 [x, x]\n" + b"".join(b"a%d: &a%d [*a%d, *a%d]\n" % (n, n, n - 1, n - 1) for n in range(1, 40))}),
        "bad model names": _record({"a.yaml": b"models: {'$(id)': {label: A}}\n"}), "no labels": _record({"a.yaml": b"models: {a: {label: 5}}\n"}),
    }  # fmt: skip
    for name, content in contents.items():
        yield Case("record", name, content, r"mine\.yaml: ")


def _record(members: dict[str, bytes]) -> bytes:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        for name, content in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return zstandard.compress(plain.getvalue())


def all_cases() -> list[Case]:
    return [*raw_rows(), *raw_files(), *configs(), *yaml_files(), *names(), *test_ids(), *records()]

"""Checks with tools of other projects: `make test-tools`, in an environment of their own (`envs/tools.lock`)."""

from collections.abc import Callable
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path

import pytest
import torch
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from finmath_grpo.files import read_jsonl
from finmath_grpo.number_format import format_turkish
from finmath_grpo.questions.clean import clean
from finmath_grpo.questions.rows import Question, RawQuestion
from finmath_grpo.questions.split import read_committed

RAW = Path(__file__).parents[2] / "data/raw"
END = "<|end|>"


@pytest.fixture(scope="session")
def asked() -> dict[str, list[Question]]:
    """The questions of each task of the harness, cleaned by the DAG's own code."""
    every, transfer = (
        [clean(row) for row in read_jsonl(RAW / name, RawQuestion)] for name in ("questions.jsonl", "transfer.jsonl")
    )
    chosen = set(read_committed(RAW / "questions.test-ids.json")["random 100 3407"])
    return {"finmath_tr": [row for row in every if row.id in chosen], "finmath_tr_transfer": transfer}


@pytest.fixture(scope="session")
def replies(asked: dict[str, list[Question]]) -> dict[str, str]:
    """What the model says after a prompt that ends in each character: the answer of one question that does."""
    found = {}
    for end, task in (("?", "finmath_tr"), (".", "finmath_tr_transfer"), (")", "finmath_tr")):
        question = next(row for row in asked[task] if row.question.endswith(end))
        answer = question.answer if end != "?" else f"**{format_turkish(Decimal(question.value))}**"
        found[end] = f"<matematik>\nx\n</matematik>\n<cevap>\n{answer}\n</cevap>\n"
    return found


@pytest.fixture(scope="session")
def chain(replies: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama on disk whose next token depends on the last one only: it gives one of `replies`, and ends.

    The embedding is one-hot, the layer adds nothing, and the head is the table of transitions. So the test knows what
    the model says, and some of it is right.
    """
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({letter: place for place, letter in enumerate(alphabet)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_tokens([AddedToken(reply, special=False, normalized=False) for reply in replies.values()])
    tokenizer.add_special_tokens([END])
    size, end = tokenizer.get_vocab_size(), tokenizer.token_to_id(END)
    config = LlamaConfig(
        vocab_size=size,
        hidden_size=size + size % 2,
        intermediate_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        max_position_embeddings=8192,
        eos_token_id=end,
        bos_token_id=end,
        pad_token_id=end,
        tie_word_embeddings=False,
    )
    model = LlamaForCausalLM(config)
    with torch.no_grad():
        for weight in model.parameters():
            weight.zero_()
        model.model.norm.weight.fill_(1)
        model.model.embed_tokens.weight[:, :size] = torch.eye(size)
        model.lm_head.weight[end, :size] = 0.5
        for last, reply in replies.items():
            model.lm_head.weight[tokenizer.token_to_id(reply), tokenizer.token_to_id(last)] = 1
    folder = tmp_path_factory.mktemp("chain")
    model.save_pretrained(folder)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token=END, pad_token=END, bos_token=END)
    fast.save_pretrained(folder)
    return folder


Row = tuple[str, str, str]
TABLE: list[Row] = []


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[[str, str, str], None]:
    """Add a line to the table at the end: what was read, by which tool, and what it said."""

    def add(what: str, tool: str, said: str) -> None:
        TABLE.append((what, tool, said))

    return add


def version_of(package: str) -> str:
    return f"{package} {version(package)}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rows = [("what", "read by", "which said"), *sorted(TABLE)]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    terminalreporter.section("what other tools read of ours")
    for row in rows:
        terminalreporter.write_line(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )

"""The prompt of a question and the template of an answer.

The post's tags are its own; its system text was never published, so ours stands here, and a config may give another.
It is put before the question in the user's turn for every model, because Gemma-2 has no system role.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from pydantic import Field

from finmath_grpo.errors import UserError
from finmath_grpo.models.context import check_context
from finmath_grpo.questions.rows import Question
from finmath_grpo.settings import Settings

# Imported where tokens are made: the settings above are read by all, and transformers is slow to import.
if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

SYSTEM = """\
Soruyu çöz ve şu biçimde yanıtla:
<matematik>
...
</matematik>
<cevap>
...
</cevap>
"""


class PromptSettings(Settings):
    """What a model is told before the question."""

    system: str = Field(default=SYSTEM, min_length=1, max_length=10_000)
    """Instruction with the template. Ours: the post does not give its own."""


class Message(TypedDict):
    role: str
    content: str


def prompt_messages(settings: PromptSettings, question: str) -> list[Message]:
    """The conversation that asks `question`: one user turn, the system text folded into it."""
    return [{"role": "user", "content": f"{settings.system.strip()}\n\n{question}"}]


def chat_tokens(tokenizer: "PreTrainedTokenizerBase", messages: list[Message]) -> list[int]:
    """The token ids of a conversation up to where the model's turn begins: what its own chat template gives.

    That may hold a beginning-of-sequence token (BOS) once at the start (Llama, Gemma), nowhere, or in each turn
    (ChatML); the tokenizer adds none to it. Raises UserError for a model without a chat template, or with one that
    begins with two BOS tokens, which no model was trained on.
    """
    check_template(tokenizer)
    ids: list[int] = tokenizer.apply_chat_template(messages, add_generation_prompt=True, return_dict=False)
    bos = tokenizer.bos_token_id
    if bos is not None and ids[:2] == [bos, bos]:
        raise UserError(f"{tokenizer.name_or_path}: its chat template begins with two {tokenizer.bos_token}; mend it")
    return ids


def check_template(tokenizer: "PreTrainedTokenizerBase") -> None:
    """Raise UserError for a tokenizer without a chat template, or with one that fails or leaves the question out.

    So do templates that expect parts of text and pictures in the place of a text.
    """
    if not tokenizer.chat_template:
        raise UserError(
            f"{tokenizer.name_or_path}: has no chat template, so that it can't be asked; take a model that was trained"
            " to chat (often named -Instruct, -it or -chat)"
        )
    question = "Faiz kaç TL'dir?"
    try:
        prompt = tokenizer.apply_chat_template(
            [{"role": "user", "content": question}], add_generation_prompt=True, tokenize=False
        )
    except Exception as error:
        words = f"{type(error).__name__}: {' '.join(str(error).split())}"
        raise UserError(f"{tokenizer.name_or_path}: its chat template fails on a question ({words:.300})") from None
    if question not in str(prompt):
        raise UserError(f"{tokenizer.name_or_path}: its chat template leaves the question out: {prompt!r:.300}")


def check_plain(
    tokenizer: "PreTrainedTokenizerBase", settings: PromptSettings, file: Path | None, questions: Mapping[str, str]
) -> None:
    """Raise UserError where the system text or a question, by its id, holds a special token of the tokenizer.

    A chat template puts a text in as it is: a question with `<|eot_id|>` would end the user's turn, and what follows it
    would stand in a turn of its own making. A single character is text all the same: some models pad with `!`.
    """
    added = tokenizer.added_tokens_decoder.values()
    known = {*tokenizer.all_special_tokens, *(token.content for token in added if token.special)}
    special = sorted(token for token in known if len(token.strip()) > 1)
    texts = {"prompt.system": settings.system} | {f"{file}: question {id!r}": text for id, text in questions.items()}
    for name, text in texts.items():
        if token := next((token for token in special if token in text), None):
            raise UserError(
                f"{name}: holds {token!r}, a special token of {tokenizer.name_or_path}, which would end or begin a turn"
                " of the conversation; take it out of the text"
            )


def prompt_tokens(
    tokenizer: "PreTrainedTokenizerBase",
    settings: PromptSettings,
    file: Path | None,
    questions: Iterable[Question],
    new_tokens: int,
    setting: str = "evaluation.max_new_tokens",
) -> list[tuple[int, ...]]:
    """The token ids of the prompt of each question of a file, by the model's own chat template.

    Raises UserError for a text that holds a special token, or after which the model has no place for the `new_tokens`
    of a `setting`.
    """
    texts = {row.id: row.question for row in questions}
    check_plain(tokenizer, settings, file, texts)
    prompts = {
        f"{file}: question {id!r}": tuple(chat_tokens(tokenizer, prompt_messages(settings, text)))
        for id, text in texts.items()
    }
    check_context(Path(tokenizer.name_or_path), prompts, setting, new_tokens)
    return list(prompts.values())


def fill_template(solution: str, answer: str) -> str:
    """The completion that the prompt asks for: each tag on a line of its own and a newline at the end."""
    return f"<matematik>\n{solution}\n</matematik>\n<cevap>\n{answer}\n</cevap>\n"

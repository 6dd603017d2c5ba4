"""The prompt of a question and the template of an answer.

The post's tags are its own; its system text was never published, so ours stands here, and a config may give another.
It is put before the question in the user's turn for every model, because Gemma-2 has no system role.
"""

from typing import TypedDict

from pydantic import Field

from finmath_grpo.settings import Settings

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

    system: str = Field(default=SYSTEM, min_length=1)
    """Instruction with the template. Ours: the post does not give its own."""


class Message(TypedDict):
    role: str
    content: str


def prompt_messages(settings: PromptSettings, question: str) -> list[Message]:
    """The conversation that asks `question`: one user turn, the system text folded into it."""
    return [{"role": "user", "content": f"{settings.system.strip()}\n\n{question}"}]


def fill_template(solution: str, answer: str) -> str:
    """The completion that the prompt asks for: each tag on a line of its own and a newline at the end."""
    return f"<matematik>\n{solution}\n</matematik>\n<cevap>\n{answer}\n</cevap>\n"

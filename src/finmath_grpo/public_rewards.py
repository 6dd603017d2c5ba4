"""Format rewards that others published, said in our own words, so that `reward_lint` can be run on them.

`count_xml` stands in William Brown's gist 4676755236bb08cab5f4e54a0475d6fb (grpo_demo.py, January 2025) and, word for
word, in Unsloth's notebooks (unslothai/notebooks, nb/Llama3.1_(8B)-GRPO.ipynb at 63824088, February 2025), from where
the post has it, and in many copies. dllm issue 118 (ZHZisZZ/dllm, August 2026) reports the fault of its last line. The
completions are lists of messages, as in the sources.
"""

import re
from typing import Any

Messages = list[dict[str, str]]


def count_xml(completions: list[Messages], **_: Any) -> list[float]:
    """The gist's and the notebook's `xmlcount_reward_func`: an eighth for each of four marks that occurs once.

    The third mark costs a thousandth per character after the last `</answer>` between newlines, or per character of the
    whole text where there is none; the fourth the same for `</answer>` after a newline, less one character.
    """
    return [_marks_and_fines(completion[0]["content"], newlines=True) for completion in completions]


def count_xml_without_newlines(completions: list[Messages], **_: Any) -> list[float]:
    """A copy that looks for the tags alone and fines once, as in belatijagad/cendekia-r1, reward.py."""
    return [_marks_and_fines(completion[0]["content"], newlines=False) for completion in completions]


def strict_format(completions: list[Messages], **_: Any) -> list[float]:
    """The notebook's `strict_format_reward_func`: half a point; `.` does not match a newline, and one must end it."""
    pattern = re.compile(r"^<reasoning>\n.*?\n</reasoning>\n<answer>\n.*?\n</answer>\n$")
    return [0.5 if pattern.match(completion[0]["content"]) else 0.0 for completion in completions]


def soft_format(completions: list[Messages], **_: Any) -> list[float]:
    """The notebook's `soft_format_reward_func`: half a point; here too `.` does not match a newline."""
    pattern = re.compile(r"<reasoning>.*?</reasoning>\s*<answer>.*?</answer>")
    return [0.5 if pattern.match(completion[0]["content"]) else 0.0 for completion in completions]


def correctness(completions: list[Messages], answer: list[str], **_: Any) -> list[float]:
    """The notebook's `correctness_reward_func`: two points where the extracted text is the recorded one."""
    texts = [completion[0]["content"].split("<answer>")[-1].split("</answer>")[0].strip() for completion in completions]
    return [2.0 if text == gold else 0.0 for text, gold in zip(texts, answer, strict=True)]


def tag_count(completions: list[Messages], **_: Any) -> list[float]:
    """`tag_count_reward` of huggingface/open-r1 (src/open_r1/rewards.py at 0056faa6, after the gist): no fines."""
    marks = ("<think>\n", "\n</think>\n", "\n<answer>\n", "\n</answer>")
    return [sum(0.25 for mark in marks if completion[0]["content"].count(mark) == 1) for completion in completions]


def think_answer_format(completions: list[Messages], **_: Any) -> list[float]:
    """`format_reward` of huggingface/open-r1 (the same file): one point for the whole form, over lines."""
    pattern = re.compile(r"^<think>\n.*?\n</think>\n<answer>\n.*?\n</answer>$", re.DOTALL | re.MULTILINE)
    return [1.0 if pattern.match(completion[0]["content"]) else 0.0 for completion in completions]


def _marks_and_fines(text: str, newlines: bool) -> float:
    marks = ("<reasoning>\n", "\n</reasoning>\n", "\n<answer>\n", "\n</answer>")
    once = [text.count(mark if newlines else mark.strip()) == 1 for mark in marks]
    points = 125 * sum(once)
    if newlines and once[2]:
        points -= len(text.split("\n</answer>\n")[-1])
    if once[3]:
        points -= len(text.split("\n</answer>" if newlines else "</answer>")[-1]) - 1
    return points / 1000

"""A TRL reward function of the user's, by its name, as a function of one text and the columns of its question."""

import asyncio
import contextlib
import inspect
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from finmath_grpo.errors import UserError

Gold = Mapping[str, Any]
"""The columns of one question."""
Earn = Callable[[str, Gold], float]
"""What a completion of a question earns; NaN for what is no finite number."""


def load(name: str) -> Callable[..., Any]:
    """The function that `MODULE:FUNCTION` names. Raises UserError where it can't be had."""
    module, _, function = name.partition(":")
    if not module or not function:
        raise UserError(f"{name}: expected MODULE:FUNCTION, as finmath_grpo.rewards:template_match")
    # As `python -m` does, so that a module beside the user is found.
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        found = getattr(import_module(module), function, None)
    except (Exception, SystemExit) as error:
        # Exit status 0, of a script with no `if __name__ == "__main__"`, would say that all rules hold.
        raise UserError(f"{name}: the module can't be imported: {type(error).__name__}: {error}") from None
    if not callable(found):
        raise UserError(f"{name}: module {module} has no function {function}")
    function_found: Callable[..., Any] = found
    return function_found


def adapt(name: str, function: Callable[..., Any], tried: Sequence[tuple[str, Gold]]) -> Earn:
    """The function as one of a text and its question's columns; it is `tried` first, on a completion of each question.

    Raises UserError if it can be called neither with texts nor with lists of messages, asks for a column that is not
    there, or does not give one number per completion.
    """
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:
        raise UserError(f"{name}: its parameters can't be read; expected a function written in Python") from None
    takes_all = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters)
    known = [parameter.name for parameter in parameters]

    def call(text: str, gold: Gold, as_messages: bool) -> float:
        def turn(role: str, content: str) -> Any:
            return [{"role": role, "content": content}] if as_messages else content

        given = {
            **{column: [value] for column, value in gold.items()},
            "prompts": [turn("user", "Soru?")],
            "completions": [turn("assistant", text)],
            "completion_ids": [[0] * (len(text) // 4)],
            "trainer_state": None,
        }
        # What a reward prints is no part of our output.
        try:
            with contextlib.redirect_stdout(sys.stderr):
                rewards = function(**{key: value for key, value in given.items() if takes_all or key in known})
                if inspect.isawaitable(rewards):
                    rewards = asyncio.run(_awaited(rewards))
        except SystemExit:
            raise UserError(f"{name}: ends the program for {shortened(text)!r}; expected a number") from None
        # TRL makes a tensor of them, in which no text is a number; of a dict it would take the keys.
        if isinstance(rewards, str | Mapping) or not hasattr(rewards, "__len__") or len(rewards) != 1:
            raise UserError(f"{name}: expected a list of one number for one completion, got {rewards!r:.80}")
        (reward,) = rewards
        try:
            if isinstance(reward, str):
                raise ValueError
            return math.nan if reward is None else float(reward)
        except (TypeError, ValueError):
            raise UserError(f"{name}: expected numbers, got {reward!r:.80}") from None

    _, columns = tried[0]
    if missing := _needed(parameters) - {"prompts", "completions", "completion_ids", "trainer_state", *columns}:
        asked = ", ".join(name for name in known if name in missing)
        raise UserError(f"{name}: asks for the columns {asked}; give them with --columns")
    failures = []
    # Texts first: a reader of messages fails on a text, but not every reader of texts fails on a message.
    for as_messages in (False, True):
        try:
            for text, gold in tried:
                call(text, gold, as_messages)
        except UserError:
            raise
        except Exception as error:
            failures.append(f"{type(error).__name__}: {error}")
            continue
        break
    else:
        raise UserError(
            f"{name}: fails on a completion in the template, as a text ({failures[0]}) and as a list of one message "
            f"({failures[1]}); columns given: {', '.join(columns)}"
        )

    known_rewards: dict[tuple[str, str], float] = {}

    def earn(text: str, gold: Gold) -> float:
        key = (text, repr(gold))  # two questions with one answer may differ in another column
        if key not in known_rewards:
            try:
                known_rewards[key] = call(text, gold, as_messages)
            except UserError:
                raise
            except Exception as error:
                print(f"{name}: {type(error).__name__}: {error}, for {shortened(text)!r}", file=sys.stderr)
                known_rewards[key] = math.nan
        return known_rewards[key]

    return earn


def _needed(parameters: Iterable[inspect.Parameter]) -> set[str]:
    """The parameters that a call can't leave out."""
    free = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    return {found.name for found in parameters if found.default is found.empty and found.kind not in free}


async def _awaited(rewards: Any) -> Any:
    return await rewards


def shortened(text: str) -> str:
    """A text with its middle left out, for a message."""
    return text if len(text) <= 60 else f"{text[:28]} … {text[-28:]}"

"""The errors a user may see: one base, few classes, each message a sentence with its remedy."""

from __future__ import annotations

from pathlib import Path
from typing import Sequence, Union


class HelpersError(Exception):
    """Anything that ends a step with a message instead of a traceback."""

    @property
    def cause(self) -> str:
        """The message without its last sentence, the remedy, for those who have another."""
        text = str(self).rstrip(".")
        return text.rpartition(". ")[0] or text


class BadInput(HelpersError):
    """A file, an image, a box or a parameter is not what it has to be."""

    @classmethod
    def of(cls, where: Union[str, Path], actual: str, expected: str, remedy: str) -> BadInput:
        """Builds the message that every bad input gets.

        Args:
            where: the file (and object) at fault.
            actual: what the file holds.
            expected: what it should hold.
            remedy: what the user can do about it.
        """
        return cls(f"{where}: found {actual}, expected {expected}. {remedy}")

    @classmethod
    def several(cls, kind: str, problems: Sequence[Exception], shown: int = 20) -> BadInput:
        """Joins problems into one message whose first line already names the first of them.

        Args:
            kind: of the problems, in the plural.
            problems: at least one.
            shown: how many are spelled out; the others are only counted.
        """
        first = f"{kind}: {problems[0]}"
        if len(problems) == 1:
            return cls(first)
        lines = [f"{len(problems)} {first}"] + [f"  {problem}" for problem in problems[1:shown]]
        if len(problems) > shown:
            lines.append(f"  ... and {len(problems) - shown} more")
        return cls("\n".join(lines))


class MissingPart(HelpersError):
    """A program, a package or an earlier step's result is not there; says how to get it."""


class JobFailed(HelpersError):
    """A training job ended without a model; the message starts with the cause."""


class JobRunsOn(HelpersError):
    """Waiting for a job ended, the job did not; says what it costs and how to come back to it."""


class ParityFailed(HelpersError):
    """An exported model does not do what the trained one does; the message names where."""

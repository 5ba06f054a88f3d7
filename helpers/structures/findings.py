"""Findings: one defect or oddity each, by file and object, with what to do about it.

Every check builds its findings with :meth:`Finding.of` from the code of one of ``KINDS``, so that
a code has one severity and one remedy wherever it comes up.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import List, NamedTuple, Optional, Sequence, Union

from helpers.structures.finding_kinds import ERROR, KINDS, WARNING, Kind

__all__ = [
    "ERROR",
    "KINDS",
    "WARNING",
    "Finding",
    "Kind",
    "errors_among",
    "in_order",
    "printable",
    "short",
]


class Finding(NamedTuple):
    """One thing that is wrong or odd.

    Attributes:
        path: the image, relative to the image folder; where that is not known, the annotation
            file; empty when it concerns the whole data set.
        object: the object's number on the image, from 1; ``None`` for the image itself.
        code: one of ``KINDS``.
        severity: ``error`` (no record can be made) or ``warning``.
        message: what was found, without a full stop.
        remedy: what to do.
    """

    path: str
    object: Optional[int]
    code: str
    severity: str
    message: str
    remedy: str

    @classmethod
    def of(
        cls, code: str, path: Union[str, Path], message: str, number: Optional[int] = None
    ) -> "Finding":
        """A finding with the severity and the remedy of its code.

        Args:
            code: of ``KINDS``.
            path: as in the attributes.
            message: names file, object, class and box as far as there are any.
            number: of the object, from 1.
        """
        kind = KINDS[code]
        return cls(str(path), number, code, kind.severity, printable(message), kind.remedy)

    @property
    def title(self) -> str:
        """The defect in a few words, for people."""
        return KINDS[self.code].title


def in_order(findings: Sequence[Finding]) -> List[Finding]:
    """Sorted by path, object and code; what concerns the whole data set comes first."""
    return sorted(
        findings,
        key=lambda finding: (finding.path, finding.object or 0, finding.code, finding.message),
    )


def errors_among(findings: Sequence[Finding]) -> List[Finding]:
    """Those with which no record can be made."""
    return [finding for finding in findings if finding.severity == ERROR]


def short(text: str, most: int = 60) -> str:
    """What a file holds, as a message can: not a page of it."""
    return text if len(text) <= most else text[: most - 3] + "..."


def printable(text: str) -> str:
    """Text on one line, with an escape for every sign that cannot be shown or written."""
    return (
        text
        if text.isprintable()
        else "".join(
            sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text
        )
    )


def as_text(finding: Finding) -> str:
    """A finding as one line, in which its file stands once."""
    place, message = printable(finding.path) or "data set", finding.message
    # Readers begin with the file or the place in it, which often is what the finding is about.
    begun = re.match(rf"(?:[^:]*/)?{re.escape(place)}(, [^:]*)?: ", message)
    if begun:
        place, message = place + (begun.group(1) or ""), message[begun.end() :]
    if finding.object and not re.search(rf"\bobject {finding.object}\b", message):
        place += f", object {finding.object}"
    return f"{place}: {finding.title}: {message}. {finding.remedy}"

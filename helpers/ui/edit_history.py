"""Undo and redo of what was drawn, as the content of the files it was saved in."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Callable, List, Mapping, NamedTuple, Optional

from helpers.structures.errors import BadInput
from helpers.system import files

Contents = Mapping[Path, Optional[bytes]]
AT_ONCE = 0.4  # seconds; a key that is held down repeats faster


class Edit(NamedTuple):
    """One thing that a person did to the annotation of an image.

    Attributes:
        path: of the image, relative to the image folder.
        before: of each file that changed, what it held; ``None`` where there was none.
        after: the same files, afterwards; equal to ``before`` where nothing was written.
        what: names what was moved, so that a movement of many steps is undone as one; empty for
            what is undone by itself.
    """

    path: str
    before: Contents
    after: Contents
    what: str = ""


class EditHistory:
    """What was done, in order, and how far it is undone.

    Args:
        clock: seconds since some moment.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._last = clock, float("-inf")
        self._done: List[Edit] = []
        self._undone: List[Edit] = []

    def add(self, edit: Edit) -> None:
        """Adds what has just been done; what was undone before cannot be done again then.

        Args:
            edit: joined with the one before, where both move the same within ``AT_ONCE``.
        """
        last, now = self._done[-1] if self._done else None, self._clock()
        same = last and edit.what and (last.path, last.what) == (edit.path, edit.what)
        if last and same and not self._undone and now - self._last < AT_ONCE:
            self._done[-1] = last._replace(after=edit.after)
        else:
            self._done.append(edit)
        self._undone, self._last = [], now

    def undo(self) -> Optional[str]:
        """Puts the files back as they were before the last edit.

        Returns:
            The image it was about; ``None`` where there is nothing to undo.

        Raises:
            BadInput: a file is no longer as it was left, so that this edit can never be undone, or
                cannot be written now; the files stay as they are.
        """
        if not self._done:
            return None
        _require(self._done, self._done[-1].after)
        _write(self._done[-1].after, self._done[-1].before)
        self._undone.append(self._done.pop())
        self._last = float("-inf")
        return self._undone[-1].path

    def redo(self) -> Optional[str]:
        """Does again what was undone last; as :meth:`undo`."""
        if not self._undone:
            return None
        _require(self._undone, self._undone[-1].before)
        _write(self._undone[-1].before, self._undone[-1].after)
        self._done.append(self._undone.pop())
        return self._done[-1].path


def _require(edits: List[Edit], contents: Contents) -> None:
    """Requires files as they were left; otherwise the last edit is given up."""
    try:
        for path, content in contents.items():
            require_content(path, content)
    except BadInput:
        edits.pop()
        raise


def _write(actual: Contents, wanted: Contents) -> None:
    for path in [path for path in wanted if wanted[path] != actual[path]]:
        content = wanted[path]
        if content is None:
            _remove(path)
            continue
        with files.replacing(path) as beside:
            beside.write_bytes(content)


def _remove(path: Path) -> None:
    try:
        path.unlink()
    except OSError as error:
        raise files.unwritable(path, error) from error


def content_of(path: Path) -> Optional[bytes]:
    """The bytes of a file; ``None`` where there is none."""
    return path.read_bytes() if path.exists() else None


def require_content(path: Path, content: Optional[bytes]) -> None:
    """Requires that a file is as it was seen last.

    Args:
        path: of the file.
        content: what it held then; ``None`` where there was none.

    Raises:
        BadInput: somebody else has changed it.
    """
    if content_of(path) != content:
        raise BadInput.of(
            path,
            "a file that another program or cell has changed",
            "what was written from here",
            "Open the image again: it is shown as that file has it.",
        )

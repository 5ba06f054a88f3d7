"""What every source does: one frame after another."""

from __future__ import annotations

import abc
import contextlib
from pathlib import Path
from typing import Callable, ContextManager, Iterator, NamedTuple, Optional, Sequence

from ..errors import InputError
from ..structures import Frame

DEFAULT_RATE = 25.0


class Input(NamedTuple):
    """A file that a source reads.

    Attributes:
        path: The file.
        name: Of its frames: the file's name, behind as many of its folders as tell it from the
            other files of the same name.
        kind: "image" or "video".
    """

    path: Path
    name: str
    kind: str


class Source(abc.ABC):
    """Gives frames one after another.

    Attributes:
        inputs: The files; none for a camera or stream.
        kind: "image", "folder", "video" for a file, "several" for files of several SOURCEs, or
            "live" for a camera or stream.
        total: Number of frames; None where it is unknown.
        rate: Frames a second.
    """

    inputs: Sequence[Input] = ()
    kind: str
    total: Optional[int]
    rate: float = DEFAULT_RATE

    @abc.abstractmethod
    def frames(self, report: Callable[[InputError], None]) -> Iterator[Frame]:
        """Reads the frames one after another.

        Args:
            report: Called with the error for each image that cannot be read; the others
                still follow.

        Yields:
            The frames in order.

        Raises:
            InputError: The source cannot be read at all.
        """

    def interruptible(self) -> ContextManager[None]:
        """Returns a context that Ctrl-C ends normally where the source is a camera or stream.

        Ctrl-C is how one ends a recording from a camera; of a file, half is of no use.
        """
        interrupts = (KeyboardInterrupt,) if self.kind == "live" else ()
        return contextlib.suppress(*interrupts)

    def close(self) -> None:
        """Releases the file, camera or stream."""
        return None

"""Several files and folders, one after another."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from pathlib import Path
from typing import Callable, Iterator, List, Sequence

from ..errors import InputError, is_utf_8
from ..structures import Frame
from .source import Input, Source


class SourceList(Source):
    """Files of several SOURCEs, each of which is opened when it is its turn."""

    kind = "several"

    def __init__(self, inputs: Sequence[Input], openers: Sequence[Callable[[], Source]]) -> None:
        """Takes what is read later.

        Args:
            inputs: All files, in order.
            openers: Each opens one of the sources that together read these files.
        """
        self.inputs = inputs
        self.total = len(inputs) if all(file.kind == "image" for file in inputs) else None
        self._openers = openers

    def frames(self, report: Callable[[InputError], None]) -> Iterator[Frame]:
        """Reads source after source; one that cannot be read is reported."""
        for opener in self._openers:
            try:
                with contextlib.closing(opener()) as source:
                    yield from source.frames(report)
            except InputError as error:
                report(error)


def distinct_names(paths: Sequence[Path]) -> List[str]:
    r"""Names files so that no two of them share a name.

    Args:
        paths: Files.

    Returns:
        For each its name, behind as many of its folders as tell it from the others; ``/`` between
        them. The same file has the same name wherever it stands in the list. Bytes that are no
        UTF-8 are written as ``\xe9``, since JSON cannot hold them; where a list has such a name,
        each backslash of a name is written twice.
    """
    parts = [Path(os.path.abspath(str(path))).parts for path in paths]
    depths = dict.fromkeys(parts, 1)
    while True:
        counts = Counter("/".join(key[-depth:]) for key, depth in depths.items())
        shared = [
            key
            for key, depth in depths.items()
            if counts["/".join(key[-depth:])] > 1 and depth < len(key)
        ]
        if not shared:
            return _texts(["/".join(key[-depths[key] :]) for key in parts])
        for key in shared:
            depths[key] += 1


def _texts(names: Sequence[str]) -> List[str]:
    if all(map(is_utf_8, names)):
        return list(names)
    # Else a file whose name is the text ``\xe9`` would have the name of another.
    escaped = (os.fsencode(name).replace(b"\\", b"\\\\") for name in names)
    return [name.decode("utf-8", "backslashreplace") for name in escaped]

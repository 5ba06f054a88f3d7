"""Image names that differ by what tools do to them, and the nearest name where none fits.

Uploads get a hash before the name, Roboflow's copies a mark behind it; addresses have ``%20`` or
``+`` for a blank; numbers lose their zeros. Built at the first name that no image has as it is.
"""

from __future__ import annotations

import bisect
import difflib
import os
import re
from typing import Dict, List, NamedTuple, Sequence, Tuple
from urllib.parse import unquote

SUFFIXES = (".bmp", ".heic", ".heif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
# Eight hexadecimal digits or a whole UUID; digits alone may be a date or somebody's own number.
_UPLOAD = re.compile(
    r"^(?=[0-9-]*[a-f])([0-9a-f]{8}(?:(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})?|[0-9a-f]{32})-(?=.)", re.I
)
_COPY = re.compile(r"^(.+?)(?:_(?:jpe?g|png|bmp|webp|tiff?))?\.rf\.([0-9A-Za-z_-]{8,})$", re.I)
_PARAMETER = re.compile(r"^.*\?d=", re.S)  # a file of Label Studio's own machine
_BESIDE = 6  # names on either side, of those that begin or end the same
_LIKENESS = 0.75
_MOST_GUESSES = 50  # of a data set, since many thousands take minutes and help nobody


class NameParts(NamedTuple):
    """A file's name without suffix, taken apart.

    Attributes:
        upload: the hash that an upload got; empty for none.
        name: what is left.
        copy: the hash of Roboflow's copy; empty for none.
    """

    upload: str
    name: str
    copy: str


def parts(stem: str) -> NameParts:
    """Takes a file's name without suffix apart."""
    copy = _COPY.match(stem) if ".rf." in stem else None
    name, mark = copy.groups() if copy else (stem, "")
    upload = _UPLOAD.match(name)
    return NameParts(upload.group(1) if upload else "", _UPLOAD.sub("", name), mark)


class LooseNames:
    """The images of one folder by what is left of their names."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._by_key: Dict[str, List[Tuple[str, NameParts]]] = {}
        self._paths: Dict[str, str] = {}
        for path in paths:
            own = _parts_of(path)
            self._by_key.setdefault(own.name, []).append((path, own))
            self._paths.setdefault(_last_part(path).lower(), path)
        self._forward = sorted(self._paths)
        self._backward = sorted(name[::-1] for name in self._paths)
        self._guesses = 0

    def fits(self, name: str) -> List[str]:
        """The images whose names are the same but for what tools do to them.

        Two different hashes are those of two uploads or copies, and do not fit.
        """
        asked = _parts_of(name)
        return [
            path
            for path, own in self._by_key.get(asked.name, ())
            if _agree(asked.upload, own.upload) and _agree(asked.copy, own.copy)
        ]

    def nearest(self, name: str) -> str:
        """The image with the most similar name; empty when there is none, or after many guesses."""
        name, self._guesses = _last_part(name.replace("\\", "/")).lower(), self._guesses + 1
        if self._guesses > _MOST_GUESSES:
            return ""
        candidates = [
            *_around(self._forward, name),
            *(other[::-1] for other in _around(self._backward, name[::-1])),
        ]
        near = difflib.get_close_matches(name, list(dict.fromkeys(candidates)), 1, _LIKENESS)
        return self._paths[near[0]] if near else ""


def _parts_of(name: str) -> NameParts:
    """A name, path or address once everything is undone that tools do to it."""
    name = unquote(_PARAMETER.sub("", name)).replace("+", " ").replace("\\", "/")
    name = _last_part(name).lower()
    stem, suffix = os.path.splitext(name)
    found = parts(stem if suffix in SUFFIXES else name)
    bare = found.name.lstrip("0") or "0" if found.name.isdigit() else " ".join(found.name.split())
    return found._replace(name=bare)


def _agree(first: str, second: str) -> bool:
    return not first or not second or first == second


def _last_part(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def _around(names: Sequence[str], name: str) -> Sequence[str]:
    place = bisect.bisect_left(names, name)
    return names[max(0, place - _BESIDE) : place + _BESIDE]

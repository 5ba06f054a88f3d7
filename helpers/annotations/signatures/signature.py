"""What a file of annotations is, told by sight: the first signature that fits it.

A signature looks at a ``Sample`` of the file: its name, its first bytes, the tags of its XML, the
value of its JSON. It names the format that reads the file or, where none does, the tool that wrote
it and the way out.
"""

from __future__ import annotations

import codecs
import itertools
import re
from pathlib import Path
from typing import Any, Callable, FrozenSet, Iterator, List, NamedTuple, Optional, Sequence, Union

from helpers.annotations import text_io
from helpers.structures.errors import BadInput
from helpers.system import files

AS_TABLE = (
    "Write its boxes into a CSV table with the columns filename, class, xmin, ymin, xmax, ymax, "
    "and read that."
)
_HEAD = 65_536  # bytes: enough to see what a file is
_MOST_LOOKED_AT = 50  # of a list's or an object's values
_JSON_SUFFIXES = (".json", ".jsonl", ".ndjson", ".manifest", ".odgt", ".vott", ".geojson")
_TAG = re.compile(r"<([A-Za-z_][\w:.-]*)")
_NO_TAGS = re.compile(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(\[.*?\])?[^>]*>", re.DOTALL)


class Sample:
    """A file, read as far as it takes to tell what it is.

    Attributes:
        path: of the file.
        name: its own name, in lower case.
        suffix: the last one, in lower case.
        head: its first bytes.

    Raises:
        BadInput: it cannot be read.
    """

    def __init__(self, path: Union[str, Path]) -> None:
        self.path = Path(path)
        self.name, self.suffix = self.path.name.lower(), self.path.suffix.lower()
        try:
            with open(str(path), "rb") as stream:
                self.head = stream.read(_HEAD)
        except OSError as error:
            raise files.unwritable(path, error) from error
        self._start: Optional[str] = None
        self._tags: Optional[List[str]] = None
        self._entries: Optional[List[dict]] = None
        self._value: Any = None

    @property
    def start(self) -> str:
        """The head as text, whatever it is."""
        if self._start is None:
            is_wide = self.head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
            self._start = self.head.decode("utf-16" if is_wide else "utf-8-sig", "replace")
        return self._start

    @property
    def line(self) -> str:
        """The first line that is not blank."""
        return next((line for line in text_io.lines_of(self.start) if line.strip()), "").strip()

    @property
    def root(self) -> str:
        """The outermost tag of an XML; empty for another file."""
        return next(iter(self._all_tags()), "")

    @property
    def tags(self) -> FrozenSet[str]:
        """The tags in an XML's head."""
        return frozenset(self._all_tags())

    def _all_tags(self) -> List[str]:
        if self._tags is None:
            text = _NO_TAGS.sub("", self.start).lstrip()
            self._tags = _TAG.findall(text) if text.startswith("<") else []
        return self._tags

    @property
    def value(self) -> Any:
        """The value of a JSON file, or of the first line of JSON Lines; ``None`` for others."""
        self._read_json()
        return self._value

    @property
    def entries(self) -> List[dict]:
        """The JSON object, or the first objects of a list or of JSON Lines."""
        self._read_json()
        return self._entries or []

    def _read_json(self) -> None:
        if self._entries is not None:
            return
        self._entries = []
        if self.suffix not in _JSON_SUFFIXES:
            return
        text = text_io.text_of(self.path).strip()
        first, _, others = text.partition("\n")
        self._value = _json_or_none(first) if others else None
        if not isinstance(self._value, dict):
            self._value = _json_or_none(text)
        values = self._value if isinstance(self._value, list) else [self._value]
        self._entries = [value for value in values[:_MOST_LOOKED_AT] if isinstance(value, dict)]


def _json_or_none(text: str) -> Any:
    try:
        return text_io.json_in(text)
    except ValueError:
        return None


class Signature(NamedTuple):
    """How one kind of file is known.

    Attributes:
        tool: what it is, for people.
        fits: whether a file is of the kind.
        format: the name in ``registry.FORMATS`` of the format that reads it; empty when none does.
        remedy: what to do where none reads it.
        aside: it lies beside annotations of other formats too: what it is counts only where there
            is nothing else.
    """

    tool: str
    fits: Callable[[Sample], bool]
    format: str = ""
    remedy: str = ""
    aside: bool = False


def first_fit(table: Sequence[Signature], path: Union[str, Path]) -> Optional[Signature]:
    """The first signature of a table that fits a file; ``None`` where none does.

    A file that cannot be read as text has none: the reader of its format says what is wrong.
    """
    try:
        sample = Sample(path)
    except BadInput:
        return None
    return next((signature for signature in table if _fits(signature, sample)), None)


def _fits(signature: Signature, sample: Sample) -> bool:
    try:
        return signature.fits(sample)
    except BadInput:
        return False


def named(*endings: str) -> Callable[[Sample], bool]:
    """Fits a file whose name ends like this."""
    return lambda sample: sample.name.endswith(endings)


def begins(*starts: bytes) -> Callable[[Sample], bool]:
    """Fits a file whose first bytes are these."""
    return lambda sample: sample.head.startswith(starts)


def xml(root: str, *tags: str) -> Callable[[Sample], bool]:
    """Fits XML of this outermost tag that has all these tags, too."""
    return lambda sample: sample.root == root and sample.tags.issuperset(tags)


def json_with(*places: str) -> Callable[[Sample], bool]:
    """Fits JSON that has a value at each of these places.

    Args:
        *places: keys with a dot between them; ``*`` is any value of a list or an object. Of a list
            and of JSON Lines the first objects are looked at.
    """
    paths = [place.split(".") for place in places]
    return lambda sample: any(
        all(any(True for _ in _at(entry, path)) for path in paths) for entry in sample.entries
    )


def _at(value: Any, path: Sequence[str]) -> Iterator[Any]:
    """The values at a place."""
    if not path:
        yield value
        return
    key, *rest = path
    if key == "*":
        inner = value.values() if isinstance(value, dict) else text_io.sequence(value)
        for item in itertools.islice(inner, _MOST_LOOKED_AT):
            yield from _at(item, rest)
    elif isinstance(value, dict) and key in value:
        yield from _at(value[key], rest)

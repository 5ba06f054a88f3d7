"""The readers' access to files: listing them, text, JSON and values in it.

However broken a file is, the result is a value or a ``BadInput``.
"""

from __future__ import annotations

import codecs
import json
import os
import re
import reprlib
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator, List, Optional, Sequence, Tuple, Union

from helpers.annotations import numbers
from helpers.structures.errors import BadInput
from helpers.structures.findings import Finding, short
from helpers.system import files

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_LONGEST_WHOLE = 18  # digits
_LONGEST_SHOWN = 100
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 60


def below(source: Union[str, Path], suffixes: Sequence[str]) -> List[Path]:
    """The file itself, or all files below a folder with these endings, sorted; no hidden ones.

    Raises:
        BadInput: it is missing, or there is no such file in the folder.
    """
    source = Path(source)
    if source.is_file():
        return [source]
    if not source.is_dir():
        raise BadInput(f"{source}: no such file or folder. Check the path.")
    paths = [path for path in _all_below(source) if path.name.lower().endswith(tuple(suffixes))]
    if not paths:
        raise BadInput.of(
            source,
            f"no file that ends in {' or '.join(suffixes)}",
            "at least one",
            "Check the path and the format.",
        )
    return paths


def _all_below(root: Path) -> List[Path]:
    paths = []
    for folder, folders, names in os.walk(str(root)):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths += [Path(folder, name) for name in names if not name.startswith(".")]
    return sorted(path for path in paths if path.is_file())


def text_of(path: Union[str, Path]) -> str:
    """A text file in UTF-8 or, where it says so in its first bytes, UTF-16.

    Raises:
        BadInput: it cannot be read, or is neither.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise files.unwritable(path, error) from error
    files.refuse_pointer(path, content[:64])
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadInput.of(
            path, f"bytes that are not text (at {error.start})", "UTF-8 text", "Save it as UTF-8."
        ) from error


def lines_of(text: str) -> List[str]:
    """Lines ended by LF or CRLF only; other controls may stand in a name."""
    return [line[:-1] if line.endswith("\r") else line for line in text.split("\n")]


def json_in(text: str) -> Any:
    """The value of JSON text; what no JSON can hold (NaN, an endless number) becomes ``None``.

    Raises:
        ValueError: it is broken, or nested too deeply.
    """
    try:
        value = json.loads(text, parse_constant=_nothing, parse_float=_fraction, parse_int=_whole)
        return _without_surrogates(value) if _SURROGATE.search(text) else value
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _nothing(_: str) -> None:
    return None


def _fraction(text: str) -> Optional[float]:
    value = float(text)
    return value if abs(value) < float("inf") else None


def _whole(text: str) -> Optional[float]:
    # Python reads whole numbers in quadratic time: a million digits would take minutes.
    return int(text) if len(text) <= _LONGEST_WHOLE else _fraction(text)


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return without_surrogates(value)
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    return value


def without_surrogates(text: str) -> str:
    """Replaces surrogates, halves of a character that no UTF-8 file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def json_of(path: Union[str, Path]) -> Any:
    """The value of a JSON file.

    Raises:
        BadInput: it cannot be read or is not JSON.
    """
    try:
        return json_in(text_of(path))
    except ValueError as error:
        raise BadInput.of(
            path, f"broken JSON ({error})", "a JSON file", "Export it again, or correct the file."
        ) from error


def documents(
    source: Union[str, Path], other: Callable[[Any], str], expected: str, findings: List[Finding]
) -> Iterator[Tuple[Path, Any]]:
    """The JSON files of one format: one file, or all below a folder.

    Args:
        source: the file or folder.
        other: describes a value that is not of the format; empty when it is.
        expected: what the format is called.
        findings: where the files of a folder that cannot be used are listed.

    Yields:
        Path and value of each.

    Raises:
        BadInput: there is none of the format.
    """
    return documents_among(below(source, (".json",)), json_of, other, expected, findings)


def documents_among(
    paths: Iterable[Path],
    load: Callable[[Path], Any],
    other: Callable[[Any], str],
    expected: str,
    findings: List[Finding],
) -> Iterator[Tuple[Path, Any]]:
    """The files of one format among several.

    Args:
        paths: of the files.
        load: what a file holds; raises ``BadInput`` where it cannot be read.
        other: describes what is not of the format; empty when it is.
        expected: what the format is called.
        findings: where the files that cannot be used are listed.

    Yields:
        Path and content of each.

    Raises:
        BadInput: there is none of the format.
    """
    problems: List[BadInput] = []
    count = 0
    for path in paths:
        try:
            value = load(path)
            code, difference = "annotation-other-format", other(value)
            problem = BadInput.of(path, difference, expected, "Name the format it has.")
        except BadInput as error:
            code, difference, problem = "annotation-broken-file", "broken", error
        if difference:
            problems.append(problem)
            findings.append(Finding.of(code, path, str(problem).rstrip(".")))
            continue
        count += 1
        yield path, value
    if not count:
        raise BadInput.several("files that cannot be used", problems)


def text(value: Any) -> str:
    """A name as text: whole numbers too, as some tools write; anything else is empty."""
    if isinstance(value, str):
        return value
    if isinstance(value, int):  # an id may be larger than any coordinate
        return "" if isinstance(value, bool) else str(value)
    number = numbers.number(value)
    if number is None:
        return ""
    return str(int(number)) if number.is_integer() else str(number)


def mapping(value: Any) -> dict:
    """The value if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list:
    """The value if it is a JSON list, else an empty one."""
    return value if isinstance(value, list) else []


def shown(value: Any) -> str:
    """Any value as a message shows it: one line of bounded length."""
    return short(_SHORT.repr(value), _LONGEST_SHOWN)

"""Checks values of a JSON file and says what is wrong with each, by its path."""

from __future__ import annotations

import difflib
import json
import math
from typing import Any, Dict, List, Sequence, Tuple

_SHOWN = 40  # letters of a wrong value


def parse(text: str) -> Any:
    """Reads JSON as RFC 8259 has it: no NaN, and no key twice in one object.

    Args:
        text: Of the file.

    Returns:
        The value.

    Raises:
        ValueError: It is no such JSON; the message says where or which key.
    """
    return json.loads(text, object_pairs_hook=_unique, parse_constant=_no_number)


class JsonChecks:
    """Reads values and collects problems; after a problem it gives a value of the right type.

    Attributes:
        problems: A sentence each, beginning with the path of the value: ``zones[0].name``.
    """

    def __init__(self) -> None:
        self.problems: List[str] = []

    def expect(self, path: str, found: object, expected: str) -> None:
        """Adds a problem.

        Args:
            path: Of the value.
            found: The value.
            expected: What it should be.
        """
        text = json.dumps(found)
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
        self.problems.append(f"{path} is {shown}, expected {expected}")

    def fields(
        self, value: object, path: str, known: Sequence[str], required: Sequence[str] = ()
    ) -> Dict[str, Any]:
        """Reads an object; its unknown and its missing keys are problems.

        Args:
            value: Of the JSON file.
            path: Of the value; empty at the top.
            known: All keys that it may have.
            required: Those that it must have.

        Returns:
            The known keys with their values.
        """
        if not isinstance(value, dict):
            self.expect(path or "the file", value, "an object { }")
            return {}
        for key in value:
            if key not in known:
                self.problems.append(f"{join(path, key)}: no such key; {nearest(key, known)}")
        for key in required:
            if key not in value:
                self.problems.append(f"{join(path, key)}: missing, expected in every entry")
        return {key: value[key] for key in known if key in value}

    def items(self, value: object, path: str, least: int = 0) -> List[Tuple[str, Any]]:
        """Reads a list; returns the path and the value of each item."""
        if not isinstance(value, list) or len(value) < least:
            self.expect(path, value, f"a list [ ] of {least} or more" if least else "a list [ ]")
            return []
        return [(f"{path}[{index}]", item) for index, item in enumerate(value)]

    def number(self, value: object, path: str, limits: Tuple[float, float], what: str) -> float:
        """Reads a number within limits, which belong to them."""
        low, high = limits
        valid = isinstance(value, (int, float)) and not isinstance(value, bool)
        if valid and low <= value <= high:  # type: ignore[operator]
            return float(value)  # type: ignore[arg-type]
        limit = f"from {low:g} to {high:g}" if math.isfinite(high) else f"{low:g} or more"
        self.expect(path, value, f"{what}, {limit}")
        return low

    def text(self, value: object, path: str, what: str) -> str:
        """Reads a string that is not empty."""
        if isinstance(value, str) and value.strip() and "\0" not in value:
            return value
        self.expect(path, value, f"{what}, in quotes and not empty")
        return ""

    def choice(self, value: object, path: str, known: Sequence[str], what: str) -> str:
        """Reads one of several strings."""
        if isinstance(value, str) and value in known:
            return value
        if isinstance(value, str):
            self.expect(path, value, f"{what}; {nearest(value, known)}")
        else:
            self.expect(path, value, f"{what}, in quotes")
        return known[0] if known else ""

    def truth(self, value: object, path: str) -> bool:
        """Reads true or false."""
        if not isinstance(value, bool):
            self.expect(path, value, "true or false")
        return value is True


def join(path: str, key: str) -> str:
    """Returns the path of a key of the object at a path."""
    return f"{path}.{key}" if path else key


def nearest(word: str, known: Sequence[str]) -> str:
    """Returns what to say about a word that is none of those known."""
    close = difflib.get_close_matches(word.lower(), [one.lower() for one in known], 1, 0.6)
    for one in known:
        if close and one.lower() == close[0]:
            return f"did you mean {json.dumps(one, ensure_ascii=False)}?"
    return f"known: {', '.join(known) or 'none'}"


def _unique(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    values: Dict[str, Any] = {}
    for key, value in pairs:
        if key in values:
            raise ValueError(f"the key {json.dumps(key)} stands twice in one object")
        values[key] = value
    return values


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number in JSON")

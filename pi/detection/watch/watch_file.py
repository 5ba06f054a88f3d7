"""Reads ``watch.json`` and says everything that is wrong with it.

    {"zones": [{"name": "lawn", "polygon": [[0, 0.5], [1, 0.5], [1, 1], [0, 1]]}],
     "masks": [{"name": "screen", "polygon": [[0.8, 0], [1, 0], [1, 0.2]]}],
     "min_size": {"width": 0.02, "height": 0.02},
     "thresholds": {"cat": 0.4},
     "lines": [{"name": "door", "from": [0.3, 0.9], "to": [0.7, 0.9], "directions": ["in", "out"]}],
     "actions": [{"class": "cat", "command": "./open.sh", "zone": "lawn", "cooldown": 60}]}

Points are ``[x, y]`` in shares of the image's width and height. All keys may be left out, and so
may ``"track": true``, ``"lost_after"`` in seconds, ``"anchor": "center"``, ``"classes"`` of a zone,
mask or line, and ``"frames"`` and ``"timeout"`` of an action.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, Dict, List, Sequence, Tuple

from ..errors import InputError, one_line, reason_and_remedy
from ..structures import Line, Point, Zone
from .geometry import crosses_itself
from .json_checks import JsonChecks, join, nearest, parse
from .plan import ANCHORS, SHORTEST_TIMEOUT, Action, WatchPlan

_SHARE = (0.0, 1.0)
_SECONDS = (0.0, math.inf)
_MOST_FRAMES = 1_000_000


def read_watch_file(path: Path, labels: Sequence[str]) -> WatchPlan:
    """Reads the file for a run.

    Args:
        path: Of ``watch.json``.
        labels: Class names of the model.

    Returns:
        What it asks for.

    Raises:
        InputError: It cannot be read, or something in it is wrong; the first problem is named.
    """
    plan, problems = check_watch_file(path, labels)
    if problems:
        more = f" (and {len(problems) - 1} more: --check lists all)" if problems[1:] else ""
        raise InputError(f"{path}: {problems[0]}{more}")
    return plan


def check_watch_file(path: Path, labels: Sequence[str]) -> Tuple[WatchPlan, List[str]]:
    """Reads the file and collects what is wrong with it.

    Args:
        path: Of ``watch.json``.
        labels: Class names of the model.

    Returns:
        What it asks for, to be used only where there are no problems, and the problems, each
        with its JSON path, what was found and what was expected.

    Raises:
        InputError: It cannot be read, or is no JSON.
    """
    try:
        value = parse(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(
            f"{path}: cannot be read {reason_and_remedy(error, 'check the path')}"
        ) from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8 text; save it as UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON ({one_line(error)}); correct it there") from None
    reader = _Reader(labels)
    return reader.plan(value), reader.checks.problems


class _Reader:
    """One pass over a file."""

    def __init__(self, labels: Sequence[str]) -> None:
        self.checks = JsonChecks()
        self._labels = labels

    def plan(self, value: object) -> WatchPlan:
        known = [name for name in WatchPlan._fields]
        fields = self.checks.fields(value, "", known)
        zones = self._named(fields, "zones", self._zone)
        return WatchPlan(
            zones=zones,
            masks=self._named(fields, "masks", self._zone),
            lines=self._named(fields, "lines", self._line),
            actions=tuple(
                self._action(item, path, [zone.name for zone in zones])
                for path, item in self._items(fields, "actions")
            ),
            thresholds=self._thresholds(fields.get("thresholds", {})),
            min_size=self._min_size(fields.get("min_size", {})),
            anchor=self.checks.choice(
                fields.get("anchor", ANCHORS[0]), "anchor", ANCHORS, "a point of the box"
            ),
            track=self.checks.truth(fields.get("track", False), "track"),
            lost_after=self.checks.number(
                fields.get("lost_after", WatchPlan().lost_after), "lost_after", _SECONDS, "seconds"
            ),
        )

    def _items(self, fields: Dict[str, Any], key: str) -> List[Tuple[str, Any]]:
        return self.checks.items(fields.get(key, []), key)

    def _named(self, fields: Dict[str, Any], key: str, read: Any) -> Tuple[Any, ...]:
        """Reads entries that have names, none of which may stand twice."""
        entries = []
        taken: Dict[str, str] = {}
        for path, item in self._items(fields, key):
            entry = read(item, path)
            if entry.name and entry.name in taken:
                self.checks.expect(
                    join(path, "name"), entry.name, f"another than that of {taken[entry.name]}"
                )
            taken.setdefault(entry.name, path)
            entries.append(entry)
        return tuple(entries)

    def _zone(self, value: object, path: str) -> Zone:
        keys = ("name", "polygon", "classes")
        fields = self.checks.fields(value, path, keys, keys[:2])
        return Zone(
            self._name(fields, path),
            self._polygon(fields["polygon"], join(path, "polygon")) if "polygon" in fields else (),
            self._classes(fields.get("classes", []), join(path, "classes")),
        )

    def _line(self, value: object, path: str) -> Line:
        keys = ("name", "from", "to", "directions", "classes")
        fields = self.checks.fields(value, path, keys, keys[:3])
        start, end = (
            self._point(fields[key], join(path, key)) if key in fields else (0.0, 0.0)
            for key in ("from", "to")
        )
        if "from" in fields and "to" in fields and start == end:
            self.checks.expect(join(path, "to"), fields["to"], "another point than that of from")
        return Line(
            self._name(fields, path),
            start,
            end,
            self._directions(fields.get("directions", ["in", "out"]), join(path, "directions")),
            self._classes(fields.get("classes", []), join(path, "classes")),
        )

    def _action(self, value: object, path: str, zones: Sequence[str]) -> Action:
        keys = ("class", "command", "zone", "frames", "cooldown", "timeout")
        fields = self.checks.fields(value, path, keys, keys[:2])
        default = Action("", "")

        def number(key: str, low: float, high: float, what: str) -> float:
            given = fields.get(key, getattr(default, key))
            return self.checks.number(given, join(path, key), (low, high), what)

        frames = number("frames", 1, _MOST_FRAMES, "a number of frames")
        if frames != int(frames):
            self.checks.expect(join(path, "frames"), fields["frames"], "a whole number")
        label = fields.get("class")
        zone = fields.get("zone")
        if zone is not None:
            zone = self.checks.choice(zone, join(path, "zone"), zones, "the name of a zone")
        return Action(
            self._class(label, join(path, "class")) if "class" in fields else "",
            self._command(fields, path),
            zone,
            int(frames),
            number("cooldown", 0, math.inf, "seconds"),
            number("timeout", SHORTEST_TIMEOUT, math.inf, "seconds"),
        )

    def _command(self, fields: Dict[str, Any], path: str) -> str:
        if "command" not in fields:
            return ""
        return self.checks.text(fields["command"], join(path, "command"), "a command of the shell")

    def _name(self, fields: Dict[str, Any], path: str) -> str:
        if "name" not in fields:
            return ""
        return self.checks.text(fields["name"], join(path, "name"), "a name")

    def _point(self, value: object, path: str) -> Point:
        if not isinstance(value, list) or len(value) != 2:
            self.checks.expect(path, value, "a point [x, y]")
            return 0.0, 0.0
        x, y = (
            self.checks.number(share, f"{path}[{index}]", _SHARE, f"a share of the {length}")
            for index, (share, length) in enumerate(zip(value, ("width", "height")))
        )
        return x, y

    def _polygon(self, value: object, path: str) -> Tuple[Point, ...]:
        before = len(self.checks.problems)
        points = tuple(self._point(item, at) for at, item in self.checks.items(value, path, 3))
        if len(self.checks.problems) == before and crosses_itself(points):
            self.checks.expect(path, value, "corners in order around an area")
        return points

    def _directions(self, value: object, path: str) -> Tuple[str, str]:
        if not isinstance(value, list) or len(value) != 2 or value[0] == value[1]:
            self.checks.expect(path, value, "two different names")
            return "in", "out"
        first, second = (
            self.checks.text(name, f"{path}[{index}]", "a name") for index, name in enumerate(value)
        )
        return first, second

    def _classes(self, value: object, path: str) -> Tuple[str, ...]:
        return tuple(self._class(item, at) for at, item in self.checks.items(value, path))

    def _class(self, value: object, path: str) -> str:
        return self.checks.choice(value, path, self._labels, "a class of the model")

    def _thresholds(self, value: object) -> Dict[str, float]:
        if not isinstance(value, dict):
            self.checks.expect("thresholds", value, "an object { } of class names and scores")
            return {}
        for label in value:
            if label not in self._labels:
                said = nearest(label, self._labels)
                self.checks.problems.append(f"thresholds.{label}: no class of the model; {said}")
        return {
            label: self.checks.number(score, f"thresholds.{label}", _SHARE, "a score")
            for label, score in value.items()
        }

    def _min_size(self, value: object) -> Tuple[float, float]:
        fields = self.checks.fields(value, "min_size", ("width", "height"))
        width, height = (
            self.checks.number(
                fields.get(key, 0.0), f"min_size.{key}", _SHARE, "a share of the image's"
            )
            for key in ("width", "height")
        )
        return width, height

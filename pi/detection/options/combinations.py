"""Options that do nothing without another one, or beside another one, are refused, not ignored."""

from __future__ import annotations

import argparse
from typing import Any, Callable, NamedTuple, Optional, Sequence, Tuple

from ..sinks.page_address import is_page
from ..sources.live import CAMERA, PICAMERA, is_live

_MODES = ("self_test", "check", "update", "benchmark")
_SINKS = ("output", "csv", "mqtt", "webhook", "snapshots", "collect", "on")
_WATCHING = ("tiles", "track", "watch")


class _Rule(NamedTuple):
    """What options need, since they do nothing without it.

    Attributes:
        options: Their names in the result of the parser.
        holds: Tells from all options whether it is there.
        wanted: What it is, in words.
    """

    options: Tuple[str, ...]
    holds: Callable[[argparse.Namespace], Any]
    wanted: str


_RULES = (
    _Rule(("sha256",), lambda given: given.update, "--update"),
    _Rule(
        ("token",),
        lambda given: any(map(is_page, given.output)),
        "a live page, such as --output http://localhost:8000",
    ),
    _Rule(("quota",), lambda given: given.snapshots, "--snapshots"),
    _Rule(
        ("cooldown",),
        lambda given: given.snapshots or given.webhook,
        "--snapshots or --webhook (commands have --on-cooldown)",
    ),
    _Rule(("collect_limit",), lambda given: given.collect, "--collect"),
    _Rule(("on_frames", "on_cooldown", "on_timeout"), lambda given: given.on, "--on CLASS COMMAND"),
    _Rule(
        ("camera_size", "camera_rate", "camera_format"),
        lambda given: any(map(_is_camera, given.source)),
        "a camera, such as SOURCE 0 or picamera",
    ),
    _Rule(
        ("give_up", "stall", "every_frame"),
        lambda given: any(map(is_live, given.source)),
        "a SOURCE that is a camera or stream",
    ),
    _Rule(
        ("opencv_backend", "opencv_target"),
        lambda given: given.backend in ("auto", "opencv"),
        "--backend opencv",
    ),
)


def problem(options: argparse.Namespace, default: Callable[[str], Any]) -> Optional[str]:
    """Says which options do not go together.

    Args:
        options: As ``command_line.make_parser`` gives them.
        default: Gives the value of an option that was not given.

    Returns:
        The first problem with what to do about it, or None.
    """

    def given(names: Sequence[str]) -> Sequence[str]:
        return [name for name in names if getattr(options, name) != default(name)]

    modes = given(_MODES)
    if len(modes) > 1:
        return f"{_option(modes[0])} and {_option(modes[1])} are done one after the other"
    without_source = modes not in ([], ["benchmark"])
    if bool(options.source) == without_source and modes != ["benchmark"]:
        return "expected a SOURCE, or --self-test, --check or --update without one"
    watching = [name for name in _WATCHING if modes != ["check"] or name != "watch"]
    for name in given((*_SINKS, *watching)) if modes else ():
        return f"{_option(modes[0])} makes no use of {_option(name)}; leave {_option(name)} out"
    for rule in _RULES:
        for name in given(rule.options) if not rule.holds(options) else ():
            return f"{_option(name)} needs {rule.wanted}; add that, or leave {_option(name)} out"
    return None


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _is_camera(source: str) -> bool:
    return is_live(source) and bool(CAMERA.fullmatch(source) or PICAMERA.fullmatch(source))

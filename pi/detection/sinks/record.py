"""A result as programs read it: one object for JSON lines, the live page, MQTT and the webhook."""

from __future__ import annotations

import datetime
from typing import Any, Dict

from ..structures import Detection, Result


def record(result: Result) -> Dict[str, Any]:
    """Describes a frame and what was found on it.

    Args:
        result: Of one frame.

    Returns:
        ``source``, ``frame`` (None for an image), ``time`` (of day, ISO 8601), ``stream_time``
        (seconds, None for an image), ``width``, ``height``, ``detections`` (``label``, ``score``,
        ``box`` in pixels, ``track`` where it is tracked, ``zones`` where it is in some) and
        ``counts`` where lines are counted.
    """
    frame = result.frame
    width, height = frame.size
    stream_time = frame.stream_time
    row: Dict[str, Any] = {
        "source": frame.name,
        "frame": frame.number,
        "time": iso_time(frame.time),
        "stream_time": None if stream_time is None else round(stream_time, 3),
        "width": width,
        "height": height,
        "detections": [_detection(detection) for detection in result.in_file_pixels()],
    }
    if result.counts:
        row["counts"] = {name: dict(counts) for name, counts in result.counts.items()}
    return row


def iso_time(seconds: float) -> str:
    """Returns a time of day with its offset from UTC: ``2026-03-01T12:30:00.250+01:00``.

    Args:
        seconds: Since 1970 (Unix time).
    """
    moment = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).astimezone()
    return moment.isoformat(timespec="milliseconds")


def _detection(detection: Detection) -> Dict[str, Any]:
    row: Dict[str, Any] = {
        "label": detection.label,
        "score": round(detection.score, 6),
        "box": [round(value, 3) for value in detection.box],
    }
    if detection.track is not None:
        row["track"] = detection.track
    if detection.zones:
        row["zones"] = list(detection.zones)
    return row

"""What a benchmark found, as a table or as JSON."""

from __future__ import annotations

import json
import platform
from typing import Dict, Sequence, Tuple

import cv2

from .benchmark import STAGES, Plan, Row, rows
from .device.cpu_limit import usable_cores
from .device.host import device_name


def facts(size: Tuple[int, int]) -> Dict[str, object]:
    """Returns what the numbers depend on.

    Args:
        size: Width and height of the model's input, pixels.
    """
    return {
        "device": device_name() or platform.machine(),
        "cores": usable_cores(),
        "python": platform.python_version(),
        "opencv": cv2.__version__,
        "input": list(size),
    }


def as_json(measured: Sequence[Row], about: Dict[str, object]) -> str:
    """Returns one JSON object: what the numbers depend on, and ``rows``.

    Args:
        measured: The rows.
        about: Of ``facts``.
    """
    return json.dumps({**about, "rows": [row._asdict() for row in measured]})


def run(plan: Plan, size: Tuple[int, int], in_json: bool) -> None:
    """Measures and prints: a table that grows row by row, or one JSON object at the end.

    Args:
        plan: What is measured.
        size: Width and height of the model's input, pixels.
        in_json: Whether to print JSON.

    Raises:
        InputError: As ``benchmark.rows``.
    """
    about = facts(size)
    if in_json:
        print(as_json(list(rows(plan)), about))
        return
    print(", ".join(f"{name}: {value}" for name, value in about.items()))
    print("milliseconds of a frame: median (95th percentile)")
    print(heading(), flush=True)
    for row in rows(plan):
        print(as_text(row), flush=True)


def heading() -> str:
    """Returns the head of the table."""
    stages = "".join(f"{stage:>18}" for stage in STAGES)
    return f"{'backend':<10}{'threads':>8}{stages}{'FPS':>8}{'MB':>7}{'C':>6}"


def as_text(row: Row) -> str:
    """Returns a row of the table.

    Args:
        row: Of ``rows``.
    """
    stages = "".join(f"{median:10.1f} ({late:5.1f})" for median, late in row.milliseconds.values())
    memory_used = "-" if row.memory is None else f"{row.memory:.0f}"
    warmth = "-" if row.temperature is None else f"{row.temperature:.0f}"
    return f"{row.backend:<10}{row.threads:>8}{stages}{row.rate:>8.1f}{memory_used:>7}{warmth:>6}"

"""What this device is, and how much memory this process takes."""

from __future__ import annotations

from pathlib import Path
from typing import Optional


def device_name(root: Path = Path("/")) -> str:
    """Returns the device's own name, as "Raspberry Pi 4 Model B Rev 1.4"; empty elsewhere.

    Args:
        root: The folder with ``proc``.
    """
    try:
        text = (root / "proc/device-tree/model").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return text.strip("\0\n ")


def memory(root: Path = Path("/")) -> Optional[float]:
    """Returns the memory of this process that is not on disk: its resident set.

    Args:
        root: The folder with ``proc``.

    Returns:
        Megabytes (1024 x 1024 bytes); None outside Linux.
    """
    try:
        lines = (root / "proc/self/status").read_text().splitlines()
    except OSError:
        return None
    kilobytes = [line.split()[1] for line in lines if line.startswith("VmRSS:")]
    return int(kilobytes[0]) / 1024 if kilobytes else None

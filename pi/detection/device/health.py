"""How warm the processor is, and whether the power supply or the heat slows it down."""

from __future__ import annotations

from pathlib import Path
from typing import Dict, List, NamedTuple, Optional

# https://www.raspberrypi.com/documentation/computers/os.html#get_throttled
_BITS: Dict[int, str] = {
    0: "under-voltage",
    1: "frequency capped",
    2: "throttled",
    3: "soft temperature limit",
}


class Health(NamedTuple):
    """The state of the device.

    Attributes:
        temperature: Of the processor in degrees Celsius; None where it cannot be read.
        throttled: What slows the processor now; None where it cannot be read, as on what is no Pi.
    """

    temperature: Optional[float]
    throttled: Optional[List[str]]


def health(root: Path = Path("/")) -> Health:
    """Reads the state of the device.

    Args:
        root: The folder with ``sys``.
    """
    temperature = _read(root / "sys/class/thermal/thermal_zone0/temp")
    throttled = _read(root / "sys/devices/platform/soc/soc:firmware/get_throttled")
    return Health(
        int(temperature) / 1000 if temperature else None,
        [name for bit, name in _BITS.items() if int(throttled, 16) >> bit & 1]
        if throttled
        else None,
    )


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""

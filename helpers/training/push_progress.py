"""How far a push has come, read from what ``docker push`` draws in a terminal."""

from __future__ import annotations

import re
from typing import Dict, NamedTuple, Tuple

_LAYER = re.compile(r"([0-9a-f]{12}): (?!digest: )(.*)")
_SIZE = r"([\d.]+) ?([kKMGT]?)i?B"
_PUSHING = re.compile(rf"Pushing .*?{_SIZE}/{_SIZE}")
_UNITS = {"": 1, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_DONE = ("Pushed", "Layer already exists", "Mounted from")
DIGEST = re.compile(r"digest: (sha256:[0-9a-f]{64})")


class Layer(NamedTuple):
    """One layer.

    Attributes:
        sent: bytes that have arrived.
        total: bytes; 0 until Docker says.
        is_done: whether the registry has it.
    """

    sent: float = 0.0
    total: float = 0.0
    is_done: bool = False


class PushProgress:
    """Adds up the lines of a push."""

    def __init__(self) -> None:
        self._layers: Dict[str, Layer] = {}
        self.digest = ""

    def read(self, line: str) -> bool:
        """Takes a line; returns whether it is about progress and needs not be kept."""
        digest = DIGEST.search(line)
        if digest:
            self.digest = digest.group(1)
        match = _LAYER.match(line)
        if not match:
            return False
        name, status = match.groups()
        before = self._layers.get(name, Layer())
        pushing = _PUSHING.match(status)
        if pushing:
            sent, total = _bytes(*pushing.groups()[:2]), _bytes(*pushing.groups()[2:])
            self._layers[name] = Layer(min(sent, total), total)
        elif status.startswith(_DONE):
            self._layers[name] = Layer(before.total, before.total, True)
        else:
            self._layers[name] = before
        return True

    @property
    def sent_and_total(self) -> Tuple[int, int]:
        """Bytes that were sent, and bytes of all layers that Docker has begun to send."""
        layers = self._layers.values()
        return int(sum(one.sent for one in layers)), int(sum(one.total for one in layers))

    @property
    def layers(self) -> Tuple[int, int]:
        """Layers that the registry has, and all."""
        return sum(one.is_done for one in self._layers.values()), len(self._layers)


def _bytes(number: str, unit: str) -> float:
    return float(number) * _UNITS[unit]

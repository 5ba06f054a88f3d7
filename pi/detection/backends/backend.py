"""What every backend does: one resized image in, the network's boxes out."""

from __future__ import annotations

import abc
from typing import Tuple

import numpy as np

from ..errors import InputError

# Classes counted from 0, scores, and relative corner points.
Outputs = Tuple[np.ndarray, np.ndarray, np.ndarray]


class NoRuntime(InputError):
    """The runtime of a backend is not installed, or does not work."""

    def __init__(self, reason: str, remedy: str) -> None:
        """Makes the message of both.

        Args:
            reason: What was looked for and what was found.
            remedy: The command that installs it.
        """
        super().__init__(f"{reason}; {remedy}, or use --backend opencv")
        self.reason = f"{reason}: {remedy}"


class Backend(abc.ABC):
    """A loaded network.

    Attributes:
        name: As ``--backend`` takes it.
        threads: How many a run uses.
    """

    name: str
    threads: int

    @abc.abstractmethod
    def run(self, pixels: np.ndarray) -> Outputs:
        """Runs the network on one resized image.

        Args:
            pixels: RGB uint8, (height, width, 3).

        Returns:
            Classes counted from 0 (n,), scores (n,), and relative corner points
            ``[x_min, y_min, x_max, y_max]`` (n, 4), not clipped.

        Raises:
            InputError: The model cannot be run, or is no detection model.
        """

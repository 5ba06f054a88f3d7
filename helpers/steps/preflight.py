"""Whether records, label map, ``pipeline.config`` and checkpoint fit together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Union

from helpers.pipeline_config import preflight as checks
from helpers.pipeline_config.preflight import PreflightResult


@dataclass(frozen=True)
class PreflightReport:
    """Inputs that fit together.

    Attributes:
        checked: what the trainer will find.
    """

    checked: PreflightResult

    def rows(self) -> List[Dict[str, Any]]:
        """The number of images of each split, for a table."""
        return [{"split": name, "images": count} for name, count in self.checked.images.items()]

    def as_text(self) -> str:
        """Number of images of each split, and what training starts from."""
        counts = ", ".join(f"{name}: {count}" for name, count in self.checked.images.items())
        return f"{counts}; {self.checked.start or 'from scratch'}"


def run_preflight(training: Union[str, Path], checkpoint: Union[str, Path]) -> PreflightReport:
    """Compares all inputs of a training run, as the trainer does in its first seconds.

    Args:
        training: the folder of the training channel.
        checkpoint: the folder of the checkpoint channel.

    Raises:
        BadInput: names every mistake at once.
    """
    return PreflightReport(checks.check(training, checkpoint))

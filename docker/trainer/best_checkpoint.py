"""All evaluations of a training run, and the checkpoint with the best mAP."""

from __future__ import annotations

import json
import os
from typing import Any, Dict, List, Mapping, Optional

import tensorflow as tf

from helpers.structures.errors import BadInput
from trainer import checkpoints

FOLDER = "best"
METRICS = {
    "mAP": "DetectionBoxes_Precision/mAP",
    "mAP50": "DetectionBoxes_Precision/mAP@.50IOU",
    "AR100": "DetectionBoxes_Recall/AR@100",
    "loss": "Loss/total_loss",
}


class Evaluations:
    """All evaluations of a run in ``best/best.json``, beside the checkpoint of the best one.

    The file is written last, once the checkpoint it names is there.

    Args:
        folder: of the checkpoints, or the archive's.

    Raises:
        BadInput: ``best.json`` cannot be read.
    """

    def __init__(self, folder: str) -> None:
        self._folder = os.path.join(folder, FOLDER)
        self._file = os.path.join(self._folder, "best.json")
        self._all = self._read()

    def _read(self) -> List[Dict[str, Any]]:
        if not tf.io.gfile.exists(self._file):
            return []
        with tf.io.gfile.GFile(self._file) as stream:
            text = stream.read()
        try:
            return list(json.loads(text)["evaluations"])
        except (ValueError, KeyError, TypeError) as error:
            raise BadInput.of(
                self._file,
                f"no list of evaluations ({error})",
                "what the trainer wrote",
                "Delete that folder.",
            ) from error

    @property
    def best(self) -> Optional[Dict[str, Any]]:
        """The one of the highest mAP, the first of equal ones; ``None`` before any."""
        return max(self._all, key=lambda entry: entry["mAP"]) if self._all else None

    def has(self, step: int) -> bool:
        """Whether a step was evaluated."""
        return any(entry["step"] == step for entry in self._all)

    def since_best(self) -> int:
        """How many evaluations there were since the best."""
        if self.best is None:
            return 0
        step = self.best["step"]
        return sum(entry["step"] > step for entry in self._all)

    def is_over(self, patience: int) -> bool:
        """Whether so many evaluations went by without a better mAP; 0 has no end."""
        return bool(patience and self._all) and self.since_best() >= patience

    def add(self, checkpoint: str, metrics: Mapping[str, Any]) -> None:
        """Records an evaluation, and keeps the checkpoint when it is the best.

        Args:
            checkpoint: that was evaluated.
            metrics: by their TensorBoard names, ``METRICS`` among them.
        """
        step = checkpoints.step_of(checkpoint)
        entry = {"step": step, **{name: float(metrics[tag]) for name, tag in METRICS.items()}}
        others = [other for other in self._all if other["step"] != step]
        self._all = sorted(others + [entry], key=lambda item: item["step"])
        best = max(self._all, key=lambda item: item["mAP"])
        if best is entry:
            tf.io.gfile.makedirs(self._folder)
            checkpoints.copy(checkpoint, self._folder)
        checkpoints.write_text(
            self._file, json.dumps({"best": best, "evaluations": self._all}, indent=2) + "\n"
        )
        checkpoints.keep_only(self._folder, best["step"])

    def checkpoint(self) -> Optional[str]:
        """The best checkpoint, kept or still among the others; ``None`` when none can be read."""
        best = self.best
        if best is None:
            return None
        name = f"{checkpoints.NAME}-{best['step']}"
        places = (self._folder, os.path.dirname(self._folder))
        prefixes = [os.path.join(place, name) for place in places]
        kept = (prefix for prefix in prefixes if tf.io.gfile.exists(f"{prefix}.index"))
        return next((prefix for prefix in kept if checkpoints.is_readable(prefix)), None)

"""``pi/detect.py`` on eval images, as the device runs it: no TensorFlow, no ``helpers``."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple, Union

from helpers.annotations import csv_table
from helpers.structures.errors import JobFailed
from helpers.system import files
from helpers.workspace import DETECT


@dataclass(frozen=True)
class DetectedImages:
    """What ``pi/detect.py`` found and drew.

    Attributes:
        folder: holds the images with the boxes drawn.
        found: what the program printed for each image, as its ``--json`` has it: ``source``,
            ``width``, ``height``, and ``detections`` with ``label``, ``score`` and ``box``.
    """

    folder: Path
    found: Tuple[Dict[str, Any], ...] = ()

    @property
    def paths(self) -> List[Path]:
        """The images, sorted."""
        return sorted(self.folder.iterdir())

    def rows(self) -> List[Dict[str, Any]]:
        """A row for each detection, and one for an image without any, for a table."""
        return [
            {"image": image["source"], **one}
            for image in self.found
            for one in image["detections"] or [dict.fromkeys(("label", "score", "box"))]
        ]

    def as_text(self) -> str:
        """Their paths, a line each."""
        return "\n".join(f"  {path}" for path in self.paths)


def detect_on_eval(
    table: Path,
    images: Union[str, Path],
    bundle: Path,
    out: Path,
    count: int = 8,
    threshold: Optional[float] = None,
) -> DetectedImages:
    """Copies eval images to ``out/photos`` and lets ``pi/detect.py`` draw into ``out/pi``.

    Args:
        table: of the eval split.
        images: the image folder.
        bundle: the Pi bundle.
        out: the folder of the results; the two folders in it are replaced.
        count: number of images; those with objects come first.
        threshold: least score of a detection that is reported; ``None`` takes the bundle's own.

    Raises:
        JobFailed: ``detect.py`` ended with an error; holds its message.
    """
    records = sorted(csv_table.read(table), key=lambda record: not len(record.objects))
    photos, drawn = out / "photos", out / "pi"
    for folder in (photos, drawn):
        shutil.rmtree(str(folder), ignore_errors=True)
    for record in records[:count]:
        files.copy(Path(images) / record.path, photos / "-".join(Path(record.path).parts))
    command = [sys.executable, str(DETECT), str(photos), "--output", str(drawn)]
    command += ["--model", str(bundle)]
    chosen = [] if threshold is None else ["--threshold", str(threshold)]
    ended = subprocess.run(
        [*command, *chosen, "--headless", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )
    if ended.returncode:
        # The lines before it say what runs the model.
        last = (ended.stderr.splitlines() or [f"exit {ended.returncode}"])[-1]
        message = last.replace("detect.py: ", "", 1)
        raise JobFailed(f"pi/detect.py: {message}")
    return DetectedImages(drawn, tuple(map(json.loads, ended.stdout.splitlines())))

"""``pi/detect.py`` on eval images, as the device runs it: no TensorFlow, no ``helpers``."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import List, Union

from helpers.annotations import csv_table
from helpers.structures.errors import JobFailed
from helpers.system import files
from helpers.workspace import DETECT


@dataclass(frozen=True)
class DetectedImages:
    """The images that ``pi/detect.py`` drew.

    Attributes:
        folder: holds them.
    """

    folder: Path

    @property
    def paths(self) -> List[Path]:
        """The images, sorted."""
        return sorted(self.folder.iterdir())

    def as_text(self) -> str:
        """Their paths, a line each."""
        return "\n".join(f"  {path}" for path in self.paths)


def detect_on_eval(
    table: Path,
    images: Union[str, Path],
    bundle: Path,
    out: Path,
    count: int = 8,
    threshold: float = 0.4,
) -> DetectedImages:
    """Copies eval images to ``out/photos`` and lets ``pi/detect.py`` draw into ``out/pi``.

    Args:
        table: of the eval split.
        images: the image folder.
        bundle: the Pi bundle.
        out: the folder of the results; the two folders in it are replaced.
        count: number of images; those with objects come first.
        threshold: least score of a detection that is drawn.

    Raises:
        JobFailed: ``detect.py`` ended with an error; holds its message.
    """
    records = sorted(csv_table.read(table), key=lambda record: not len(record.objects))
    photos, drawn = out / "photos", out / "pi"
    for folder in (photos, drawn):
        shutil.rmtree(str(folder), ignore_errors=True)
    for record in records[:count]:
        files.copy(Path(images) / record.path, photos / "-".join(Path(record.path).parts))
    command = [sys.executable, str(DETECT), str(photos), str(drawn), "--model", str(bundle)]
    ended = subprocess.run(
        [*command, "--threshold", str(threshold), "--headless"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
    )
    if ended.returncode:
        message = ended.stderr.strip() or f"exit {ended.returncode}"
        raise JobFailed(f"pi/detect.py: {message}")
    return DetectedImages(drawn)

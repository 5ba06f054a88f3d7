"""``detect.py`` with a detector that sees one object walk to and fro, twice in four seconds.

``walking_detection.py ARGUMENT...``: the object is of the model's first class.
"""

import math
import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "pi"))
os.environ.update(OPENCV_LOG_LEVEL="OFF", OPENCV_FFMPEG_LOGLEVEL="-8")

from detection import command_line, detector, program  # noqa: E402
from detection.device.leaving import leave  # noqa: E402
from detection.structures import Detection  # noqa: E402


def walk(self, image, threshold=None):
    """Stands for ``Detector.detect``."""
    height, width = image.shape[:2]
    middle = width * (0.5 - 0.35 * math.cos(math.pi * time.time()))
    half = width / 12
    box = (middle - half, 0.4 * height, middle + half, 0.7 * height)
    return [Detection(self.labels[0], 0.87, box)]


if __name__ == "__main__":
    detector.Detector.detect = walk
    leave(lambda: command_line.main(program.run, None, Path("model"), sys.argv[1:]))

#!/usr/bin/env python3
"""Finds objects in images, videos and camera images with the model beside this file.

python3 detect.py photo.jpg annotated.jpg
python3 detect.py photos/ annotated/ --json > detections.jsonl
python3 detect.py clip.mp4 annotated.mp4 --threshold 0.5
python3 detect.py 0                          the first camera, in a window
python3 detect.py --self-test                does this device find what it should?
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

# OpenCV reads these while it is imported. Its errors reach us as return values.
os.environ.setdefault("OPENCV_LOG_LEVEL", "OFF")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")

try:
    from detection import command_line, program
except ImportError as missing:
    sys.exit(
        f"detect.py: {missing}; for cv2 and numpy: sudo apt install python3-opencv;"
        " for a file of ours: copy the whole folder again"
    )

MODEL = Path(__file__).resolve().parent / "model"

if __name__ == "__main__":
    sys.exit(command_line.main(program.run, __doc__, MODEL))

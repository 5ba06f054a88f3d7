#!/usr/bin/env python3
"""Finds objects in images, videos and camera images with the model beside this file.

python3 detect.py photo.jpg annotated.jpg
python3 detect.py photos/ annotated/ --json > detections.jsonl
python3 detect.py clip.mp4 annotated.mp4 --threshold 0.5
python3 detect.py 0                          the first camera, in a window
python3 detect.py --self-test                does this device find what it should?
"""

import os
import sys

# What follows is no Python 2, nor are the modules that it imports.
if sys.version_info < (3, 7):
    version = sys.version.split()[0]
    sys.exit("detect.py: Python " + version + ", expected 3.9 or newer; start it with python3")

from pathlib import Path

# OpenCV reads these while it is imported. Its errors reach us as return values.
os.environ.setdefault("OPENCV_LOG_LEVEL", "OFF")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")

try:
    from detection.device.silence_stderr import silence_stderr
    from detection.errors import import_message
except ImportError as missing:
    sys.exit("detect.py: " + str(missing) + "; copy the whole folder again")
try:
    # numpy 2 prints a page about an OpenCV that was built for numpy 1.
    with silence_stderr():
        from detection import command_line, program
        from detection.device.leaving import leave
    from detection.device.silence_stderr import keep_own_messages
except ImportError as missing:
    sys.exit("detect.py: " + import_message(missing))

MODEL = Path(__file__).resolve().parent / "model"

if __name__ == "__main__":
    keep_own_messages()
    leave(lambda: command_line.main(program.run, __doc__, MODEL))

"""Prints what ``detect.py`` reads of files, a JSON object each.

A program for any Python with numpy and cv2: ``python read_files_loop.py FILE...``. OpenCV is
imported as ``detect.py`` does it.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "pi"))

import cv2  # noqa: E402, I001

import detect  # noqa: E402, F401
from detection.errors import InputError  # noqa: E402
from detection.sources.opening import open_sources  # noqa: E402


def read(path):
    """What a file gives: frames and their times, corners of the first, and errors."""
    errors = []
    try:
        frames = list(open_sources([path]).frames(errors.append))
    except InputError as error:
        frames, errors = [], [error]
    first = frames[0].image if frames else None
    return {
        "opencv": cv2.__version__,
        "frames": len(frames),
        "size": frames[0].size if frames else None,
        "shape": None if first is None else first.shape,
        "quarters": None
        if first is None
        else cv2.resize(first, (2, 2), interpolation=cv2.INTER_AREA).tolist(),
        "last": frames[-1].stream_time if frames else None,
        "errors": [str(error).rpartition("/")[2] for error in errors],
    }


for name in sys.argv[1:]:
    print(json.dumps(read(name)))

#!/usr/bin/env python3
"""Finds objects in images, videos and camera images with the model beside this file.

python3 detect.py photo.jpg annotated.jpg
python3 detect.py photos/ annotated/ --json > detections.jsonl
python3 detect.py clip.mp4 annotated.mp4 --threshold 0.5
python3 detect.py 0                          the first camera, in a window
python3 detect.py --self-test                does this device find what it should?
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from pathlib import Path

# OpenCV reads these while it is imported. Its errors reach us as return values.
os.environ.setdefault("OPENCV_LOG_LEVEL", "OFF")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")

try:
    from detection import command_line, self_test
    from detection.detector import load
    from detection.output_selection import check_output, choose_sinks
    from detection.sinks import WindowClosed
    from detection.sources import open_source
except ImportError as missing:
    sys.exit(
        f"detect.py: {missing}; for cv2 and numpy: sudo apt install python3-opencv;"
        " for a file of ours: copy the whole folder again"
    )

MODEL = Path(__file__).resolve().parent / "model"


def detect(options: argparse.Namespace) -> int:
    """Detects objects in every frame of the source; returns the exit code."""
    if options.self_test:
        return self_test.run(options.model, options.backend)
    errors = command_line.ErrorLog()
    with contextlib.ExitStack() as stack:
        source = stack.enter_context(contextlib.closing(open_source(options.source)))
        if options.output is not None:
            check_output(options.output, source)
        detector = load(options.model, options.backend)
        sinks = [
            stack.enter_context(sink)
            for sink in choose_sinks(
                options.output, source, detector.labels, options.json, options.headless
            )
        ]
        with source.interruptible(), contextlib.suppress(WindowClosed):
            for frame in source.frames(errors.report):
                detections = detector.detect(frame.image, options.threshold)
                for sink in sinks:
                    sink.write(frame, detections)
    return errors.exit_code


if __name__ == "__main__":
    sys.exit(command_line.main(detect, __doc__, MODEL))

#!/usr/bin/env python3
"""Finds objects in images, videos and camera images with the model beside this file.

python3 detect.py photo.jpg annotated.jpg
python3 detect.py photos/ annotated/ --json > detections.jsonl
python3 detect.py clip.mp4 annotated.mp4 --threshold 0.5
python3 detect.py 0                          the first camera, in a window
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import sys
from pathlib import Path
from typing import List, Optional

# OpenCV reads these while it is imported. What it has to say reaches us as return values.
os.environ.setdefault("OPENCV_LOG_LEVEL", "OFF")
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")

try:
    from detector import BACKENDS, Detector, load
    from errors import InputError, UsageError, one_line
    from outputs import Source, check_output, choose_sinks
    from sinks import Closed, Sink
    from sources import open_source
except ImportError as missing:
    sys.exit(
        f"detect.py: {missing}; for cv2 and numpy: sudo apt install python3-opencv;"
        " for a file of ours: copy the whole folder again"
    )

_STOPPED = 130


def main(arguments: Optional[List[str]] = None) -> int:
    """Runs the command line.

    Args:
        arguments: What follows the program's name; None takes the process's own.

    Returns:
        0; 1 when the model, the source or a file is bad; 130 when stopped by Ctrl-C. Wrong usage
        leaves by way of ``SystemExit(2)``.
    """
    logging.basicConfig(format="detect.py: %(message)s")
    # A class name or file name may hold letters that the terminal's encoding lacks.
    sys.stdout.reconfigure(errors="replace")
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return _run(options)
    except UsageError as error:
        parser.error(str(error))
    except InputError as error:
        print(f"detect.py: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever read our output has left; Python would complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        # A path of forbidden length or in a locked folder, or a full disk behind standard output.
        print(
            f"detect.py: {one_line(error)}; check the path, its rights and the free space",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("detect.py: stopped", file=sys.stderr)
        return _STOPPED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="detect.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="an image, a folder of images, a video, a camera's number, or an"
        " rtsp:// or http:// stream",
    )
    parser.add_argument(
        "output",
        metavar="OUTPUT",
        nargs="?",
        help="an image, a folder or a video to write with the boxes drawn;"
        " without it: a window, or lines of text where there is no display",
    )
    parser.add_argument(
        "--model",
        type=Path,
        metavar="DIR",
        default=Path(__file__).resolve().parent / "model",
        help="the model folder (default: model/ beside detect.py)",
    )
    parser.add_argument(
        "--backend",
        choices=BACKENDS,
        default="auto",
        help="auto: tflite where it is installed, else opencv (default)",
    )
    parser.add_argument(
        "--threshold",
        type=_share,
        default=0.6,
        metavar="SCORE",
        help="lowest score to report, 0 to 1 (default: 0.6)",
    )
    parser.add_argument("--headless", action="store_true", help="never open a window")
    parser.add_argument(
        "--json", action="store_true", help="one JSON object an image or frame on standard output"
    )
    return parser


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise argparse.ArgumentTypeError(f"expected a number from 0 to 1, got {text}")
    return value


def _run(options: argparse.Namespace) -> int:
    with contextlib.closing(open_source(options.source)) as source:
        if options.output is not None:
            check_output(options.output, source)
        detector = load(options.model, options.backend)
        with contextlib.ExitStack() as stack:
            chosen = choose_sinks(
                options.output, source, detector.labels, options.json, options.headless
            )
            sinks = [stack.enter_context(sink) for sink in chosen]
            return _detect(source, detector, sinks, options.threshold)


def _detect(source: Source, detector: Detector, sinks: List[Sink], threshold: float) -> int:
    """Looks at every frame; returns 1 where an image could not be read, else 0."""
    unreadable = []

    def report(error: InputError) -> None:
        unreadable.append(error)
        print(f"detect.py: {error}", file=sys.stderr)

    try:
        for frame in source.frames(report):
            detections = detector.detect(frame.image, threshold)
            for sink in sinks:
                sink.write(frame, detections)
    except Closed:
        pass
    except KeyboardInterrupt:
        # Ctrl-C is how one ends a recording from a camera; half a file is of no use.
        if source.kind != "live":
            raise
    return 1 if unreadable else 0


if __name__ == "__main__":
    sys.exit(main())

"""Where frames come from, on the command line."""

from __future__ import annotations

import argparse
import math
from typing import Tuple

from ..sources.live import CameraOptions, LiveOptions


def add(parser: argparse.ArgumentParser) -> None:
    """Adds ``source``, a list, and how a camera or stream is read.

    Args:
        parser: Of the command line.
    """
    parser.add_argument(
        "source",
        metavar="SOURCE",
        nargs="*",
        help="images, folders of images and videos, as many as you like; or one of these: a"
        " camera's number or device, picamera, an rtsp://, http://, tcp:// or udp:// stream,"
        " - for standard input",
    )
    live = parser.add_argument_group("cameras and streams")
    live.add_argument(
        "--give-up",
        type=_seconds,
        metavar="SECONDS",
        help="end with exit code 1 when a camera or stream has been away for so long (default:"
        " open it again until it is back)",
    )
    live.add_argument(
        "--stall",
        type=_seconds,
        metavar="SECONDS",
        default=LiveOptions().stall,
        help="a camera or stream that gives no image for so long is opened again (default:"
        " %(default)g)",
    )
    live.add_argument(
        "--every-frame",
        action="store_true",
        help="leave out no frame of a camera or stream, however old it gets (default: the newest"
        " frame each time)",
    )
    live.add_argument(
        "--camera-size", type=_size, metavar="WxH", help="width and height to ask a camera for"
    )
    live.add_argument(
        "--camera-rate", type=_seconds, metavar="N", help="frames a second to ask a camera for"
    )
    live.add_argument(
        "--camera-format",
        type=_format,
        metavar="MJPG",
        help="pixel format to ask a camera for, such as MJPG or YUYV; v4l2-ctl --list-formats-ext"
        " lists what it has",
    )


def live_options(options: argparse.Namespace) -> LiveOptions:
    """Returns how a camera or stream is read.

    Args:
        options: With what ``add`` adds.
    """
    return LiveOptions(options.give_up, options.stall, options.every_frame)


def camera_options(options: argparse.Namespace) -> CameraOptions:
    """Returns what is asked of a camera.

    Args:
        options: With what ``add`` adds.
    """
    return CameraOptions(options.camera_size, options.camera_rate, options.camera_format)


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number > 0):
        raise argparse.ArgumentTypeError(f"expected a number above 0, got {text}")
    return number


def _size(text: str) -> Tuple[int, int]:
    width, _, height = text.lower().partition("x")
    if not (width.isdigit() and height.isdigit() and int(width) and int(height)):
        raise argparse.ArgumentTypeError(f"expected a size such as 1280x720, got {text}")
    return int(width), int(height)


def _format(text: str) -> str:
    if len(text) != 4 or not text.isascii():
        raise argparse.ArgumentTypeError(f"expected four letters such as MJPG, got {text}")
    return text.upper()

"""Whether a window can be opened: OpenCV's Qt ends the whole process where it cannot."""

from __future__ import annotations

import os
import sys
from typing import Optional

_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY")
_TRY = "import cv2; cv2.namedWindow('detect.py', cv2.WINDOW_NORMAL); cv2.waitKey(1)"
_PATIENCE = 10.0  # seconds; a display behind a dead SSH connection answers never


def unavailable_reason() -> Optional[str]:
    """Tells why no window can be opened.

    A child process opens one first: what it needs (X11 or Wayland, rights, a plugin of Qt) differs
    from build to build, and where something lacks, Qt calls ``abort``.

    Returns:
        None where a window can be opened; "" where nobody asked for one, as over SSH; else the
        reason.
    """
    named = [f"{name}={os.environ[name]}" for name in _DISPLAYS if os.environ.get(name)]
    if sys.platform == "linux" and not named:
        return ""
    import subprocess  # takes long to load, and most runs have no display

    shown = f"the display {' '.join(named)}" if named else "the display"
    try:
        tried = subprocess.run(
            [sys.executable, "-c", _TRY],
            cwd="/",  # so that no file of the user's is imported
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            timeout=_PATIENCE,
        )
    except subprocess.TimeoutExpired:
        return f"{shown} does not answer"
    if tried.returncode == 0:
        return None
    if b"cv2.error" in tried.stderr:
        return "this OpenCV was built without windows (Debian's python3-opencv has them)"
    return f"{shown} cannot be opened by this OpenCV"

"""A window on the screen."""

from __future__ import annotations

from typing import Optional

import cv2

from ..drawing import Painter
from ..images import to_bgr
from ..structures import Result
from .sink import Sink, WindowClosed

_WINDOW = "detect.py (q quits)"
_ESCAPE = 27


class Window(Sink):
    """Shows each frame with its boxes; an image stays until a key is pressed."""

    def __init__(self, painter: Painter) -> None:
        """Opens the window.

        Raises:
            cv2.error: This OpenCV was built without windows.
        """
        self._painter = painter
        cv2.namedWindow(_WINDOW, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO)

    def write(self, result: Result) -> None:
        """Shows the frame; raises ``WindowClosed`` when the user closes the window or presses q."""
        cv2.imshow(_WINDOW, to_bgr(self._painter.paint(result)))
        while True:
            key = cv2.waitKey(1 if result.frame.number else 50)
            closed = cv2.getWindowProperty(_WINDOW, cv2.WND_PROP_VISIBLE) < 1
            if key in (ord("q"), _ESCAPE) or closed:
                raise WindowClosed()
            if result.frame.number or key >= 0:
                return

    def close(self, error: Optional[BaseException]) -> None:
        """Closes the window."""
        cv2.destroyAllWindows()

"""The part of a photo that the canvas shows, and where a point of one is on the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Sequence, Tuple

import numpy as np

LARGEST_PIXEL = 16.0  # to how many pixels of the canvas one of the photo is enlarged at most


@dataclass(frozen=True)
class View:
    """A region of a photo on a canvas of fixed size; both have the same aspect ratio.

    Attributes:
        photo: width and height of the photo, pixels.
        canvas: width and height of the canvas, pixels.
        zoom: how much larger than in the view of the whole photo everything is; 1 is the whole.
        left: where the region begins, pixels of the photo.
        top: the same.
    """

    photo: Tuple[int, int]
    canvas: Tuple[int, int]
    zoom: float = 1.0
    left: float = 0.0
    top: float = 0.0

    @property
    def scale(self) -> np.ndarray:
        """Pixels of the canvas to one of the photo, across and down."""
        return np.array(self.canvas) * self.zoom / np.array(self.photo)

    @property
    def region(self) -> Tuple[float, float, float, float]:
        """``(x_min, y_min, x_max, y_max)`` of what is shown, pixels of the photo."""
        width, height = (length / self.zoom for length in self.photo)
        return self.left, self.top, self.left + width, self.top + height

    @property
    def largest_zoom(self) -> float:
        """The zoom at which a pixel of the photo is as large as it may become."""
        return max(1.0, LARGEST_PIXEL * self.photo[0] / self.canvas[0])

    def to_canvas(self, points: Sequence[Sequence[float]]) -> np.ndarray:
        """Points of the photo on the canvas.

        Args:
            points: (n, 2), x and y in pixels of the photo.

        Returns:
            float (n, 2), pixels of the canvas; outside of it where the view leaves them out.
        """
        return (np.asarray(points, float) - (self.left, self.top)) * self.scale

    def to_photo(self, points: Sequence[Sequence[float]]) -> np.ndarray:
        """Points of the canvas on the photo; the inverse of :meth:`to_canvas`."""
        return np.asarray(points, float) / self.scale + (self.left, self.top)

    def zoomed(self, factor: float, at: Tuple[float, float]) -> View:
        """A view in which a point of the canvas stays where it is.

        Args:
            factor: above 1 enlarges.
            at: x and y of the point, pixels of the canvas.
        """
        zoom = min(max(self.zoom * factor, 1.0), self.largest_zoom)
        left, top = self.to_photo([at])[0] - np.array(at) / (self.scale * zoom / self.zoom)
        return self._inside(zoom, left, top)

    def moved(self, right: float, down: float) -> View:
        """The view of a region beside this one, as far as the photo reaches.

        Args:
            right: pixels of the canvas.
            down: the same.
        """
        left, top = self.to_photo([(right, down)])[0]
        return self._inside(self.zoom, left, top)

    def around(self, first: Tuple[float, float], second: Tuple[float, float]) -> View:
        """A view of the rectangle between two points of the canvas, as large as it fits.

        Args:
            first: a corner, pixels of the canvas.
            second: the opposite one.
        """
        corners = np.clip(np.sort([first, second], axis=0), 0, self.canvas)
        share = ((corners[1] - corners[0]) / self.canvas).max()
        zoom = min(self.zoom / max(share, 1e-6), self.largest_zoom)
        center = self.to_photo([corners.mean(axis=0)])[0]
        left, top = center - np.array(self.photo) / zoom / 2
        return self._inside(zoom, left, top)

    def _inside(self, zoom: float, left: float, top: float) -> View:
        width, height = (length - length / zoom for length in self.photo)
        left, top = min(max(float(left), 0.0), width), min(max(float(top), 0.0), height)
        return replace(self, zoom=float(zoom), left=left, top=top)

"""Keeps an image of what appears, under a quota of the disk."""

from __future__ import annotations

import datetime
import logging
import re
from collections import deque
from pathlib import Path
from typing import Deque, Tuple

from ..drawing import Painter
from ..errors import InputError, reason_and_remedy, reason_of
from ..images import SUFFIXES, write_image
from ..output_marker import is_ours
from ..structures import Result
from .cooldown import Cooldown
from .leftovers import remove_images
from .sink import Sink

_LOG = logging.getLogger(__name__)

# 20260301-123000-250_cup.jpg: sorted by name is sorted by time.
_NAME = re.compile(r"\d{8}-\d{6}-\d{3}_.*\.jpg")


class Snapshots(Sink):
    """Writes the frame with its boxes when a class appears; the oldest go when space is short.

    Only files of ours are ever deleted: by name, and by the mark in them.
    """

    def __init__(self, folder: Path, painter: Painter, cooldown: float, quota: int) -> None:
        """Creates the folder.

        Args:
            folder: Of the images.
            painter: Draws the results.
            cooldown: Seconds in which a class gets one image.
            quota: Bytes that the images may take.

        Raises:
            InputError: The folder cannot be made or read.
        """
        self._folder = folder
        self._painter = painter
        self._cooldown = Cooldown(cooldown)
        self._quota = quota
        self._failed = False
        try:
            folder.mkdir(parents=True, exist_ok=True)
            remove_images(folder, SUFFIXES)
            self._kept: Deque[Tuple[Path, int]] = deque(
                (path, path.stat().st_size)
                for path in sorted(folder.iterdir())
                if _NAME.fullmatch(path.name) and path.is_file() and is_ours(path)
            )
        except OSError as error:
            raise InputError(
                f"{folder}: cannot be used for snapshots"
                f" {reason_and_remedy(error, 'choose another folder')}"
            ) from None
        self._size = sum(size for _, size in self._kept)

    def write(self, result: Result) -> None:
        """Writes one image where a class is due, however many are.

        A disk that is full or gone is told once: detection goes on.
        """
        labels = self._cooldown.due(result)
        if not labels:
            return
        moment = datetime.datetime.fromtimestamp(result.frame.time)
        names = "-".join(re.sub(r"\W+", "_", label) for label in labels)[:100]
        stamp = moment.strftime("%Y%m%d-%H%M%S-") + f"{moment.microsecond // 1000:03d}"
        path = self._folder / f"{stamp}_{names}.jpg"
        try:
            write_image(path, self._painter.paint(result), sign=True)
            self._kept.append((path, path.stat().st_size))
            self._size += self._kept[-1][1]
            self._remove_oldest()
            self._failed = False
        except (InputError, OSError) as error:
            if not self._failed:
                _LOG.warning("no snapshot: %s", reason_of(error))
            self._failed = True

    def _remove_oldest(self) -> None:
        while self._size > self._quota and len(self._kept) > 1:
            path, size = self._kept[0]
            if path.exists():  # else somebody has taken it away
                path.unlink()
            self._kept.popleft()
            self._size -= size

"""Keeps the images that the model is least sure of, for the next training."""

from __future__ import annotations

import contextlib
import queue
import re
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Callable, List, NamedTuple, Optional, Sequence, Tuple, Type

import numpy as np

from ..errors import InputError, reason_and_remedy, reason_of
from ..images import replacing, write_image
from ..structures import Detection, Frame
from ..watch.uncertainty import is_like_any, thumbnail, uncertainty
from .draft_xml import Draft, as_xml, read_draft

# Below this the model is sure enough: one detection of 0.9 or 0.1 gives 0.04.
_LEAST = 0.1
_INTERVAL = 1.0  # seconds between two images of a video, camera or stream
_WAITING = 2  # images that wait to be written


class _Write(NamedTuple):
    """An image to write, and the name of one to remove for it."""

    image: np.ndarray
    draft: Draft
    removed: Optional[str]


class Collector:
    """Collects images in ``img/`` of a folder, with drafts of their annotations in ``drafts/``.

    Only what lies there with a draft of ours is ever removed. Writing happens in a thread of its
    own; where that is slow, images are left out.
    """

    def __init__(
        self, folder: Path, limit: int, threshold: float, say: Callable[[str], None]
    ) -> None:
        """Reads what was collected before.

        Args:
            folder: Made where it does not exist.
            limit: How many images are kept, at most.
            threshold: Lowest score of a draft.
            say: Is given a line when nothing can be written any more.

        Raises:
            InputError: The folder cannot be made.
        """
        self._images, self._drafts = folder / "img", folder / "drafts"
        try:
            for part in (self._images, self._drafts):
                part.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(
                f"{folder}: cannot be made a folder {reason_and_remedy(error, 'choose another')}"
            ) from None
        self._limit, self._threshold, self._say = limit, threshold, say
        self._kept = _kept_before(self._drafts, self._images)
        self._last: Optional[Tuple[str, float]] = None
        self._queue: queue.Queue[Optional[_Write]] = queue.Queue(_WAITING)
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._failed = False

    def __enter__(self) -> Collector:
        self._thread.start()
        return self

    def __exit__(
        self,
        error_type: Optional[Type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        """Waits until what was taken is written."""
        self._queue.put(None)
        self._thread.join()

    def offer(self, frame: Frame, detections: Sequence[Detection]) -> None:
        """Keeps the frame where the model is unsure of it and it is new.

        Args:
            frame: Of the source.
            detections: With a score of ``MIN_SCORE`` of :mod:`..watch.uncertainty` or more.
        """
        if self._failed or self._queue.full() or self._is_too_early(frame):
            return
        unsure = uncertainty(detections)
        full = len(self._kept) >= self._limit
        if unsure < _LEAST or (full and unsure <= self._kept[-1].uncertainty):
            return
        # As it will be stored, so that it is compared as it will be after a new start.
        seen = np.round(thumbnail(frame.image)).astype(np.float32)
        drafts = [one for one in detections if one.score >= self._threshold]
        before = [(kept.thumbnail, kept.detections) for kept in self._kept]
        if is_like_any((seen, drafts), before):
            return
        self._last = (frame.name, frame.stream_time or 0.0)
        height, width = frame.image.shape[:2]
        draft = Draft(self._free_name(frame), (width, height), drafts, unsure, seen)
        removed = self._kept.pop().name if full else None
        self._kept.append(draft)
        self._kept.sort(key=_least_sure_first)
        self._queue.put(_Write(frame.image, draft, removed))

    def _is_too_early(self, frame: Frame) -> bool:
        if frame.stream_time is None or self._last is None or self._last[0] != frame.name:
            return False
        return 0 <= frame.stream_time - self._last[1] < _INTERVAL

    def _free_name(self, frame: Frame) -> str:
        """A name that no other image has, here or beside the photos at home."""
        moment = time.strftime("%Y%m%d-%H%M%S", time.localtime(frame.time))
        number = "" if frame.number is None else f"_{frame.number:06d}"
        stem = f"{re.sub(r'[^A-Za-z0-9-]+', '_', Path(frame.name).stem)}_{moment}{number}"
        taken = {kept.name for kept in self._kept}
        name, index = f"{stem}.jpg", 1
        while name in taken or (self._images / name).exists():
            index += 1
            name = f"{stem}_{index}.jpg"
        return name

    def _work(self) -> None:
        for write in iter(self._queue.get, None):
            if self._failed:
                continue
            try:
                self._store(write)
            except (InputError, OSError) as error:
                self._failed = True
                self._say(f"nothing is collected any more: {reason_of(error)}")

    def _store(self, write: _Write) -> None:
        if write.removed is not None:
            self._remove(write.removed)
        write_image(self._images / write.draft.name, write.image)
        with replacing(self._xml_of(write.draft.name)) as part:
            part.write_text(as_xml(write.draft), encoding="utf-8")

    def _remove(self, name: str) -> None:
        """Removes an image with its draft, unless a person has saved that as an annotation."""
        xml = self._xml_of(name)
        if read_draft(xml) is None:
            return
        for path in (xml, self._images / name):
            with contextlib.suppress(FileNotFoundError):
                path.unlink()

    def _xml_of(self, name: str) -> Path:
        return self._drafts / f"{Path(name).stem}.xml"


def _kept_before(drafts: Path, images: Path) -> List[Draft]:
    read = (read_draft(path) for path in sorted(drafts.glob("*.xml")))
    kept = [draft for draft in read if draft is not None and (images / draft.name).is_file()]
    return sorted(kept, key=_least_sure_first)


def _least_sure_first(draft: Draft) -> float:
    return -draft.uncertainty

"""The tracks of CVAT's XML for videos: which image is which frame, and what is on it."""

from __future__ import annotations

import bisect
import re
from pathlib import Path
from typing import Dict, Iterator, List, Optional
from xml.etree.ElementTree import Element

from helpers.annotations import numbers
from helpers.annotations.collector import Collector
from helpers.annotations.formats import cvat_shapes
from helpers.annotations.formats.cvat_shapes import KEY, SHAPES
from helpers.annotations.formats.drawn_objects import DrawnImage, DrawnObject
from helpers.annotations.text_io import shown
from helpers.structures.errors import BadInput

_NUMBER_AT_END = re.compile(r"(\d+)\.[^./]+$")


def images(path: Path, root: Element, collector: Collector) -> List[DrawnImage]:
    """The images that are frames of a file's tracks.

    Args:
        path: the XML file.
        root: its outermost element.
        collector: that has the images, and takes the findings.

    Raises:
        BadInput: there are tracks, and the images' names do not tell which frame each is.
    """
    tracks = root.findall("track")
    if not tracks:
        return []
    frames = _Frames(path, _images_by_frame(path, collector, _first_frame(root)), collector)
    for track in tracks:
        frames.add(track)
    size = [root.findtext(f".//original_size/{name}") for name in ("width", "height")]
    return list(frames.images(*size))


class _Frames:
    """The objects of a file's tracks, by frame."""

    def __init__(self, path: Path, by_frame: Dict[int, str], collector: Collector) -> None:
        self._path, self._collector, self._by_frame = path, collector, by_frame
        self._known = sorted(by_frame)
        self._objects: Dict[int, List[DrawnObject]] = {}

    def add(self, track: Element) -> None:
        """Adds the objects of a track; those outside the image are none.

        CVAT writes every frame of a track. A frame without box between others is a finding, since
        the object is there all the same.
        """
        last = None
        for element in track:
            frame = numbers.number(element.get("frame"))
            if element.tag not in SHAPES or frame is None:
                continue
            if last is not None:
                self._note_gap(track, last, int(frame))
            last = None if element.get("outside") == "1" else int(frame)
            if last is not None:
                one = cvat_shapes.object_of(element, track.get("label", ""))
                self._objects.setdefault(last, []).append(one)

    def _note_gap(self, track: Element, low: int, high: int) -> None:
        number = bisect.bisect_right(self._known, low)
        if number < len(self._known) and self._known[number] < high:
            frame = self._known[number]
            self._collector.note(
                "annotation-broken-file",
                self._by_frame[frame],
                f"{self._path}: track {track.get('id')} has boxes at the frames {low} and {high}, "
                f"and none at {frame}",
            )

    def images(self, width: Optional[str], height: Optional[str]) -> Iterator[DrawnImage]:
        """The images of the frames; a finding for the frames that have none.

        Args:
            width: of the video, as written.
            height: of the video, as written.
        """
        for frame in sorted(set(self._objects) & set(self._by_frame)):
            place, image = f"{self._path}, frame {frame}", self._by_frame[frame]
            taken = self._collector.take(place, image, width, height)
            if taken is not None:
                extra = {KEY: {"attributes": {"id": str(frame)}}}
                yield DrawnImage(self._path, place, *taken, self._objects[frame], extra)
        absent = sorted(set(self._objects) - set(self._by_frame))
        if absent:
            text = f"{self._path}: no image of {len(absent)} frames ({shown(absent)})"
            self._collector.note("annotation-without-image", self._path, text)


def _first_frame(root: Element) -> int:
    """The number of the first frame that was annotated."""
    return int(numbers.number(root.findtext(".//start_frame")) or 0)


def _images_by_frame(path: Path, collector: Collector, first: int) -> Dict[int, str]:
    """Images by the number that their names end in.

    Programs that take a video apart number from 1 where they are not told otherwise: a box would
    then be on the image before its own. So images from 1 are no frames from 0.
    """
    by_frame: Dict[int, str] = {}
    for image in collector.images.paths:
        number = _NUMBER_AT_END.search(image)
        if number is None:
            continue
        other = by_frame.setdefault(int(number.group(1)), image)
        if other != image:
            raise BadInput.of(
                path,
                f"tracks, and {other} and {image}, which end in the same number",
                "images of one video, each named by its frame",
                "Give the folder of that video's frames alone.",
            )
    if by_frame and min(by_frame) == first + 1:
        raise BadInput.of(
            path,
            f"frames from {first}, and images from {first + 1}",
            "both from the same number: it cannot be told whether the images are one off",
            "Export from CVAT with the images, or number the frames from 0 (ffmpeg "
            "-start_number 0).",
        )
    return by_frame

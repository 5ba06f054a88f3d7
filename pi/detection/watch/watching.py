"""Between the detector and the sinks: what of the detections is reported, numbered and counted."""

from __future__ import annotations

import logging
from typing import Dict, List, Mapping, Optional, Sequence, Tuple

import numpy as np

from ..structures import Detection, Frame, Overlay, Result, Zone
from .geometry import anchor_of, is_inside
from .line_counting import Crossing, LineCounter
from .plan import WatchPlan
from .tracking import Tracker, Tracks

_LOG = logging.getLogger(__name__)

# An object that is tracked already may have this share of the score that others must have.
_UNSURE = 0.5
# How far beyond a line is beyond it for sure, in shares of the shorter side of the box.
_MARGIN = 0.1


class Watch:
    """Applies a plan to frame after frame.

    Attributes:
        lowest: The score from which the detector must report detections.
        overlay: What is drawn on every frame.
    """

    def __init__(self, plan: WatchPlan, threshold: float) -> None:
        """Starts with nothing tracked or counted.

        Args:
            plan: What is asked for.
            threshold: Lowest score of the classes that the plan does not name.
        """
        self.overlay = Overlay(plan.zones, plan.masks, plan.lines)
        self._plan, self._threshold = plan, threshold
        reported = min([threshold, *plan.thresholds.values()])
        self.lowest = reported * _UNSURE if plan.tracks else reported
        self._tracker = Tracker(plan.lost_after)
        self._counters = {line.name: LineCounter(line) for line in plan.lines}
        self._counts: Mapping[str, Mapping[str, int]] = self._counted()
        self._last: Optional[Tuple[str, int]] = None
        self._told_about_images = False

    def apply(self, frame: Frame, detections: Sequence[Detection]) -> Result:
        """Makes the result of a frame; frames come in order.

        Args:
            frame: Of the source.
            detections: With a score of ``lowest`` or more, highest first.

        Returns:
            The detections that are reported, with numbers and zones, and what has been counted.
        """
        height, width = frame.image.shape[:2]
        kept = [one for one in detections if self._is_possible(one, width, height)]
        if self._plan.tracks:
            kept = self._numbered(frame, kept)
        shown = (self._placed(one, width, height) for one in kept if self._is_sure(one))
        return Result(frame, tuple(one for one in shown if one is not None), self._counts)

    def _is_sure(self, detection: Detection) -> bool:
        return detection.score >= self._plan.thresholds.get(detection.label, self._threshold)

    def _is_possible(self, detection: Detection, width: int, height: int) -> bool:
        """Whether a detection is large enough, in no mask, and not too unsure to be tracked."""
        x_min, y_min, x_max, y_max = detection.box
        least_width, least_height = self._plan.min_size
        if x_max - x_min < least_width * width or y_max - y_min < least_height * height:
            return False
        lowest = self._plan.thresholds.get(detection.label, self._threshold)
        if detection.score < lowest * (_UNSURE if self._plan.tracks else 1):
            return False
        return not self._zones_of(detection, width, height, self.overlay.masks)

    def _placed(self, detection: Detection, width: int, height: int) -> Optional[Detection]:
        """The detection with its zones; None where it is outside all of them."""
        if not self.overlay.zones:
            return detection
        zones = self._zones_of(detection, width, height, self.overlay.zones)
        return detection._replace(zones=zones) if zones else None

    def _zones_of(
        self, detection: Detection, width: int, height: int, zones: Sequence[Zone]
    ) -> Tuple[str, ...]:
        if not zones:
            return ()
        x, y = anchor_of(detection.box, self._plan.anchor)
        point = (x / width, y / height)
        return tuple(
            zone.name
            for zone in zones
            if (not zone.classes or detection.label in zone.classes)
            and is_inside(point, zone.polygon)
        )

    def _numbered(self, frame: Frame, detections: List[Detection]) -> List[Detection]:
        """The detections with the numbers of their objects; what has crossed a line is counted."""
        if frame.number is None:
            if not self._told_about_images:
                _LOG.warning(
                    "%s: an image, so nothing is tracked or counted on it; take a video, a camera"
                    " or a stream",
                    frame.name,
                )
            self._told_about_images = True
            return detections
        if self._last is None or frame.name != self._last[0] or frame.number <= self._last[1]:
            self._tracker.restart()
        self._last = (frame.name, frame.number)
        boxes = np.array([one.box for one in detections], float).reshape(-1, 4)
        sure = np.array([self._is_sure(one) for one in detections], bool)
        labels = [one.label for one in detections]
        seconds = frame.number / 25 if frame.stream_time is None else frame.stream_time
        numbers = self._tracker.update(boxes, labels, sure, seconds).tolist()
        if self._counters:
            self._count(self._tracker.tracks(), frame)
        return [one._replace(track=number or None) for one, number in zip(detections, numbers)]

    def _count(self, tracks: Tracks, frame: Frame) -> None:
        height, width = frame.image.shape[:2]
        objects = []
        for index in np.flatnonzero(tracks.seen):
            x_min, y_min, x_max, y_max = box = tracks.boxes[index].tolist()
            margin = _MARGIN * min(x_max - x_min, y_max - y_min)
            point = anchor_of(box, self._plan.anchor)
            objects.append(Crossing(int(tracks.ids[index]), tracks.labels[index], point, margin))
        present = dict.fromkeys(tracks.ids.tolist())
        crossed = False
        for counter in self._counters.values():
            crossed = bool(counter.update(objects, width, height)) or crossed
            counter.keep(present)
        if crossed:
            # A new one: sinks may still hold the result of a frame before.
            self._counts = self._counted()

    def _counted(self) -> Dict[str, Dict[str, int]]:
        return {name: counter.counts() for name, counter in self._counters.items()}

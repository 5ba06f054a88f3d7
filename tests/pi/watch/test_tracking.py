"""Numbers stay with their objects."""

import time

import numpy as np
import pytest
from pi_scenes import Mover, scene, walk

from detection.watch.tracking import Tracker

BOX = np.array([[100.0, 100.0, 160.0, 200.0]])
SURE = np.array([True])


def followed(movers, duration, rate, **options):
    """The numbers that each mover had, in order and without repetition."""
    tracker, numbers = Tracker(), {}
    for frame, detections, movers_seen in scene(movers, duration, rate, **options):
        boxes = np.array([one.box for one in detections]).reshape(-1, 4)
        labels = [one.label for one in detections]
        sure = np.ones(len(labels), bool)
        for number, mover in zip(
            tracker.update(boxes, labels, sure, frame.stream_time), movers_seen
        ):
            had = numbers.setdefault(mover, [])
            if had[-1:] != [number]:
                had.append(int(number))
    return numbers


@pytest.mark.parametrize("rate", [5, 25], ids=["5 frames a second", "25 frames a second"])
def test_objects_that_pass_each_other_keep_their_numbers(rate):
    movers = [
        Mover(walk((40, 200), (600, 220), 0, 4)),
        Mover(walk((600, 230), (40, 210), 0, 4)),
        Mover(walk((320, 60), (330, 420), 0.5, 4), (30, 30)),
    ]
    numbers = followed(movers, 5, rate, noise=0.02, missed=0.05, seed=3)
    assert all(len(had) == 1 for had in numbers.values()), numbers
    assert len({had[0] for had in numbers.values()}) == 3


def test_an_object_behind_another_comes_back_with_its_number():
    def hidden(seconds):
        center = walk((50, 240), (600, 240), 0, 5)(seconds)
        return None if center is None or 2 <= seconds < 3 else center

    assert followed([Mover(hidden)], 5, 25) == {0: [1]}


def test_an_object_that_is_gone_for_longer_is_a_new_one():
    def gone(seconds):
        return (200, 200) if seconds < 1 or seconds > 4 else None

    assert followed([Mover(gone)], 6, 10) == {0: [1, 2]}


def test_on_rare_frames_objects_are_kept_all_the_same():
    assert followed([Mover(lambda seconds: (200 + seconds, 200))], 30, 0.25) == {0: [1]}


def test_classes_are_kept_apart():
    tracker = Tracker()
    assert tracker.update(BOX, ["cat"], SURE, 0.0).tolist() == [1]
    assert tracker.update(BOX, ["dog"], SURE, 0.1).tolist() == [2]
    assert tracker.update(BOX, ["cat"], SURE, 0.2).tolist() == [1]


def test_unsure_detections_go_on_with_an_object_and_begin_none():
    tracker = Tracker()
    assert tracker.update(BOX, ["cat"], ~SURE, 0.0).tolist() == [0]
    assert tracker.update(BOX, ["cat"], SURE, 0.1).tolist() == [1]
    assert tracker.update(BOX + 3, ["cat"], ~SURE, 0.2).tolist() == [1]
    assert tracker.tracks().hits.tolist() == [2]


def test_times_that_stand_still_or_go_back():
    tracker = Tracker()
    for seconds in (0.0, 0.0, 5.0, 4.0, 4.0):
        assert tracker.update(BOX, ["cat"], SURE, seconds).tolist() == [1]
    assert np.isfinite(tracker.tracks().boxes).all()


def test_no_detections_and_boxes_without_area():
    tracker = Tracker()
    assert tracker.update(np.zeros((0, 4)), [], np.zeros(0, bool), 0.0).tolist() == []
    assert tracker.update(np.full((1, 4), 5.0), ["cat"], SURE, 0.1).tolist() == [1]
    assert np.isfinite(tracker.tracks().boxes).all()


def test_after_a_restart_numbers_go_on():
    tracker = Tracker()
    tracker.update(BOX, ["cat"], SURE, 9.0)
    tracker.restart()
    assert tracker.update(BOX, ["cat"], SURE, 0.0).tolist() == [2]
    assert tracker.tracks().ids.tolist() == [2]


def test_twenty_objects_take_less_than_a_millisecond():
    """The best of many frames: on a busy machine single ones take longer."""
    tracker, random = Tracker(), np.random.RandomState(0)
    corners = random.uniform(0, 900, (20, 2))
    boxes = np.hstack([corners, corners + 60])
    best = np.inf
    for number in range(200):
        started = time.perf_counter()
        tracker.update(boxes + number, ["person"] * 20, np.ones(20, bool), number / 25)
        best = min(best, time.perf_counter() - started)
    assert best < 0.001
    assert tracker.tracks().hits.max() == 200

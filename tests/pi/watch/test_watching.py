"""What is reported of the detections, in which zone, under which number."""

import numpy as np
import pytest
from pi_scenes import HEIGHT, WIDTH, frame

from detection.structures import Detection, Frame, Line, Zone
from detection.watch.plan import WatchPlan
from detection.watch.watching import Watch

LEFT = Zone("left", ((0, 0), (0.5, 0), (0.5, 1), (0, 1)))
LOW = Zone("low", ((0, 0.5), (1, 0.5), (1, 1), (0, 1)))


def cat(x, y, score=0.9, label="cat", size=(40, 40)):
    """A detection whose lower edge has its middle at a point in shares of the image."""
    x, y = x * WIDTH, y * HEIGHT
    return Detection(label, score, (x - size[0] / 2, y - size[1], x + size[0] / 2, y))


def zones_reported(plan, *detections):
    result = Watch(plan, 0.5).apply(frame(1, 0.0), detections)
    return [(one.label, one.zones) for one in result.detections]


@pytest.mark.parametrize(
    "plan, detection, expected",
    [
        (WatchPlan(), cat(0.2, 0.3), ()),
        (WatchPlan(zones=(LEFT, LOW)), cat(0.2, 0.3), ("left",)),
        (WatchPlan(zones=(LEFT, LOW)), cat(0.2, 0.8), ("left", "low")),
        (WatchPlan(zones=(LEFT, LOW)), cat(0.8, 0.3), None),
        (WatchPlan(zones=(LOW,)), cat(0.2, 0.52), ("low",)),
        (WatchPlan(zones=(LOW,), anchor="center"), cat(0.2, 0.52), None),
        (WatchPlan(zones=(LEFT._replace(classes=("dog",)),)), cat(0.2, 0.3), None),
        (WatchPlan(masks=(LEFT,)), cat(0.2, 0.3), None),
        (WatchPlan(masks=(LEFT,)), cat(0.8, 0.3), ()),
        (WatchPlan(masks=(LEFT._replace(classes=("dog",)),)), cat(0.2, 0.3), ()),
        (WatchPlan(min_size=(0.1, 0)), cat(0.2, 0.3, size=(63, 63)), None),
        (WatchPlan(min_size=(0.1, 0)), cat(0.2, 0.3, size=(65, 5)), ()),
        (WatchPlan(min_size=(0, 0.1)), cat(0.2, 0.3, size=(65, 47)), None),
        (WatchPlan(thresholds={"cat": 0.95}), cat(0.2, 0.3), None),
        (WatchPlan(thresholds={"cat": 0.2}), cat(0.2, 0.3, 0.3), ()),
        (WatchPlan(thresholds={"dog": 0.2}), cat(0.2, 0.3, 0.3), None),
    ],
    ids=[
        "no plan",
        "in a zone",
        "in two",
        "in none",
        "its feet in a zone",
        "its center beside it",
        "a zone of other classes",
        "in a mask",
        "beside the mask",
        "a mask of other classes",
        "too narrow",
        "wide enough",
        "too low",
        "below the threshold of its class",
        "above the threshold of its class",
        "below that of all others",
    ],
)
def test_one_detection(plan, detection, expected):
    reported = zones_reported(plan, detection)
    assert reported == ([] if expected is None else [("cat", expected)])


@pytest.mark.parametrize(
    "plan, expected",
    [
        (WatchPlan(), 0.5),
        (WatchPlan(thresholds={"cat": 0.2, "dog": 0.7}), 0.2),
        (WatchPlan(thresholds={"dog": 0.7}, track=True), 0.25),
    ],
    ids=["of all", "the lowest class", "half for what is tracked"],
)
def test_from_which_score_detections_are_needed(plan, expected):
    assert Watch(plan, 0.5).lowest == expected


def test_an_object_keeps_its_number_through_a_weak_detection_that_is_not_reported():
    watch = Watch(WatchPlan(track=True), 0.5)
    found = [
        watch.apply(frame(number, number / 10), [cat(0.2 + number / 100, 0.5, score)]).detections
        for number, score in enumerate([0.9, 0.3, 0.3, 0.9], start=1)
    ]
    assert [[one.track for one in detections] for detections in found] == [[1], [], [], [1]]


def test_objects_leave_a_zone_and_come_back_with_their_number():
    watch = Watch(WatchPlan(zones=(LEFT,), track=True), 0.5)
    places = [0.42, 0.46, 0.52, 0.55, 0.53, 0.48]
    found = [
        watch.apply(frame(number, number / 5), [cat(x, 0.5, size=(80, 100))]).detections
        for number, x in enumerate(places, start=1)
    ]
    tracks = [[one.track for one in detections] for detections in found]
    assert tracks == [[1], [1], [], [], [], [1]]


@pytest.mark.parametrize(
    "second",
    [frame(2, 0.1, "other.mp4"), frame(1, 0.0)],
    ids=["another name", "frames from the start"],
)
def test_in_another_video_objects_are_others(second):
    watch = Watch(WatchPlan(track=True), 0.5)
    assert watch.apply(frame(1, 0.0), [cat(0.5, 0.5)]).detections[0].track == 1
    assert watch.apply(second, [cat(0.5, 0.5)]).detections[0].track == 2


def test_images_are_not_tracked_and_that_is_said_once(caplog):
    watch = Watch(WatchPlan(track=True), 0.5)
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for name in ("a.jpg", "b.jpg"):
        (found,) = watch.apply(Frame(image, name, None), [cat(0.5, 0.5)]).detections
        assert found.track is None
    assert [record.getMessage().split(":")[0] for record in caplog.records] == ["a.jpg"]


def test_counts_of_a_result_stay_as_they_were():
    watch = Watch(WatchPlan(lines=(Line("door", (0, 0.5), (1, 0.5)),)), 0.5)
    results = [
        watch.apply(frame(number, number / 5), [cat(0.5, y, size=(80, 100))])
        for number, y in enumerate([0.46, 0.55, 0.55, 0.46, 0.4], start=1)
    ]
    assert [tuple(one.counts["door"].values()) for one in results] == [
        (0, 0),
        (1, 0),
        (1, 0),
        (1, 0),
        (1, 1),
    ]

"""An action is due once for each appearance."""

import pytest
from pi_scenes import BLACK, frame

from detection.structures import Detection, Frame, Result
from detection.watch.appearances import Appearances
from detection.watch.plan import Action

CAT = Action("cat", "true", frames=3, cooldown=0)


def seen(track, label="cat", zones=()):
    return Detection(label, 0.9, (0, 0, 9, 9), track, zones)


def frames_on_which_due(action, *tracks_of_frames, rate=10):
    """Frames, from 1, with the track for which the action was due; detections are tracks."""
    appearances, due = Appearances([action]), []
    for number, detections in enumerate(tracks_of_frames, start=1):
        found = tuple(one if isinstance(one, Detection) else seen(one) for one in detections)
        result = Result(frame(number, number / rate), found)
        due += [(number, one.detection.track) for one in appearances.due(result)]
    return due


@pytest.mark.parametrize(
    "action, frames, expected",
    [
        (CAT, [[1]] * 8, [(3, 1)]),
        (CAT, [[1], [1], [], [], [1], [1]], [(5, 1)]),
        (CAT, [[1], [1]], []),
        (CAT, [[1, 2]] * 4, [(3, 1), (3, 2)]),
        (CAT, [[1], [1, 2], [1, 2], [2]], [(3, 1), (4, 2)]),
        (CAT._replace(frames=1), [[1], [], [1], [2]], [(1, 1), (4, 2)]),
        (CAT._replace(cooldown=1), [[1, 2]] * 9, [(3, 1)]),
        (CAT._replace(frames=1, cooldown=0.25), [[1], [2], [3], [4], [5]], [(1, 1), (4, 4)]),
        (CAT, [[seen(1, "dog")]] * 5, []),
        (CAT, [[seen(None)]] * 5, []),
        (CAT._replace(zone="lawn"), [[seen(1, zones=("path",))]] * 5, []),
        (CAT._replace(zone="lawn", frames=2), [[seen(1, zones=("a", "lawn"))]] * 5, [(2, 1)]),
    ],
    ids=[
        "it stays",
        "lost and found",
        "too short",
        "two at once",
        "two after one another",
        "at the first frame",
        "another in the cool-down",
        "many and a cool-down",
        "another class",
        "not tracked",
        "in another zone",
        "in its zone",
    ],
)  # fmt: skip
def test_due(action, frames, expected):
    assert frames_on_which_due(action, *frames) == expected


def test_each_image_is_an_appearance():
    appearances = Appearances([CAT._replace(cooldown=60)])
    results = [
        Result(Frame(BLACK, name, None, 5.0), (seen(None), seen(None))) for name in ("a", "b")
    ]
    due = [one for result in results for one in appearances.due(result)]
    assert [one.frame.name for one in due] == ["a", "b"]


def test_in_the_next_video_the_cool_down_begins_again():
    appearances = Appearances([CAT._replace(frames=1, cooldown=10)])
    results = [
        Result(frame(9, 9.0), (seen(1),)),
        Result(frame(10, 9.1), (seen(2),)),
        Result(frame(1, 0.0, "next.mp4"), (seen(3),)),
    ]
    assert [len(appearances.due(result)) for result in results] == [1, 0, 1]


def test_what_is_remembered_does_not_grow():
    frames = [[number] for number in range(1, 5000)]
    assert len(frames_on_which_due(CAT._replace(frames=1), *frames)) == 4999
    appearances = Appearances([CAT])
    for number in range(1, 5000):
        appearances.due(Result(frame(number, 0.0), (seen(1), seen(number + 1))))
    (watched,) = appearances._watched
    assert len(watched._frames) <= 2000 and 1 in watched._frames

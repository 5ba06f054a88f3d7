"""What crosses a line counts once, by direction, at any frame rate."""

import numpy as np
import pytest
from pi_scenes import Mover, scene, walk

from detection.structures import Line
from detection.watch.line_counting import Crossing, LineCounter
from detection.watch.plan import WatchPlan
from detection.watch.watching import Watch

DOOR = Line("door", (0.0, 0.5), (1.0, 0.5))
SHORT = Line("short", (0.25, 0.5), (0.75, 0.5))


def counted(line, *paths, label="cat", margin=2.0):
    """What a counter counts on an image of 100x100 pixels, a path of points for each object."""
    counter = LineCounter(line)
    for points in zip(*paths):
        seen = [
            Crossing(track, label, point, margin)
            for track, point in enumerate(points, start=1)
            if point is not None
        ]
        counter.update(seen, 100, 100)
    return tuple(counter.counts().values())


@pytest.mark.parametrize(
    "line, path, expected",
    [
        (DOOR, [(50, 30), (50, 70)], (1, 0)),
        (DOOR, [(50, 70), (50, 30)], (0, 1)),
        (DOOR, [(50, 30), (50, 49), (50, 51), (50, 49), (50, 51), (50, 49)], (0, 0)),
        (DOOR, [(50, 30), (50, 51), (50, 49), (50, 51), (50, 60), (50, 51)], (1, 0)),
        (DOOR, [(50, 30), (50, 70), (50, 30), (50, 70)], (2, 1)),
        (DOOR, [(50, 30), None, None, (50, 70)], (1, 0)),
        (DOOR, [(50, 51), (50, 70)], (0, 0)),
        (DOOR, [(50, 50), (50, 50), (50, 70)], (0, 0)),
        (SHORT, [(10, 30), (10, 70)], (0, 0)),
        (SHORT, [(20, 30), (40, 70)], (1, 0)),
        (SHORT, [(50, 30), (50, 51), (90, 51), (90, 70)], (1, 0)),
        (SHORT, [(10, 30), (10, 70), (50, 60), (50, 30)], (0, 1)),
    ],
    ids=[
        "in",
        "out",
        "trembles on it",
        "trembles, then through",
        "in, out, in",
        "not detected on it",
        "begins near it",
        "begins on it",
        "beside its end",
        "slantwise between its ends",
        "through it, then along it",
        "around its end, then through",
    ],
)
def test_paths(line, path, expected):
    assert counted(line, path) == expected


def test_classes():
    line = DOOR._replace(classes=("dog",))
    path = [(50, 30), (50, 70)]
    assert counted(line, path) == (0, 0)
    assert counted(line, path, label="dog") == (1, 0)


def test_directions_are_named():
    counter = LineCounter(DOOR._replace(directions=("down", "up")))
    assert counter.counts() == {"down": 0, "up": 0}
    counter.update([Crossing(1, "cat", (50, 30), 1)], 100, 100)
    assert counter.update([Crossing(1, "cat", (50, 70), 1)], 100, 100) == [1]
    assert counter.counts() == {"down": 1, "up": 0}


def test_objects_that_are_gone_are_forgotten():
    counter = LineCounter(DOOR)
    counter.update([Crossing(1, "cat", (50, 30), 1)], 100, 100)
    counter.keep({})
    counter.update([Crossing(1, "cat", (50, 70), 1)], 100, 100)
    assert sum(counter.counts().values()) == 0


def street(seed):
    """24 people who cross the image, how long that takes, and how many go down and up."""
    random = np.random.RandomState(seed)
    movers, down, begin = [], 0, 0.0
    for _ in range(24):
        goes_down = random.rand() < 0.5
        start, end = (-20, 500) if goes_down else (500, -20)
        x, drift = random.uniform(80, 560), random.uniform(-100, 100)
        duration = random.uniform(1.5, 6)
        movers.append(Mover(walk((x, start), (x + drift, end), begin, duration), (60, 60)))
        down += goes_down
        begin += random.uniform(0.3, 1.5)
    return movers, begin + 7, {"in": down, "out": 24 - down}


@pytest.mark.parametrize("rate", [5, 25], ids=["5 frames a second", "25 frames a second"])
@pytest.mark.parametrize("seed", range(3), ids=lambda seed: f"street-{seed}")
def test_everyone_in_a_street_counts_once(rate, seed):
    """With trembling boxes and every tenth detection missing."""
    movers, duration, expected = street(seed)
    watch = Watch(WatchPlan(lines=(DOOR,), anchor="center"), 0.5)
    for frame, detections, _ in scene(movers, duration, rate, noise=0.03, missed=0.1, seed=seed):
        counts = watch.apply(frame, detections).counts
    assert counts == {"door": expected}

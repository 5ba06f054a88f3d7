"""Objects that move over an image as told, for the tests of tracking and counting."""

from typing import Callable, NamedTuple

import numpy as np

from detection.structures import Detection, Frame

WIDTH, HEIGHT = 640, 480
BLACK = np.zeros((HEIGHT, WIDTH, 3), np.uint8)


class Mover(NamedTuple):
    """An object: seconds to the center of its box, ``None`` where it is not in view."""

    path: Callable[[float], object]
    size: tuple = (60.0, 100.0)
    label: str = "person"


def walk(start, end, begin, duration):
    """From one point to another in a straight line, and out of view before and after."""

    def path(seconds):
        share = (seconds - begin) / duration
        if not 0 <= share <= 1:
            return None
        return tuple(a + share * (b - a) for a, b in zip(start, end))

    return path


def frame(number, seconds, name="street.mp4"):
    return Frame(BLACK, name, number, 0.0, seconds)


def scene(movers, duration, rate, noise=0.0, missed=0.0, seed=0):
    """Yields frames, their detections, and the index of the mover behind each detection.

    Args:
        movers: The objects.
        duration: Seconds.
        rate: Frames a second.
        noise: Of each corner, standard deviation in shares of the box's size.
        missed: Share of the detections that are left out.
        seed: Of both.
    """
    random = np.random.RandomState(seed)
    for number in range(1, int(duration * rate) + 1):
        seconds = (number - 1) / rate
        found = []
        for index, mover in enumerate(movers):
            center = mover.path(seconds)
            if center is None or random.rand() < missed:
                continue
            half = np.array(mover.size) / 2
            box = np.concatenate([center - half, center + half])
            box = box + noise * random.randn(4) * np.tile(mover.size, 2)
            found.append((Detection(mover.label, 0.9, tuple(box.tolist())), index))
        yield frame(number, seconds), [one for one, _ in found], [index for _, index in found]

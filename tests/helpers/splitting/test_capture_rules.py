"""Bursts by EXIF time and series of similar images; photos that only share a camera stay apart."""

import numpy as np
import pytest
from builders import probe

from helpers.splitting import capture_rules


def shot(camera="", taken="", dhash=None):
    return probe(digest="x", dhash=dhash)._replace(camera=camera, taken=taken)


def at(second, camera="Canon"):
    return shot(camera, f"2020:01:31 12:59:{second:02d}")


@pytest.mark.parametrize(
    "shots, expected",
    [
        pytest.param([at(1), at(3), at(5)], "aaa", id="a chain"),
        pytest.param([at(1), at(4), at(5)], "abb", id="a pause"),
        pytest.param([at(1), at(1, "Nikon"), at(2)], "aba", id="two cameras"),
        pytest.param([at(1), at(1, ""), at(1, "")], "a--", id="no camera"),
        pytest.param(
            [at(1), shot("Canon", "0000:00:00 00:00:00"), shot("Canon")], "a--", id="no clock"
        ),
    ],
)
def test_bursts(shots, expected):
    first = capture_rules.bursts(dict(zip("abc", shots)))
    assert "".join(first.get(path, "-") for path in "abc") == expected


def flipped(dhash, bits):
    """A hash with so many other bits."""
    return dhash ^ (2**bits - 1)


def series(hashes, name="clip_{:04d}.jpg"):
    probes = {name.format(number): shot(dhash=dhash) for number, dhash in enumerate(hashes)}
    groups = capture_rules.series(probes)
    numbers = {path: str(number) for number, path in enumerate(probes)}
    return "".join(numbers[groups[path]] for path in probes if path in groups)


SCENE, OTHER = 0x0F0F00FF0FF01234, 0xF00F55AA12345678


@pytest.mark.parametrize(
    "hashes, expected",
    [
        pytest.param([SCENE, flipped(SCENE, 10), flipped(SCENE, 20)], "000", id="neighbours"),
        pytest.param([SCENE, flipped(SCENE, 11), flipped(SCENE, 22)], "012", id="too different"),
        pytest.param([SCENE, OTHER, SCENE, SCENE], "0100", id="one differs"),
        pytest.param([SCENE, SCENE, OTHER, OTHER], "0022", id="a cut"),
        pytest.param([SCENE, 0, None], "0", id="without shapes"),
    ],
)
def test_series(hashes, expected):
    assert series(hashes) == expected


def test_photos_of_one_camera_are_no_series():
    hashes = np.random.RandomState(0).randint(0, 2**62, 200).tolist()
    probes = {f"IMG_{number:04d}.jpg": shot(dhash=dhash) for number, dhash in enumerate(hashes)}
    assert len(set(capture_rules.series(probes).values())) == 200


def test_only_numbers_of_one_name_are_neighbours():
    probes = {name: shot(dhash=SCENE) for name in ("a_1.jpg", "b_2.jpg", "c.jpg", "d/a_2.jpg")}
    groups = capture_rules.series(probes)
    assert groups == {name: name for name in ("a_1.jpg", "b_2.jpg", "d/a_2.jpg")}

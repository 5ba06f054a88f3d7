"""How the cores are shared out."""

import pytest
from pi_results import grey

from detection import workers
from detection.backends.settings import Settings
from detection.detector import load
from detection.images import read_image


@pytest.mark.parametrize(
    "alone, cores, expected",
    [
        pytest.param(False, 1, (1, 1), id="one core"),
        pytest.param(False, 2, (2, 1), id="two cores"),
        pytest.param(False, 3, (2, 1), id="three cores"),
        pytest.param(False, 4, (2, 2), id="four cores"),
        pytest.param(True, 4, (1, 4), id="a camera"),
    ],
)
def test_shares(alone, cores, expected):
    number, settings = workers.shared(Settings(cores, "opencv"), alone)
    assert (number, settings.threads) == expected
    assert settings.opencv_backend == "opencv"


@pytest.mark.parametrize(
    "cores, threads, expected",
    [
        pytest.param(1, 1, 1, id="one core"),
        pytest.param(2, 1, 2, id="two cores"),
        pytest.param(4, 2, 2, id="all threads used"),
        pytest.param(4, 1, 4, id="one thread of two"),
        pytest.param(16, 1, 4, id="no more than fit into memory"),
    ],
)
def test_more_workers_where_each_uses_few_threads(cores, threads, expected):
    number, settings = workers.shared(Settings(cores), False)
    assert workers.fitting(number, settings, threads) == expected


def test_each_worker_has_a_detector_of_its_own(random_model, images):
    detector, used = load(random_model, "opencv"), []

    def detect_with(one):
        def detect(frame):
            used.append(one)
            return one.detect(frame.image, 0.3)

        return detect

    first, second = workers.detects(
        2, detect_with(detector), lambda: detect_with(detector.another())
    )
    frame = grey()._replace(image=read_image(images[0]))
    found = [one(frame) for one in (first, second, second)]
    assert found[0] and found[0] == found[1] == found[2]
    assert used[0] is detector and used[1] is used[2] is not detector

"""What is measured, and of which frames."""

from functools import partial

import pytest

from detection import benchmark
from detection.backends.backend import NoRuntime
from detection.backends.settings import Settings
from detection.detector import load
from detection.errors import InputError
from detection.sources.opening import open_sources

STAGES = ["capture", "pre-processing", "inference", "post-processing", "output"]


@pytest.fixture(autouse=True)
def few_frames(monkeypatch):
    monkeypatch.setattr(benchmark, "_MOST", 6)


@pytest.fixture()
def plan(random_model, photos):
    """Measures on three photos, which are read over and over."""

    def load_detector(name, settings):
        if name == "missing":
            raise NoRuntime("not installed", "pip install it")
        return load(random_model, name, settings)

    return partial(
        benchmark.Plan, lambda: open_sources([str(photos)]), False, load_detector, ["opencv"]
    )


@pytest.mark.parametrize(
    "cores, expected",
    [(1, [(1, 1)]), (2, [(1, 1), (2, 2)]), (4, [(1, 1), (2, 2), (4, 2)])],
    ids=["one core", "two", "four"],
)
def test_threads_and_workers(plan, cores, expected):
    rows = list(benchmark.rows(plan(Settings(cores))))
    assert [(row.threads, row.workers) for row in rows] == expected
    for row in rows:
        assert row.backend == "opencv" and row.rate > 0
        assert list(row.milliseconds) == STAGES
        assert all(0 < median <= late for median, late in row.milliseconds.values())


def test_a_camera_is_served_by_one_worker(plan):
    rows = benchmark.rows(plan(Settings(2))._replace(live=True))
    assert [(row.threads, row.workers) for row in rows] == [(1, 1), (2, 1)]


@pytest.mark.parametrize(
    "backends", [["missing", "opencv"], ["opencv", "missing"]], ids=["first", "last"]
)
def test_a_backend_that_is_missing_is_left_out(plan, backends):
    rows = benchmark.rows(plan(Settings(1))._replace(backends=backends))
    assert [row.backend for row in rows] == ["opencv"]


def test_no_backend_at_all(plan):
    with pytest.raises(InputError, match="not installed"):
        list(benchmark.rows(plan(Settings(1))._replace(backends=["missing"])))


def test_an_image_that_cannot_be_read_ends_it(plan, photos):
    (photos / "broken.jpg").write_bytes(b"none")
    with pytest.raises(InputError, match="broken.jpg"):
        list(benchmark.rows(plan(Settings(1))))

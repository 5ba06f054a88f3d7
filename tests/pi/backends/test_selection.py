"""Which backend is chosen, and what is said of the others."""

import json
import shutil
import time

import pytest

from detection.backends import selection
from detection.backends.backend import NoRuntime
from detection.backends.model_bundle import read_bundle
from detection.backends.selection import Trial
from detection.backends.settings import DEFAULTS
from detection.errors import InputError
from detection.structures import Detection

NAMES = ("opencv", "tflite")
CUP = Detection("cup", 0.9, (10.0, 10.0, 110.0, 60.0))
MISSING = NoRuntime("detect.tflite: no runtime", "pip install ai-edge-litert")
BROKEN = InputError("cvgraph.pbtxt: cannot be run")


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture()
def bundle(model, images, seal):
    """A model folder whose self-test expects one cup of either backend."""
    shutil.copy(str(images[1]), str(model / "selftest.jpg"))
    expected = {"min_iou": 0.9, "max_score_difference": 0.05, "min_score": 0.3}
    expected["detections"] = [{"label": CUP.label, "score": CUP.score, "box": CUP.box}]
    (model / "selftest.json").write_text(json.dumps({"backends": dict.fromkeys(NAMES, expected)}))
    (model / "detect.tflite").touch()
    (model / "detect.tflite").write_bytes(b"stands for one")
    seal(model)
    return read_bundle(model)


class Backends:
    """Stand for what was loaded: each takes its time and finds what it is told to."""

    def __init__(self, **backends):
        self.backends, self.opened = backends, []

    def open(self, name):
        self.opened.append(name)
        backend = self.backends[name]
        if isinstance(backend, Exception):
            raise backend
        milliseconds, *found = backend

        def detect(image, threshold):
            time.sleep(milliseconds / 1000)
            return found

        return detect


@pytest.mark.parametrize(
    "backends, chosen, said",
    [
        pytest.param({"opencv": (40, CUP), "tflite": (5, CUP)}, "tflite", "opencv takes", id="one"),
        pytest.param(
            {"opencv": (5, CUP), "tflite": (40, CUP)}, "opencv", "tflite takes", id="the other"
        ),
        pytest.param(
            {"opencv": (40, CUP), "tflite": (5,)}, "opencv", "not tflite: differs", id="differs"
        ),
        pytest.param(
            {"opencv": (40, CUP), "tflite": MISSING}, "opencv", "pip install", id="no runtime"
        ),
        pytest.param(
            {"opencv": BROKEN, "tflite": (5, CUP)}, "tflite", "not opencv: cvgraph", id="broken"
        ),
    ],
)
def test_the_fastest_that_passes(bundle, backends, chosen, said):
    choice = selection.choose(bundle, NAMES, DEFAULTS, Backends(**backends).open)
    assert choice.name == chosen
    assert said in choice.reason and " ms an image" in choice.reason


def test_a_second_start_measures_nothing(bundle):
    first = Backends(opencv=(5, CUP), tflite=(40, CUP))
    choice = selection.choose(bundle, NAMES, DEFAULTS, first.open)
    second = Backends()
    assert selection.choose(bundle, NAMES, DEFAULTS, second.open) == choice
    assert (first.opened, second.opened) == (list(NAMES), [])


@pytest.mark.parametrize(
    "backends, said",
    [
        pytest.param({"opencv": (1,), "tflite": (1,)}, "--self-test", id="all differ"),
        pytest.param({"opencv": BROKEN, "tflite": MISSING}, "cvgraph.pbtxt", id="one is broken"),
        pytest.param({"opencv": BROKEN, "tflite": BROKEN}, "--backend", id="both are broken"),
        pytest.param({"opencv": (1,), "tflite": MISSING}, "differs", id="the only one differs"),
    ],
)
def test_none_can_be_taken(bundle, backends, said):
    with pytest.raises(InputError) as caught:
        selection.choose(bundle, NAMES, DEFAULTS, Backends(**backends).open)
    assert said in str(caught.value)
    assert selection.choice_cache._read_all() == {}


def test_a_model_without_a_self_test(model, seal):
    seal(model)
    backends = Backends(opencv=(5,), tflite=(40, CUP))
    assert selection.choose(read_bundle(model), NAMES, DEFAULTS, backends.open).name == "opencv"


def test_a_model_without_tflite(bundle):
    files = tuple(name for name in bundle.files if name != "detect.tflite")
    backends = Backends(opencv=(5, CUP))
    choice = selection.choose(bundle._replace(files=files), NAMES, DEFAULTS, backends.open)
    assert choice.name == "opencv" and "no detect.tflite" in choice.reason


def test_the_least_of_the_times_counts(bundle):
    trials = [Trial("opencv", milliseconds=5.0), Trial("tflite", milliseconds=4.4)]
    assert selection.fastest(bundle, trials) == ("tflite", "4 ms an image; opencv takes 5 ms")

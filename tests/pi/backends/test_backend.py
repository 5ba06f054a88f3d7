"""Every backend offers the same."""

from detection.backends.backend import Backend, NoRuntime
from detection.backends.coral_model import CoralModel
from detection.backends.opencv_model import OpenCvModel
from detection.backends.tflite_model import TfliteModel
from detection.detector import BACKENDS
from detection.errors import InputError


def test_each_has_a_name_that_the_command_line_takes():
    backends = (OpenCvModel, TfliteModel, CoralModel)
    assert all(issubclass(backend, Backend) for backend in backends)
    assert ("auto", *(backend.name for backend in backends)) == BACKENDS


def test_a_missing_runtime_is_told_as_an_error_of_the_input():
    assert issubclass(NoRuntime, InputError)

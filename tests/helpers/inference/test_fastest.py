"""The fastest backend is the one that takes the least time; a named one is taken as it is."""

import pytest
import tiny_model

from helpers.inference import fastest
from helpers.inference.model_folder import ModelFolder
from helpers.structures.errors import BadInput


def test_the_backend_of_the_least_time_is_chosen(exported, monkeypatch):
    times = {"tensorflow": 3.0, "opencv": 1.0, "tflite": 2.0}
    monkeypatch.setattr(fastest, "_milliseconds", lambda backend: times[backend.name])
    choice = fastest.choose(fastest.FASTEST, ModelFolder.at(exported.folder), tiny_model.LABELS)
    assert choice.backend.name == "opencv"
    assert list(choice.times.items()) == [("opencv", 1.0), ("tflite", 2.0), ("tensorflow", 3.0)]


def test_a_named_backend_is_measured_alone(exported):
    choice = fastest.choose("opencv", ModelFolder.at(exported.folder), tiny_model.LABELS)
    assert list(choice.times) == ["opencv"] and choice.times["opencv"] > 0


def test_an_unknown_backend_is_refused(exported):
    with pytest.raises(BadInput, match="torch"):
        fastest.choose("torch", ModelFolder.at(exported.folder), tiny_model.LABELS)

"""The model card, from the facts alone."""

import pytest

from helpers.export import model_card

DESCRIPTION = {
    "input": {"width": 300, "height": 200},
    "files": {"labels.txt": {"sha256": "ab12", "bytes": 19}},
    "backends": {
        "tensorflow": {"mAP": 0.61234, "mAP50": 0.9},
        "opencv": {"mAP": 0.6, "mAP50": 0.8996},
    },
    "trained": {"job": "train-1", "hyperparameters": {"num_steps": 300}},
}


def card(start=None, labels=("cat", "dog")):
    trained = dict(DESCRIPTION["trained"], **({"start": start} if start else {}))
    return model_card.text(dict(DESCRIPTION, trained=trained), labels).splitlines()


def test_it_tells_classes_input_accuracy_and_files():
    lines = card()
    assert "A detector of 2 classes: cat, dog." in lines
    assert any("300x200" in line for line in lines)
    assert "- job: train-1, 300 steps" in lines
    assert "| tensorflow | 0.612 | 0.900 |" in lines and "| opencv | 0.600 | 0.900 |" in lines
    assert "| labels.txt | 19 | ab12 |" in lines


@pytest.mark.parametrize(
    "start, told",
    [
        pytest.param(
            {
                "checkpoint": "model.ckpt",
                "license": "Apache-2.0",
                "source": "a package 1.2",
                "files": {"a": "b"},
            },
            ["model.ckpt", "these weights, license: Apache-2.0", "a package 1.2"],
            id="weights of a package",
        ),
        pytest.param(
            {
                "checkpoint": "last-a-7.ckpt",
                "job": "a",
                "start": {"checkpoint": "model.ckpt", "license": "Apache-2.0"},
            },
            ["started from: last-a-7.ckpt", "started from: model.ckpt", "license: Apache-2.0"],
            id="a model trained again",
        ),
        pytest.param({"checkpoint": None}, ["random weights"], id="from scratch"),
        pytest.param(None, ["not known"], id="nothing remembered"),
    ],
)
def test_it_tells_what_the_model_started_from(start, told):
    lines = card(start)
    for part in told:
        assert sum(part in line for line in lines) == 1


def test_one_class_is_one_class():
    assert "A detector of 1 class: cat." in card(labels=("cat",))


def test_an_accuracy_that_is_not_known_is_told_so():
    backends = {"tensorflow": {"mAP": None, "mAP50": None}}
    lines = model_card.text(dict(DESCRIPTION, backends=backends), ["cat"]).splitlines()
    assert "| tensorflow | not known | not known |" in lines

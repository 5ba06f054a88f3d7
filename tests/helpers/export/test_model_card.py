"""The model card, from the facts alone."""

import pytest

from helpers.evaluation.bootstrap import Interval
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


KNOWN = {
    "exported": "2026-01-31",
    "threshold": 0.4271,
    "weak_spots": ["Apples below 20 pixels are missed."],
    "versions": {"tensorflow": "1.15.5"},
    "data": {
        "sha256": "fe12",
        "splits": {
            "train": {"images": 30, "boxes": 41, "classes": {"cat": 40, "dog": 1}},
            "eval": {"images": 12, "boxes": 9, "classes": {"cat": 9}},
        },
    },
    "intervals": {
        "mAP": Interval(0.52, 0.59, 0.65, "mAP", 40, 0.95).as_dict(),
        "mAP50": Interval(None, 0.8, None, "mAP50", 4, 0.95).as_dict(),
    },
}


@pytest.mark.parametrize(
    "line",
    [
        "- exported: 2026-01-31",
        "- threshold: 0.427",
        "- Apples below 20 pixels are missed.",
        "- tensorflow 1.15.5",
        "|  | eval | train |",
        "| images | 12 | 30 |",
        "| boxes of dog | 0 | 1 |",
        "SHA-256 of the tables of the splits: fe12",
        "- 40 images: mAP 0.59, between 0.52 and 0.65 (95 %)",
        "- 4 images: mAP50 0.80; too few images for an interval",
    ],
)
def test_what_is_known_is_told(line):
    assert line in model_card.text({**DESCRIPTION, **KNOWN}, ["cat", "dog"]).splitlines()


def test_what_is_not_known_is_told_too():
    lines = card()
    assert "- threshold: none was chosen; `detect.py` takes 0.6" in lines
    assert "- not examined" in lines and "Not known." in lines
    assert not any("self-test of" in line for line in lines)
    files = {**DESCRIPTION["files"], "selftest.json": {"sha256": "cd", "bytes": 2}}
    assert "self-test of" in model_card.text(dict(DESCRIPTION, files=files), ["cat"])


def test_that_nothing_stands_out_differs_from_that_nobody_looked():
    lines = model_card.text(dict(DESCRIPTION, weak_spots=[]), ["cat"]).splitlines()
    assert "- nothing stands out" in lines and "- not examined" not in lines

"""Hyperparameters as SageMaker, SDKs and people write them."""

import json
import re
from pathlib import Path

import pytest

from helpers.structures.errors import BadInput
from helpers.training import hyperparameters
from helpers.training.hyperparameters import Hyperparameters

README = Path(__file__).resolve().parents[3] / "docker" / "README.md"


@pytest.mark.parametrize(
    "values, name, expected",
    [
        ({}, "num_steps", 100),
        ({"num_steps": "250"}, "num_steps", 250),
        ({"num_steps": '"250"'}, "num_steps", 250),
        ({"num_steps": " 250.0 "}, "num_steps", 250),
        ({"num_steps": "2.5e2"}, "num_steps", 250),
        ({"num_steps": 250}, "num_steps", 250),
        ({"num_steps": "\u201c250\u201d"}, "num_steps", 250),
        ({"num_steps": "null"}, "num_steps", 100),
        ({"seed": "0"}, "seed", 0),
        ({"learning_rate": "0.004"}, "learning_rate", 0.004),
        ({"learning_rate": "4E-3"}, "learning_rate", 0.004),
        ({"learning_rate": "None"}, "learning_rate", None),
        ({"precision": '"Mixed"'}, "precision", "mixed"),
        ({"eval_every": "0"}, "eval_interval", 100),
        ({"eval_every": "7"}, "eval_interval", 7),
        ({"num_steps": "500"}, "eval_interval", 1000),
        ({"num_steps": "50000"}, "eval_interval", 5000),
        ({"num_steps": "50"}, "checkpoint_interval", 5),
        ({"num_steps": "50000"}, "checkpoint_interval", 1000),
        ({"num_steps": "5"}, "checkpoint_interval", 1),
        ({"save_checkpoints_steps": "3"}, "checkpoint_interval", 3),
        ({"mode": "Evaluate"}, "mode", "evaluate"),
        ({"quantize": "True"}, "quantize", True),
        ({"quantize": True}, "quantize", True),
        ({"quantize": "true"}, "quantize", True),
        ({"quantize": '"TRUE"'}, "quantize", True),
        ({"quantize": "False"}, "quantize", False),
        ({"inference_type": "float"}, "inference_type", "FLOAT"),
        ({"post_training": '"Int8"'}, "post_training", "int8"),
        ({"post_training": "None"}, "post_training", "none"),
        ({"image_size": "300"}, "image_size", 300),
        ({"model_dir": "s3://bucket/result"}, "model_dir", "s3://bucket/result"),
        ({"model_dir": "None"}, "model_dir", None),
        ({"mode": "EXPORT"}, "mode", "export"),
        ({"sagemaker_region": "eu-west-1"}, "num_steps", 100),
    ],
)
def test_parses(values, name, expected):
    given = dict(values)
    assert getattr(hyperparameters.parse(values), name) == expected
    assert values == given


@pytest.mark.parametrize(
    "values, said",
    [
        ({"num_step": "3"}, "did you mean num_steps"),
        ({"zzz": "3"}, "known are num_steps"),
        ({"num_steps": "0"}, "1 or more"),
        ({"num_steps": "1.5"}, "1 or more|whole"),
        ({"num_steps": "-3"}, "1 or more"),
        ({"num_steps": "9" * 20}, "from 0 to"),
        ({"num_steps": "\u00b2"}, "num_steps"),
        ({"seed": "0.5"}, "from 0 to"),
        ({"num_steps": "nan"}, "1 or more"),
        ({"num_steps": "inf"}, "from 0 to"),
        ({"learning_rate": "0"}, "above 0"),
        ({"learning_rate": "-0.1"}, "above 0"),
        ({"learning_rate": "inf"}, "above 0"),
        ({"learning_rate": "1e39"}, "above 0"),
        ({"learning_rate": "fast"}, "above 0"),
        ({"log_every": "0"}, "1 or more"),
        ({"keep_checkpoint_max": "0"}, "1 or more"),
        ({"eval_every": "-1"}, "from 0 to"),
        ({"precision": "float16"}, "float32, mixed"),
        ({"EVAL_EVERY": "3"}, "did you mean eval_every"),
        ({"early_stopping_patience": "2", "num_steps": "500"}, "smaller eval_every"),
        ({"early_stopping_patience": "2", "eval_every": "0"}, "smaller eval_every"),
        ({"quantize": "maybe"}, "True or False"),
        ({"inference_type": "INT8"}, "QUANTIZED_UINT8"),
        ({"post_training": "uint8"}, "none, weights, int8"),
        ({"mode": "tarin"}, "train, export"),
    ],
)
def test_refuses(values, said):
    with pytest.raises(BadInput, match=said):
        hyperparameters.parse(values)


@pytest.mark.parametrize(
    "name, value",
    [
        ("num_steps", 250),
        ("quantize", True),
        ("quantize", False),
        ("model_dir", "s3://b/r"),
        ("inference_type", "FLOAT"),
        ("learning_rate", 0.004),
        ("image_size", None),
    ],
)
def test_takes_what_sdks_make_of_a_value(name, value):
    """`str` as boto3 users do, JSON as the SDK does, both as some wrappers do."""
    for text in (str(value), json.dumps(value), json.dumps(str(value)), f"'{value}'"):
        assert getattr(hyperparameters.parse({name: text}), name) == value


def test_every_hyperparameter_and_no_other_is_parsed():
    assert list(hyperparameters._PARSERS) == list(Hyperparameters._fields)


def test_the_readme_lists_each_with_its_default():
    rows = re.findall(
        r"^\| `(\w+)` \| (.+?) \| .+ \|$", README.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert [name for name, _ in rows] == list(Hyperparameters._fields)
    defaults = Hyperparameters()._asdict()
    for name, told in rows:
        if defaults[name] is None:  # what stands for it is in words
            assert told.split()[0] in ("the", "(none)", "a"), name
        else:
            assert told == str(defaults[name])


def test_names_every_mistake_at_once():
    with pytest.raises(BadInput) as caught:
        hyperparameters.parse({"num_steps": "x", "quantze": "True", "seed": "-1"})
    for name in ("num_steps", "quantze", "seed"):
        assert name in str(caught.value)


def test_hyperparameters_reach_the_trainer_as_they_were_meant():
    given = {"quantize": True, "num_steps": 30, "inference_type": "FLOAT", "seed": "5"}
    before = dict(given)
    assert hyperparameters.as_strings(given) == {
        "inference_type": "FLOAT",
        "num_steps": "30",
        "quantize": "true",
        "seed": "5",
    }
    assert given == before

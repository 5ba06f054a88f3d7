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
        pytest.param({}, "num_steps", 100, id="default"),
        pytest.param({"num_steps": "250"}, "num_steps", 250, id="text"),
        pytest.param({"num_steps": '"250"'}, "num_steps", 250, id="quoted"),
        pytest.param({"num_steps": " 250.0 "}, "num_steps", 250, id="blanks and .0"),
        pytest.param({"num_steps": "2.5e2"}, "num_steps", 250, id="exponent"),
        pytest.param({"num_steps": 250}, "num_steps", 250, id="number"),
        pytest.param({"num_steps": "\u201c250\u201d"}, "num_steps", 250, id="curly quotes"),
        pytest.param({"num_steps": "null"}, "num_steps", 100, id="null"),
        pytest.param({"seed": "0"}, "seed", 0, id="seed 0"),
        pytest.param({"learning_rate": "0.004"}, "learning_rate", 0.004, id="rate"),
        pytest.param({"learning_rate": "4E-3"}, "learning_rate", 0.004, id="rate with exponent"),
        pytest.param({"learning_rate": "None"}, "learning_rate", None, id="rate None"),
        pytest.param({"precision": '"Mixed"'}, "precision", "mixed", id="precision in capitals"),
        pytest.param({"eval_every": "0"}, "eval_interval", 100, id="eval only at the end"),
        pytest.param({"eval_every": "7"}, "eval_interval", 7, id="eval every 7"),
        pytest.param({"num_steps": "500"}, "eval_interval", 1000, id="eval in a short run"),
        pytest.param({"num_steps": "50000"}, "eval_interval", 5000, id="eval in a long run"),
        pytest.param({"num_steps": "50"}, "checkpoint_interval", 5, id="checkpoints of 50 steps"),
        pytest.param(
            {"num_steps": "50000"}, "checkpoint_interval", 1000, id="checkpoints of a long run"
        ),
        pytest.param({"num_steps": "5"}, "checkpoint_interval", 1, id="checkpoint every step"),
        pytest.param(
            {"save_checkpoints_steps": "3"}, "checkpoint_interval", 3, id="checkpoint every 3"
        ),
        pytest.param({"mode": "Evaluate"}, "mode", "evaluate", id="mode in capitals"),
        pytest.param({"quantize": "True"}, "quantize", True, id="True as text"),
        pytest.param({"quantize": True}, "quantize", True, id="True"),
        pytest.param({"quantize": "true"}, "quantize", True, id="true of JSON"),
        pytest.param({"quantize": '"TRUE"'}, "quantize", True, id="quoted TRUE"),
        pytest.param({"quantize": "False"}, "quantize", False, id="False as text"),
        pytest.param({"inference_type": "float"}, "inference_type", "FLOAT", id="small letters"),
        pytest.param({"post_training": '"Int8"'}, "post_training", "int8", id="quoted Int8"),
        pytest.param({"post_training": "None"}, "post_training", "none", id="post_training None"),
        pytest.param({"image_size": "300"}, "image_size", 300, id="image size"),
        pytest.param(
            {"model_dir": "s3://bucket/result"}, "model_dir", "s3://bucket/result", id="S3 URI"
        ),
        pytest.param({"model_dir": "None"}, "model_dir", None, id="model_dir None"),
        pytest.param({"minutes": "2.5"}, "minutes", 2.5, id="minutes"),
        pytest.param({"mode": "EXPORT"}, "mode", "export", id="EXPORT"),
        pytest.param({"sagemaker_region": "eu-west-1"}, "num_steps", 100, id="SageMaker's own"),
        pytest.param({"_tuning_objective_metric": "mAP"}, "num_steps", 100, id="of a tuning job"),
    ],
)
def test_values_are_parsed_and_the_input_stays(values, name, expected):
    before = dict(values)
    assert getattr(hyperparameters.parse(values), name) == expected
    assert values == before


NON_NEGATIVE, POSITIVE = (rf"from {least} to 2\*\*31 - 1" for least in (0, 1))


@pytest.mark.parametrize(
    "values, message",
    [
        pytest.param({"num_step": "3"}, r"num_step='3': .* num_steps\?", id="misspelt"),
        pytest.param({"zzz": "3"}, "zzz='3': .* num_steps, ", id="unknown"),
        pytest.param({"num_steps": "0"}, f"num_steps='0': .*{POSITIVE}", id="no steps"),
        pytest.param({"num_steps": "1.5"}, "num_steps='1.5': expected", id="half a step"),
        pytest.param({"num_steps": "-3"}, f"num_steps='-3': .*{POSITIVE}", id="negative steps"),
        pytest.param({"num_steps": "9" * 20}, f"num_steps='9+': .*{POSITIVE}", id="20 digits"),
        pytest.param(
            {"num_steps": "\u00b2"}, f"num_steps='\u00b2': .*{POSITIVE}", id="superscript"
        ),
        pytest.param({"seed": "0.5"}, f"seed='0.5': .*{NON_NEGATIVE}", id="fraction as seed"),
        pytest.param({"num_steps": "nan"}, f"num_steps='nan': .*{POSITIVE}", id="NaN steps"),
        pytest.param({"num_steps": "inf"}, f"num_steps='inf': .*{POSITIVE}", id="endless"),
        pytest.param({"learning_rate": "0"}, "learning_rate='0': .*above 0", id="rate 0"),
        pytest.param({"learning_rate": "-0.1"}, "rate='-0.1': .*above 0", id="negative rate"),
        pytest.param({"learning_rate": "inf"}, "rate='inf': .*above 0", id="infinite rate"),
        pytest.param({"learning_rate": "1e39"}, "rate='1e39': .*above 0", id="beyond float32"),
        pytest.param({"learning_rate": "fast"}, "rate='fast': .*above 0", id="rate in words"),
        pytest.param({"log_every": "0"}, f"log_every='0': .*{POSITIVE}", id="log every 0"),
        pytest.param(
            {"keep_checkpoint_max": "0"}, f"keep_checkpoint_max='0': .*{POSITIVE}", id="keep none"
        ),
        pytest.param(
            {"eval_every": "-1"}, f"eval_every='-1': .*{NON_NEGATIVE}", id="negative eval"
        ),
        pytest.param({"precision": "float16"}, "'float16': .* float32, mixed", id="precision"),
        pytest.param({"EVAL_EVERY": "3"}, r"EVAL_EVERY='3': .* eval_every\?", id="capitals"),
        pytest.param(
            {"early_stopping_patience": "2", "num_steps": "500"},
            "early_stopping_patience.*smaller eval_every",
            id="patience beyond a short run",
        ),
        pytest.param(
            {"early_stopping_patience": "2", "eval_every": "0"},
            "early_stopping_patience.*smaller eval_every",
            id="patience without evaluations",
        ),
        pytest.param({"quantize": "maybe"}, "'maybe': .* True or False", id="no flag"),
        pytest.param({"inference_type": "INT8"}, "'INT8': .*QUANTIZED_UINT8", id="inference_type"),
        pytest.param(
            {"post_training": "uint8"}, "'uint8': .* none, weights, int8", id="post_training"
        ),
        pytest.param({"minutes": "-1"}, "minutes='-1': .* 0 ", id="negative minutes"),
        pytest.param({"minutes": "inf"}, "minutes='inf': expected", id="endless minutes"),
        pytest.param({"mode": "tarin"}, "'tarin': .* train, export", id="mode"),
    ],
)
def test_unknown_or_impossible_values_are_refused(values, message):
    with pytest.raises(BadInput, match=message):
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
def test_values_are_parsed_as_sdks_write_them(name, value):
    """`str` as boto3 users do, JSON as the SDK does, both as some wrappers do."""
    for written in (str(value), json.dumps(value), json.dumps(str(value)), f"'{value}'"):
        assert getattr(hyperparameters.parse({name: written}), name) == value


def test_every_hyperparameter_and_no_other_is_parsed():
    assert list(hyperparameters._PARSERS) == list(Hyperparameters._fields)


def test_the_readme_lists_each_with_its_default():
    rows = re.findall(
        r"^\| `(\w+)` \| (.+?) \| .+ \|$", README.read_text(encoding="utf-8"), re.MULTILINE
    )
    assert [name for name, _ in rows] == list(Hyperparameters._fields)
    defaults = Hyperparameters()._asdict()
    for name, default in rows:
        if defaults[name] is None:  # what stands for it is in words
            assert default.split()[0] in ("the", "(none)", "a"), name
        else:
            assert default == str(defaults[name])


def test_all_mistakes_are_named_at_once():
    with pytest.raises(BadInput) as caught:
        hyperparameters.parse({"num_steps": "x", "quantze": "True", "seed": "-1"})
    for name in ("num_steps", "quantze", "seed"):
        assert name in str(caught.value)


def test_values_become_strings_for_the_trainer():
    values = {"quantize": True, "num_steps": 30, "inference_type": "FLOAT", "seed": "5"}
    before = dict(values)
    assert hyperparameters.as_strings(values) == {
        "inference_type": "FLOAT",
        "num_steps": "30",
        "quantize": "true",
        "seed": "5",
    }
    assert values == before

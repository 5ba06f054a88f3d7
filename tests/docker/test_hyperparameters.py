"""Hyperparameters as SageMaker, SDKs and people write them."""

import pytest

from helpers.errors import BadInput
from trainer import hyperparameters
from trainer.layout import Layout


@pytest.mark.parametrize("values, name, expected", [
    ({}, "num_steps", 100),
    ({"num_steps": "250"}, "num_steps", 250),
    ({"num_steps": '"250"'}, "num_steps", 250),
    ({"num_steps": " 250.0 "}, "num_steps", 250),
    ({"quantize": "True"}, "quantize", True),
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
])
def test_parses(values, name, expected):
    given = dict(values)
    assert getattr(hyperparameters.parse(values), name) == expected
    assert values == given


@pytest.mark.parametrize("values, said", [
    ({"num_step": "3"}, "did you mean num_steps"),
    ({"zzz": "3"}, "known are num_steps"),
    ({"num_steps": "0"}, "1 or more"),
    ({"num_steps": "1.5"}, "1 or more|whole"),
    ({"num_steps": "-3"}, "1 or more"),
    ({"num_steps": "9" * 20}, "from 0 to"),
    ({"num_steps": "\u00b2"}, "num_steps"),
    ({"seed": "0.5"}, "from 0 to"),
    ({"quantize": "maybe"}, "True or False"),
    ({"inference_type": "INT8"}, "QUANTIZED_UINT8"),
    ({"post_training": "uint8"}, "none, weights, int8"),
    ({"mode": "tarin"}, "train, export"),
])
def test_refuses(values, said):
    with pytest.raises(BadInput, match=said):
        hyperparameters.parse(values)


def test_names_every_mistake_at_once():
    with pytest.raises(BadInput) as caught:
        hyperparameters.parse({"num_steps": "x", "quantise": "True", "seed": "-1"})
    for name in ("num_steps", "quantise", "seed"):
        assert name in str(caught.value)


def test_base_moves_the_layout(monkeypatch, tmp_path):
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(tmp_path))
    layout = Layout.from_environment()
    assert layout.graph == tmp_path.resolve() / "model" / "graph"
    assert layout.moved('input_path: "/opt/ml/input/data"') == \
        f'input_path: "{tmp_path.resolve()}/input/data"'
    monkeypatch.delenv("SAGEMAKER_BASE_DIR")
    assert str(Layout.from_environment().failure) == "/opt/ml/output/failure"

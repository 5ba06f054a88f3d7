"""What differs between two configs: as a diff that the patch program takes, and as lines."""

import shutil
import subprocess

import pytest

from helpers.pipeline_config import adaptation, config_diff, pipeline
from helpers.pipeline_config.adaptation import ConfigOptions
from helpers.structures.label_map import LabelMap

TWO = LabelMap.of(["cat", "dog"])


def test_nothing_differs_from_itself():
    config = pipeline.read("small_ssd")
    assert config_diff.diff(config, config) == "" and config_diff.changes(config, config) == []


@pytest.mark.skipif(not shutil.which("patch"), reason="no patch; sudo apt-get install -y patch")
@pytest.mark.parametrize("template", pipeline.recipes())
@pytest.mark.parametrize(
    "options",
    [
        {"num_steps": 77},
        {"batch_size": 5, "image_size": 224, "qat": True},
        {"augment": ["hflip", "colour"], "checkpoint": "model.ckpt"},
    ],
    ids=["steps", "batch, size and QAT", "augmentation and checkpoint"],
)
def test_the_diff_turns_the_template_into_the_config(tmp_path, template, options):
    before = pipeline.read(template)
    after = adaptation.adapt(before, TWO, ConfigOptions(**options))
    path = pipeline.write(before, tmp_path / "pipeline.config")
    diff = config_diff.diff(before, after, template)
    assert diff.startswith(f"--- {template}\n+++ pipeline.config\n@@")
    subprocess.run(
        ["patch", str(path)],
        input=diff + "\n",
        universal_newlines=True,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    assert pipeline.read(path) == after
    assert config_diff.between(template, path) == diff


@pytest.mark.parametrize(
    "old, new, expected",
    [
        (
            "train_config { batch_size: 24 }",
            "train_config { batch_size: 8 }",
            ["train_config.batch_size: 24 -> 8"],
        ),
        ("", "train_config { num_steps: 8 }", ["train_config.num_steps: not set -> 8"]),
        (
            "train_config { data_augmentation_options { random_horizontal_flip { } } "
            "data_augmentation_options { ssd_random_crop { } } }",
            "train_config { data_augmentation_options { random_horizontal_flip { } } }",
            ["train_config.data_augmentation_options[1].ssd_random_crop: set -> not set"],
        ),
        (
            'eval_config { metrics_set: "a" }',
            'eval_config { metrics_set: "b" metrics_set: "a" }',
            ["eval_config.metrics_set[0]: a -> b", "eval_config.metrics_set[1]: not set -> a"],
        ),
        (
            "model { ssd { post_processing { score_converter: SIGMOID } } }",
            "model { ssd { post_processing { score_converter: SOFTMAX } } }",
            ["model.ssd.post_processing.score_converter: SIGMOID -> SOFTMAX"],
        ),
        (
            "model { ssd { post_processing { "
            "batch_non_max_suppression { iou_threshold: 0.6 } } } }",
            "",
            ["model.ssd.post_processing.batch_non_max_suppression.iou_threshold: 0.6 -> not set"],
        ),
    ],
    ids=["changed", "added", "removed", "list", "enum", "model removed"],
)
def test_a_line_for_each_value(old, new, expected):
    assert config_diff.changes(pipeline.parse(old), pipeline.parse(new)) == expected

"""Images a second of each way of fine-tuning, one after the other, from the same weights.

Weights at random take the same time as others. A rate is the median of those the trainer logs
after its first ten steps, so that loading, evaluating and exporting are not in it.
"""

import os
import re
import statistics

import pytest
import workflow
from tiny_model import checkpoint

from helpers.pipeline_config import pipeline
from helpers.steps.train import planned_hyperparameters
from helpers.synthetic import sample
from helpers.workspace import Workspace

STEPS, IMAGES = int(os.environ.get("BENCH_STEPS", 60)), 60
RATE = re.compile(r"([\d.]+) images/s, ")
FULL, TRANSFER = "ssd_mobilenet_v2", "ssd_mobilenet_v2_transfer"
WAYS = {
    "all layers, zoo's recipe": (FULL, "none", True),
    "all layers": (TRANSFER, "none", True),
    "above expanded_conv_5": (TRANSFER, "expanded_conv_5", False),
    "above expanded_conv_5, features kept": (TRANSFER, "expanded_conv_5", True),
    "above expanded_conv_12": (TRANSFER, "expanded_conv_12", False),
    "above expanded_conv_12, features kept": (TRANSFER, "expanded_conv_12", True),
}


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """A work folder with records and a checkpoint of random weights to start from."""
    work = Workspace.at(tmp_path_factory.mktemp("fine-tuning"))
    sample.write(work.data, IMAGES)
    workflow.import_annotations(work, work.data / "annotations", work.data / "img")
    workflow.map_labels(work)
    workflow.split_dataset(work)
    workflow.write_tfrecords(work)
    work.checkpoint.mkdir()
    checkpoint(pipeline.read(FULL), work.checkpoint)
    return work


def images_a_second(work, name, template, freeze, keep):
    workflow.configure_pipeline_for(work, template, STEPS, batch_size=8, freeze=freeze)
    hyperparameters = dict(planned_hyperparameters(work), quantize=False, cache_features=keep)
    finished = workflow.train(work, hyperparameters, re.sub(r"\W+", "-", name))
    rates = [float(rate) for rate in RATE.findall(finished.log.read_text())]
    return statistics.median(rates[1:])


def test_ways_of_fine_tuning(work):
    rates = {name: images_a_second(work, name, *way) for name, way in WAYS.items()}
    first = next(iter(rates))
    print(f"\n{STEPS} steps of 8 images at 300x300")
    for name, rate in rates.items():
        print(f"  {name:<40} {rate:7.1f} images/s, {rate / rates[first]:.2f} times {first}")
    assert len(rates) == len(WAYS)

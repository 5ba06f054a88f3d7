"""What each way of fine-tuning reaches, and how long it takes, beside the stock program.

The same real photos, pretrained weights, steps and machine, whole processes one after the other.
The stock way is ``object_detection.model_main`` with the recipe of the model zoo; it exports
nothing, and its seconds are those until it has evaluated. Ours go on until the exported model is
compared.
"""

import json
import os
import re
import time

import pytest
import workflow
from stock_programs import STOCK, lay_out_stock, stock_arguments, timed

from helpers.pipeline_config.recipe import SCRATCH
from helpers.steps.choose_recipe import AUTO, find_start
from helpers.steps.train import planned_hyperparameters
from helpers.workspace import Workspace

STEPS = int(os.environ.get("BENCH_STEPS", 300))
EVALUATED = re.compile(r"Saving dict for global step (\d+): (.*)")
PRECISION = re.compile(r"DetectionBoxes_Precision/(mAP(?:@\.50IOU)?) = ([\d.]+)")
ZOO, TRANSFER = "ssd_mobilenet_v2", "ssd_mobilenet_v2_transfer"
WAYS = {
    "ours, all layers, the zoo's recipe": (ZOO, "none", False),
    "ours, above expanded_conv_12": (TRANSFER, "expanded_conv_12", False),
    "ours, the same, features kept": (TRANSFER, "expanded_conv_12", True),
}


@pytest.fixture(scope="module")
def work(raccoon, tmp_path_factory):
    """Records of the photos, and the pretrained weights."""
    work = Workspace.at(tmp_path_factory.mktemp("accuracy"))
    folders = workflow.resolve_dataset(work, str(raccoon / "images"), str(raccoon / "annotations"))
    workflow.import_annotations(work, *folders)
    workflow.map_labels(work)
    workflow.split_dataset(work)
    workflow.write_tfrecords(work, longest_edge=320)
    start = find_start(AUTO, work.checkpoint)
    if start.template == SCRATCH:
        pytest.skip(f"{start.reason}; connect this machine with a package index")
    return work


def last_evaluation(log):
    """mAP and mAP@.5 of the last evaluation that a log tells of."""
    *_, (step, line) = EVALUATED.findall(log)
    assert int(step) == STEPS
    found = dict(PRECISION.findall(line))
    return float(found["mAP"]), float(found["mAP@.50IOU"])


def stock(work, base):
    """Seconds, mAP and mAP@.5 of ``model_main``."""
    workflow.configure_pipeline_for(work, ZOO, STEPS, batch_size=8)
    config = lay_out_stock(work, base)
    log = base / "log"
    seconds = timed(
        ["-c", STOCK, *stock_arguments(base, config, STEPS)], log=log, evaluated=EVALUATED
    )
    return (seconds["evaluated"], *last_evaluation(log.read_text()))


def ours(work, name, template, freeze, keep):
    """The same of the trainer."""
    workflow.configure_pipeline_for(work, template, STEPS, batch_size=8, freeze=freeze)
    hyperparameters = dict(planned_hyperparameters(work), quantize=False, cache_features=keep)
    started = time.time()
    finished = workflow.train(work, hyperparameters, re.sub(r"\W+", "-", name))
    assert json.loads((finished.graph / "export.json").read_text())["passed"]
    seconds = finished.log.stat().st_mtime - started
    return (seconds, *last_evaluation(finished.log.read_text()))


def test_accuracy_and_seconds_of_each_way(work, tmp_path):
    results = {"stock model_main, the zoo's recipe": stock(work, tmp_path / "stock")}
    results.update((name, ours(work, name, *way)) for name, way in WAYS.items())
    first = results["stock model_main, the zoo's recipe"][0]
    print(f"\n{STEPS} steps of 8 photos at 300x300, from the same weights; ours with export")
    for name, (seconds, mean, half) in results.items():
        times = f"{first / seconds:.2f} times as fast"
        print(f"  {name:<38} {seconds:7.1f} s, {times}, mAP {mean:.3f}, mAP@.5 {half:.3f}")
    assert len(results) == len(WAYS) + 1

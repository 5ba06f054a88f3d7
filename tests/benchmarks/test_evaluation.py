"""Evaluation from the frozen graph, beside the Object Detection API's stock run on its checkpoint.

The same records and machine; whole processes in turns. The stock way is
``object_detection.model_main --run_once``.
"""

import json
import os
import re
import shutil

import pytest
import workflow
from stock_programs import STOCK, lay_out_stock, timed

from helpers.synthetic import sample
from helpers.training import finished_jobs
from helpers.workspace import Workspace

IMAGES = int(os.environ.get("BENCH_IMAGES", 500))  # to evaluate on
TRAINED_ON = 60
STEPS = int(os.environ.get("BENCH_STEPS", 60))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", 3))
OURS = """
import json, sys
from helpers.evaluation.backend_evaluation import evaluate_backend
from helpers.inference import registry
from helpers.tfrecords import tfrecord
name, model, records = sys.argv[1:]
label_map = registry.runnable(model).label_map
images = tfrecord.read(tfrecord.existing(records), label_map)
found = evaluate_backend(registry.open_backend(name, model, label_map), images, label_map)
print(json.dumps(dict(found.as_dict(), images=len(found.results))))
"""
STOCK_MAP = re.compile(r"Average Precision .*IoU=0.50:0.95 \| area=   all .* = (\S+)")


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    pytest.importorskip("object_detection")
    made = Workspace.at(tmp_path_factory.mktemp("bench"))
    sample.write(made.data, TRAINED_ON + IMAGES)
    workflow.import_annotations(made, made.data / "annotations", made.data / "img")
    workflow.map_labels(made)
    workflow.split_dataset(made, TRAINED_ON / (TRAINED_ON + IMAGES))
    workflow.write_tfrecords(made, shards=2)
    workflow.configure_pipeline_for(made, "small_ssd", STEPS)
    workflow.train(made, {"num_steps": STEPS})
    return made


@pytest.fixture()
def stock(work, tmp_path):
    """Runs the stock evaluation once; returns its seconds."""
    config = lay_out_stock(work, tmp_path / "stock")
    job = finished_jobs.at(work.job_in_use())
    # The stock program takes the newest checkpoint of a folder, and no prefix.
    folder = tmp_path / "checkpoint"
    folder.mkdir()
    for path in sorted(job.checkpoint.parent.glob(f"{job.checkpoint.name}.*")):
        shutil.copy(str(path), str(folder))
    (folder / "checkpoint").write_text(f'model_checkpoint_path: "{job.checkpoint.name}"\n')

    def run():
        out, log = tmp_path / "out", tmp_path / "log"
        shutil.rmtree(str(out), ignore_errors=True)
        arguments = ["--model_dir", out, "--pipeline_config_path", config]
        program = ["-c", STOCK, "object_detection.model_main", *arguments]
        return timed([*program, "--checkpoint_dir", folder, "--run_once"], log=log)["end"]

    run.log = tmp_path / "log"
    return run


def test_whole_evaluations(work, stock, seconds_of, side_by_side):
    records, printed = work.channel.record("eval"), {}

    def ours(name, model):
        seconds, printed[name] = seconds_of(OURS, name, model, records)
        return seconds

    rivals = {
        "ours, frozen graph": lambda: ours("tensorflow", work.graph),
        "ours, checkpoint": lambda: ours("checkpoint", work.job_in_use()),
        "ours, opencv": lambda: ours("opencv", work.graph),
        "stock, checkpoint": stock,
    }
    medians = side_by_side(f"{IMAGES} images of small_ssd, process and all", ROUNDS, **rivals)
    ratio = medians["stock, checkpoint"] / medians["ours, frozen graph"]
    print(f"  from the frozen graph {ratio:.2f} times as fast as stock")
    print(f"  mAP of stock {STOCK_MAP.search(stock.log.read_text()).group(1)}, ours:")
    for name, text in printed.items():
        found = json.loads(text)
        print(f"    {name}: {found['mAP']} on {found['images']} images, {found['ms_median']} ms")
        assert found["images"] == IMAGES

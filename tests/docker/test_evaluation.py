"""What a job measures, keeps, reports and refuses: on one job that ran to its end."""

import json
import re
import shutil
from dataclasses import asdict
from typing import Dict, NamedTuple

import numpy as np
import pytest
import tensorflow as tf

from helpers.annotations import label_map_file
from helpers.evaluation.coco_metrics import coco_metrics
from helpers.evaluation.results import DetectionResults
from helpers.pipeline_config import image_resizer, pipeline
from helpers.structures.boxes import LabeledBoxes
from helpers.tfrecords import tfrecord
from helpers.training import curves, event_reader, local_job
from helpers.workspace import CONTAINER_CHANNEL

pytestmark = pytest.mark.training
# What TensorBoard calls COCO's metrics, after "DetectionBoxes_".
TAGS = {
    "mAP": "Precision/mAP",
    "mAP50": "Precision/mAP@.50IOU",
    "mAP75": "Precision/mAP@.75IOU",
    "mAP_small": "Precision/mAP (small)",
    "mAP_medium": "Precision/mAP (medium)",
    "mAP_large": "Precision/mAP (large)",
    "AR1": "Recall/AR@1",
    "AR10": "Recall/AR@10",
    "AR100": "Recall/AR@100",
    "AR_small": "Recall/AR@100 (small)",
    "AR_medium": "Recall/AR@100 (medium)",
    "AR_large": "Recall/AR@100 (large)",
}


def test_the_archive_holds_newest_best_and_events(whole_job):
    model = whole_job.base / "model"
    kept = json.loads((model / "best" / "best.json").read_text())
    assert [evaluation["step"] for evaluation in kept["evaluations"]] == [12, 24]
    best = max(kept["evaluations"], key=lambda evaluation: evaluation["mAP"])
    assert kept["best"] == best
    assert [path.name for path in model.glob("*.index")] == ["model.ckpt-24.index"]
    other = [] if best["step"] == 24 else [f"model.ckpt-{best['step']}.index"]
    assert [path.name for path in model.glob("best/*.index")] == other
    found, _ = curves.choose(event_reader.read(model))
    assert [point.step for point in found["mAP"]] == [12, 24]
    for point, evaluation in zip(found["mAP"], kept["evaluations"]):
        assert point.value == pytest.approx(evaluation["mAP"], abs=1e-6)
    assert [point.step for point in found["loss"]] == list(range(1, 25))


@pytest.mark.parametrize(
    "folder, graphs", [pytest.param("", 1, id="training"), pytest.param("eval_0", 0, id="eval")]
)
def test_the_graph_is_written_once(whole_job, folder, graphs):
    """TensorFlow's cache of writers would write it four times: megabytes, seconds at each start."""
    (path,) = (whole_job.base / "model" / folder).glob("events.out.*")
    kinds = [event.WhichOneof("what") for event in tf.compat.v1.train.summary_iterator(str(path))]
    assert kinds.count("graph_def") == graphs and kinds.count("meta_graph_def") == 0
    assert kinds.count("summary") >= 2


def test_the_newest_checkpoints_are_kept(whole_job):
    assert whole_job.saved() == [8, 12, 16, 20, 24]


def test_the_log_says_what_the_job_does(whole_job):
    log = whole_job.log.read_text()
    for row in (
        "classes   3: apple, banana, donut",
        "images    19 .* 5 .*",
        r"steps     0 to 24, 4 images .* 5\.05 .*",
        "weights   from scratch",
    ):
        assert re.search(f"\n  {row}\n", log)
    assert log.index("this job:") < log.index("] loss = ")
    assert len(local_job.summary(whole_job.log)) == 12
    assert re.search(r"\] [0-9.]+ images/s, \d:\d\d:\d\d left; .* 24 to 24:", log)


class Stock(NamedTuple):
    """What TensorFlow's own estimator measures, and by image the truth and the detections."""

    metrics: Dict[str, float]
    truth: Dict[str, Dict[str, np.ndarray]]
    detections: Dict[str, Dict[str, np.ndarray]]


@pytest.fixture(scope="module")
def stock(whole_job, tmp_path_factory):
    """The last checkpoint of the job, evaluated by the Object Detection API alone."""
    from object_detection import model_hparams, model_lib
    from object_detection.metrics.coco_evaluation import CocoDetectionEvaluator as Evaluator

    image_resizer.use_half_pixel_centers()
    parts = model_lib.create_estimator_and_inputs(
        tf.estimator.RunConfig(model_dir=str(tmp_path_factory.mktemp("stock"))),
        model_hparams.create_hparams(None),
        str(whole_job.base / "output" / "data" / "pipeline.config"),
        sample_1_of_n_eval_examples=1,
    )
    seen = {}, {}
    with pytest.MonkeyPatch.context() as patch:
        for kept, kind in zip(seen, ("ground_truth", "detected")):
            name = f"add_single_{kind}_image_info"
            patch.setattr(Evaluator, name, noting(kept, getattr(Evaluator, name)))
        metrics = parts["estimator"].evaluate(
            parts["eval_input_fns"][0], checkpoint_path=str(whole_job.base / "model/model.ckpt-24")
        )
    return Stock(metrics, *seen)


def noting(kept, add):
    def call(self, image_id, values):
        kept[image_id] = values
        return add(self, image_id, values)

    return call


def same(boxes, others):
    return boxes.shape == others.shape and np.abs(boxes - others).max() < 0.001


def test_evaluations_are_those_of_tensorflows_own_estimator(whole_job, stock):
    found = event_reader.read(whole_job.base / "model").evaluation
    ours = {name: points[-1].value for name, points in found.items() if points[-1].step == 24}
    scalars = {
        name: value
        for name, value in stock.metrics.items()
        if name not in ("global_step", "learning_rate") and not isinstance(value, bytes)
    }
    assert {name: ours[name] for name in scalars} == pytest.approx(scalars, rel=1e-4, abs=1e-6)


def test_the_twelve_metrics_are_those_of_tensorflows_own_estimator(small_channel, stock):
    """Of its detections beside what we read of the records; images in its order, for ties."""
    labels = label_map_file.read(small_channel / "label_map.pbtxt")
    read = list(tfrecord.read(tfrecord.existing(small_channel / "eval.record"), labels))
    images, detections = [], []
    for key, found in sorted(stock.detections.items()):
        corners = stock.truth[key]["groundtruth_boxes"][:, [1, 0, 3, 2]]
        (image,) = (each for each in read if same(each.objects.boxes, corners))
        images.append(image)
        names = [labels.name_of(int(class_id)) for class_id in found["detection_classes"]]
        boxes = found["detection_boxes"][:, [1, 0, 3, 2]]
        detections.append(LabeledBoxes(boxes, names, found["detection_scores"]))
    assert len(images) == len(read) == 5
    made = coco_metrics(DetectionResults.of(images, detections, labels))
    for name, value in asdict(made).items():
        if name in TAGS:
            expected = stock.metrics[f"DetectionBoxes_{TAGS[name]}"]
            assert (-1 if value is None else value) == pytest.approx(expected, abs=1e-6), name
    assert made.AR100 > 0.01 and len(TAGS) == 12


def test_evaluates_without_training_and_without_an_export(again):
    shutil.rmtree(str(again.base / "checkpoints" / "best"))
    assert again.run(num_steps=24, mode="evaluate") == 0
    assert again.steps() == [] and len(local_job.summary(again.log)) == 12
    kept = json.loads((again.base / "model" / "best" / "best.json").read_text())
    assert [evaluation["step"] for evaluation in kept["evaluations"]] == [24]
    assert not (again.base / "model" / "graph").exists()


def test_a_finished_job_does_not_train_again(again):
    before = [path.read_bytes() for path in sorted(again.base.glob("checkpoints/*.index"))]
    assert again.run(num_steps=24, save_checkpoints_steps=4, eval_every=12) == 0
    assert again.steps() == [] and again.saved() == [8, 12, 16, 20, 24]
    assert "Average Precision" not in again.last_log()  # what is known stays known
    kept = json.loads((again.base / "model" / "best" / "best.json").read_text())
    assert re.search(f"model/(best/)?model.ckpt-{kept['best']['step']}, .*mAP", again.last_log())
    assert (again.base / "model" / "graph" / "frozen_inference_graph.pb").exists()
    assert [path.read_bytes() for path in sorted(again.base.glob("checkpoints/*.index"))] == before


def test_a_full_disk_is_refused_before_the_first_step(job):
    assert job.run(num_steps=4, keep_checkpoint_max=10**9) == 1
    assert re.search(r"found .+ free, expected .+ 1000000002 checkpoints ", job.failure())
    assert job.steps() == [] and job.saved() == []


def test_checkpoints_of_another_model_are_refused_before_the_first_step(
    again, averaged_channel, tmp_path
):
    channel = tmp_path / "channel"
    shutil.copytree(str(averaged_channel), str(channel))
    config = channel / "pipeline.config"
    config.write_text(config.read_text().replace("depth_multiplier: 0.35", "depth_multiplier: 0.5"))
    link = again.base / "input" / "data" / "training"
    link.unlink()
    link.symlink_to(channel)
    assert again.run(num_steps=30) == 1
    assert re.search("model.ckpt-24: .*another model", again.failure())
    assert again.steps() == []


def test_half_precision_scales_the_loss(averaged_channel, tmp_path):
    """The graph that is made for a GPU; on another machine it runs as it is."""
    from object_detection import model_hparams, model_lib

    from trainer import input_pipeline
    from trainer.training_tensors import TrainingTensors, model_fn_creator

    config = pipeline.parse(
        (averaged_channel / "pipeline.config")
        .read_text()
        .replace(str(CONTAINER_CHANNEL.folder), str(averaged_channel))
    )
    pipeline.write(config, tmp_path / "pipeline.config")
    parts = model_lib.create_estimator_and_inputs(
        tf.estimator.RunConfig(model_dir=str(tmp_path / "out")),
        model_hparams.create_hparams(None),
        str(tmp_path / "pipeline.config"),
        sample_1_of_n_eval_examples=1,
        model_fn_creator=model_fn_creator(TrainingTensors(), True),
    )
    parts["estimator"].train(input_pipeline.train_input_fn(config, 19, 0, 0), max_steps=1)
    names = parts["estimator"].get_variable_names()
    assert [name for name in names if "loss_scale" in name]
    assert [name for name in names if name.endswith("weights/ExponentialMovingAverage")]

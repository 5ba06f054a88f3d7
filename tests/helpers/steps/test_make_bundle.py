"""The Pi bundle as a step."""

import json
import subprocess
import sys

import pytest
from builders import detections

from helpers.annotations import csv_table, label_map_file
from helpers.evaluation.results import DetectionResults
from helpers.export import bundle as bundle_folder
from helpers.pipeline_config import adaptation, pipeline
from helpers.pipeline_config.adaptation import ConfigOptions
from helpers.steps.make_bundle import BundleData, BundleOptions, bundle_data, file_rows, make_bundle
from helpers.structures.errors import BadInput, MissingPart
from helpers.structures.label_map import LabelMap
from helpers.tfrecords import tfrecord
from helpers.workspace import DETECT


def test_the_bundle_says_what_trained_it(trained, tmp_path):
    made = make_bundle(trained.graph, tmp_path / "model", trained.state())
    description = json.loads((made.folder / "model.json").read_text())
    assert description["trained"]["job"] == trained.state()["job"]
    assert made.as_text() == str(tmp_path / "model")
    assert {row["file"] for row in made.rows()} == {path.name for path in made.folder.iterdir()}


@pytest.mark.parametrize(
    "started_from, start, said",
    [
        ("last-a-7.ckpt", "last-a-7.ckpt", True),
        ("model.ckpt", "last-a-7.ckpt", False),
        ("", None, True),
    ],
    ids=["its start", "chosen since", "from scratch"],
)
def test_the_start_is_told_where_it_is_that_of_the_model(
    monkeypatch, tmp_path, started_from, start, said
):
    config = adaptation.adapt(
        pipeline.read("small_ssd"), LabelMap.of(["cat"]), ConfigOptions(checkpoint=started_from)
    )
    pipeline.write(config, tmp_path / "pipeline.config")
    told = {}
    monkeypatch.setattr(
        bundle_folder, "make", lambda graph, out, trained, _: told.update(trained) or out
    )
    make_bundle(tmp_path, tmp_path / "model", {"job": "a", "start": {"checkpoint": start}})
    assert told["job"] == "a" and ("start" in told) == said


def test_threshold_self_test_and_card_come_from_the_eval_split(trained, bundle, tmp_path):
    described = json.loads((bundle / "model.json").read_text())
    assert 0 < described["threshold"] < 1
    images = len(csv_table.read(trained.channel.table("eval")))
    assert described["data"]["splits"]["eval"]["images"] == images
    assert described["intervals"]["mAP"]["images"] == images
    ran = subprocess.run(
        [sys.executable, str(DETECT), "--self-test", "--model", str(bundle)],
        stdout=subprocess.PIPE,
        universal_newlines=True,
    )
    assert ran.returncode == 0, ran.stdout
    assert [line.split(",")[0] for line in ran.stdout.splitlines()] == [
        "opencv: passed",
        "tflite: passed",
    ]
    card = (bundle / "MODEL_CARD.md").read_text()
    assert f"- threshold: {described['threshold']:.3g}" in card
    assert f"{images} images: mAP" in card


def test_what_is_given_counts(trained, tmp_path):
    records = trained.channel.record("eval")
    label_map = label_map_file.read(trained.label_map)
    image = next(tfrecord.read(tfrecord.existing(records), label_map))
    found = detections((image.objects.boxes[0], image.objects.labels[0], 0.9))
    options = BundleOptions(
        0.45, DetectionResults.of([image], [found], label_map), ("small apples",), zip=True
    )
    data = bundle_data(trained)
    made = make_bundle(trained.graph, tmp_path / "model", trained.state(), data, options)
    described = json.loads((made.folder / "model.json").read_text())
    assert made.threshold == described["threshold"] == 0.45
    assert (made.folder / "selftest.jpg").read_bytes() == image.encoded
    assert described["weak_spots"] == ["small apples"]
    assert made.archive == tmp_path / "pi.zip" and made.archive.is_file()
    assert made.as_text().splitlines() == [str(made.folder), str(made.archive)]
    assert made.sentence() == "threshold: 0.45; self-test: yes"


def test_records_of_other_classes_are_left_alone(trained, tmp_path):
    label_map_file.write(LabelMap.of(["cat"]), tmp_path / "label_map.pbtxt")
    data = BundleData(tmp_path / "eval.record", ())
    made = make_bundle(trained.graph, tmp_path / "model", {}, data)
    assert made.sentence() == "threshold: no threshold of its own; self-test: no"
    assert made.threshold is None and not (made.folder / "selftest.jpg").exists()
    assert "threshold" not in json.loads((made.folder / "model.json").read_text())


@pytest.mark.parametrize("threshold", [-0.1, 1.01, float("nan")])
def test_a_threshold_that_is_none_is_refused(tmp_path, threshold):
    with pytest.raises(BadInput, match="threshold: "):
        make_bundle(tmp_path, tmp_path / "model", {}, None, BundleOptions(threshold))
    assert not (tmp_path / "model").exists()


def test_no_model_makes_no_bundle(tmp_path):
    with pytest.raises(MissingPart, match="04_train"):
        make_bundle(tmp_path / "none", tmp_path / "model", {})
    assert not (tmp_path / "model").exists()


def test_files_are_listed_with_their_sizes(tmp_path):
    (tmp_path / "b").write_bytes(b"0" * 2500)
    (tmp_path / "a").write_bytes(b"")
    assert file_rows(tmp_path) == [{"file": "a", "kB": 0}, {"file": "b", "kB": 2}]

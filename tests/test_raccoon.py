"""200 real photos with their LabelImg XML through the same steps as the sample."""

import json
from collections import Counter

import notebook_run
import numpy as np
import pytest
import workflow

from helpers.annotations import csv_table
from helpers.annotations.formats import voc
from helpers.pipeline_config.recipe import SCRATCH
from helpers.steps.choose_recipe import AUTO, choose_recipe, find_start
from helpers.steps.configure_pipeline import configure_pipeline
from helpers.structures import dataset
from helpers.tfrecords import tfrecord
from helpers.workspace import Workspace


@pytest.fixture(scope="module")
def work(raccoon, work_root):
    """The training channel of the photos; their own folder is all that differs."""
    work = Workspace.at(work_root / "raccoon")
    collected, validation = workflow.import_annotations(
        work, *workflow.resolve_dataset(work, str(raccoon / "images"), str(raccoon / "annotations"))
    )
    assert (len(collected.records), dataset.box_count(collected.records)) == (200, 217)
    # Four photos are there twice, two more in another size: a person sees it too.
    assert Counter(finding.code for finding in validation.findings) == {
        "image-grayscale": 3,
        "image-duplicate": 4,
        "image-near-duplicate": 2,
    }
    label_map = workflow.map_labels(work)
    workflow.split_dataset(work)
    workflow.write_tfrecords(work, longest_edge=320)
    assert label_map.names == ("raccoon",)
    return work


def test_every_box_survives_xml_csv_and_records(raccoon, work, tmp_path):
    annotated = voc.read(raccoon / "annotations", raccoon / "images").records
    label_map = workflow.map_labels(work)
    path = tmp_path / "all.record"
    tfrecord.write(csv_table.read(work.table), label_map, raccoon / "images", path)
    stored = {image.filename: image for image in tfrecord.read([path], label_map)}
    assert sum(len(image.objects) for image in stored.values()) == 217
    for record in annotated:
        image = stored[record.path]
        assert (image.width, image.height) == (record.width, record.height)
        assert image.objects.labels == record.objects.labels
        np.testing.assert_allclose(image.objects.boxes, record.objects.boxes, atol=1e-3)


@pytest.mark.training
def test_fine_tuning_reaches_a_good_detector_in_a_hundred_steps(work):
    """The recipe that is chosen, shortened; its own 300 steps bring a few points more."""
    start = find_start(AUTO, work.checkpoint)
    if start.template == SCRATCH:
        pytest.skip(f"{start.reason}; connect this machine with a package index")
    recipe = choose_recipe(start, work.channel.table("train"), {"STEPS": 100})
    assert recipe.options.freeze == "expanded_conv_12"  # one class
    configure_pipeline(
        start.template, work.label_map, work.config, recipe.options, start.checkpoint
    )
    restored = workflow.preflight(work).start
    layers = {name.split("/")[0] for name in restored.reinitialized}
    assert layers == {f"BoxPredictor_{number}" for number in range(6)}
    assert all("ClassPredictor" in name for name in restored.reinitialized)
    finished = workflow.train(work, {"num_steps": 100, "quantize": True})
    assert "features of the frozen layers kept" in finished.log.read_text()
    report = json.loads((finished.graph / "export.json").read_text())
    assert report["passed"] and report["images"] == 40
    assert len(finished.summary) == 12
    notebook_run.run(["05_tensorboard", "06_evaluate"], work.root)
    measured = json.loads((work.evaluation / "metrics.json").read_text())["backends"]
    assert len(measured) == 3
    for backend, metrics in measured.items():
        assert metrics["mAP50"] > 0.85 and metrics["mAP"] > 0.55, (backend, metrics)
    assert (work.evaluation / "report.html").is_file()
    card = (work.root / "bundle" / "MODEL_CARD.md").read_text()
    assert "40 images: mAP 0." in card and "not examined" not in card

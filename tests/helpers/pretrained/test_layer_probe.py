"""How well layers tell objects apart before any training."""

import numpy as np
import pytest

from helpers.pretrained import layer_probe
from helpers.pretrained.layer_probe import ProbeImage, balanced_accuracy
from helpers.structures.boxes import LabeledBoxes, iou
from helpers.structures.errors import BadInput

COLORS = {"red": (230, 20, 20), "green": (20, 230, 20)}
LAYERS = ("expanded_conv_2", "expanded_conv_5")


def painted(number, label, color):
    """An image of noise with one square of a color."""
    random = np.random.RandomState(number)
    pixels = random.randint(60, 130, (128, 160, 3)).astype(np.uint8)
    left, top = random.randint(0, 100), random.randint(0, 70)
    pixels[top : top + 50, left : left + 50] = COLORS[color]
    corners = [left, top, left + 50, top + 50]
    return ProbeImage(pixels, LabeledBoxes.from_rows([(label, corners)]))


@pytest.fixture
def tiny(config, checkpoint):
    """A detector's config and its checkpoint."""
    return config, checkpoint


def test_colors_are_told_apart_and_labels_by_chance_are_not(tiny):
    names = sorted(COLORS) * 16
    by_color = [painted(number, name, name) for number, name in enumerate(names)]
    chance = np.random.RandomState(3).permutation(names)
    by_chance = [painted(number, chance[number], names[number]) for number in range(len(names))]
    seen = layer_probe.accuracies(*tiny, by_color, LAYERS)
    guessed = layer_probe.accuracies(*tiny, by_chance, LAYERS)
    assert sorted(seen) == sorted(LAYERS)
    assert min(seen.values()) > 0.85
    assert max(guessed.values()) < 0.75  # background is told apart, the colors are not


def test_few_images_tell_nothing(tiny):
    images = [painted(number, "red", "red") for number in range(3)]
    assert layer_probe.accuracies(*tiny, images, LAYERS) == {}


def test_images_without_objects_are_passed_over(tiny):
    empty = ProbeImage(np.zeros((128, 160, 3), np.uint8), LabeledBoxes.from_rows([]))
    assert layer_probe.accuracies(*tiny, [empty] * 20, LAYERS) == {}


def test_a_checkpoint_of_another_network_is_refused(tiny):
    import tiny_model

    wider = tiny_model.config(tiny_model.EXTRACTOR % "depth_multiplier: 0.5")
    images = [painted(number, "red", "red") for number in range(8)]
    with pytest.raises(BadInput, match="FeatureExtractor"):
        layer_probe.accuracies(wider, tiny[1], images, LAYERS)


def test_every_class_counts_the_same():
    random = np.random.RandomState(0)
    labels = np.array(["many"] * 90 + ["few"] * 10)
    features = np.where(labels == "few", 5.0, 0.0)[:, None] + random.normal(0, 0.1, (100, 4))
    groups = random.permutation(100)
    assert balanced_accuracy(features, labels, groups) == 1
    assert balanced_accuracy(np.zeros((100, 4)), labels, groups) == 0.5


def test_what_only_marks_the_image_is_worth_nothing():
    groups = np.repeat(np.arange(16), 6)
    labels = np.array(["a", "b"])[groups % 2]
    assert balanced_accuracy(np.eye(16)[groups], labels, groups) <= 0.5


def test_the_background_lies_beside_the_objects():
    image = painted(1, "red", "red")
    both = layer_probe._with_background(image, np.random.RandomState(0)).objects
    assert both.labels == ("red", layer_probe.BACKGROUND)
    assert iou(both.boxes[:1], both.boxes[1:])[0, 0] < 0.2
    np.testing.assert_allclose(both.boxes[1, 2:] - both.boxes[1, :2], (50, 50), atol=1e-3)


def test_an_object_that_fills_the_image_has_no_background():
    full = ProbeImage(
        np.zeros((40, 60, 3), np.uint8), LabeledBoxes.from_rows([("red", [0, 0, 60, 40])])
    )
    assert layer_probe._with_background(full, np.random.RandomState(0)).objects.labels == ("red",)

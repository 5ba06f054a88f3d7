"""Augmentation by name: what the Object Detection API's preprocessor then does to an image."""

import numpy as np
import pytest

from helpers.pipeline_config import augmentation, pipeline
from helpers.structures.errors import BadInput

BOX_REL_YXYX = [[0.2, 0.1, 0.7, 0.4]]


def preprocessed(chosen, seed=0):
    """Image and boxes after the API's own preprocessor, pixels from 0 to 255."""
    import tensorflow as tf
    from object_detection.builders import preprocessor_builder
    from object_detection.core import preprocessor

    config = pipeline.parse("")
    augmentation.choose(config, chosen)
    options = [
        preprocessor_builder.build(option)
        for option in config.train_config.data_augmentation_options
    ]
    image = np.random.RandomState(1).uniform(0, 255, (1, 40, 60, 3)).astype(np.float32)
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(seed)
        made = preprocessor.preprocess(
            {
                "image": tf.constant(image),
                "groundtruth_boxes": tf.constant(BOX_REL_YXYX),
                "groundtruth_classes": tf.constant([1], tf.int32),
                "groundtruth_weights": tf.constant([1.0]),
            },
            options,
            preprocessor.get_default_func_arg_map(),
        )
        outputs = session.run(made)
    return image, outputs["image"], outputs["groundtruth_boxes"]


@pytest.mark.parametrize("name", augmentation.CHOICES)
def test_each_choice_is_one_the_api_builds_and_runs(name):
    image, made, boxes = preprocessed([name])
    assert made.ndim == 4 and made.shape[3] == 3
    assert np.isfinite(made).all() and made.min() >= 0 and made.max() <= 255
    assert boxes.shape[1] == 4 and (boxes >= 0).all() and (boxes <= 1).all()


@pytest.mark.parametrize(
    "name, expected",
    [
        pytest.param("hflip", lambda image: image[:, :, ::-1], id="hflip"),
        pytest.param("vflip", lambda image: image[:, ::-1], id="vflip"),
    ],
)
def test_a_flip_is_that_flip_or_nothing(name, expected):
    seen = set()
    for seed in range(8):
        image, made, _ = preprocessed([name], seed)
        flipped = np.array_equal(made, expected(image))
        assert flipped or np.array_equal(made, image)
        seen.add(flipped)
    assert seen == {True, False}


@pytest.mark.parametrize(
    "names, steps",
    [
        pytest.param([], [], id="none"),
        pytest.param(
            ["vflip", "hflip"], ["random_vertical_flip", "random_horizontal_flip"], id="flips"
        ),
        pytest.param(
            ["crop", "colour"],
            [
                "ssd_random_crop",
                "random_adjust_brightness",
                "random_adjust_contrast",
                "random_adjust_saturation",
                "random_adjust_hue",
            ],
            id="crop and colour",
        ),
    ],
)
def test_the_choice_takes_the_place_of_the_configs_own_in_its_order(names, steps):
    config = pipeline.read("small_ssd")
    augmentation.choose(config, names)
    assert [
        option.WhichOneof("preprocessing_step")
        for option in config.train_config.data_augmentation_options
    ] == steps


@pytest.mark.parametrize(
    "option, names",
    [
        pytest.param("hflip,crop", ["hflip", "crop"], id="two"),
        pytest.param(" hflip , vflip ,", ["hflip", "vflip"], id="blanks and a last comma"),
        pytest.param("none", [], id="none"),
        pytest.param("", [], id="empty"),
    ],
)
def test_names_in_a_list(option, names):
    assert augmentation.names(option) == names


@pytest.mark.parametrize(
    "option, message",
    [
        pytest.param("hflip,colours", r"'colours', .*hflip.* none\. .* colour\?", id="near a name"),
        pytest.param("Q", "'Q', .* Correct", id="near no name"),
        pytest.param("none,hflip", "'none'", id="none and another"),
        pytest.param("crop,hflip,crop", "crop 2 times", id="twice"),
    ],
)
def test_unknown_or_repeated_names_are_refused(option, message):
    with pytest.raises(BadInput, match=message):
        augmentation.names(option)

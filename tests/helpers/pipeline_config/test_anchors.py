"""Anchors read off a config are those that the Object Detection API generates from it."""

import numpy as np
import pytest

from helpers.pipeline_config import anchors, pipeline
from helpers.structures.boxes import iou
from helpers.structures.errors import BadInput

MULTISCALE = """multiscale_anchor_generator {
    min_level: 3 max_level: 5 anchor_scale: 4.0 scales_per_octave: 2
    aspect_ratios: [1.0, 2.0, 0.5] }"""
GIVEN_SCALES = """ssd_anchor_generator {
    num_layers: 3 scales: [0.1, 0.3, 0.7] aspect_ratios: [1.0, 3.0]
    reduce_boxes_in_lowest_layer: false interpolated_scale_aspect_ratio: 2.0 }"""
OBLONG = """ssd_anchor_generator {
    num_layers: 2 min_scale: 0.3 max_scale: 0.9 aspect_ratios: 2.0
    base_anchor_width: 0.5 base_anchor_height: 1.5 interpolated_scale_aspect_ratio: 0.0 }"""


def of(generator, size=(320, 256)):
    return pipeline.parse(f"""model {{ ssd {{ num_classes: 1
        image_resizer {{ fixed_shape_resizer {{ width: {size[0]} height: {size[1]} }} }}
        anchor_generator {{ {generator} }} }} }}""")


def generated(config):
    """Sizes that the API's own generator gives for one cell a layer, which clips none of them."""
    import tensorflow as tf
    from object_detection.builders import anchor_generator_builder

    width, height = pipeline.input_size(config)
    generator = anchor_generator_builder.build(config.model.ssd.anchor_generator)
    grids = [(1, 1)] * len(generator.num_anchors_per_location())
    with tf.Graph().as_default(), tf.Session() as session:
        boxes = np.concatenate(
            session.run(
                [
                    layer.get()
                    for layer in generator.generate(grids, im_height=height, im_width=width)
                ]
            )
        )
    sizes = (boxes[:, 2:] - boxes[:, :2])[:, ::-1] * [width, height]
    return sizes[np.argsort(sizes.prod(axis=1), kind="stable")]


def in_order(sizes):
    return np.array(sorted(sizes.round(3).tolist()))


@pytest.mark.parametrize(
    "config",
    [
        pytest.param(lambda: pipeline.read("small_ssd"), id="small_ssd"),
        pytest.param(lambda: pipeline.read("ssd_mobilenet_v2"), id="ssd_mobilenet_v2"),
        pytest.param(lambda: of(MULTISCALE), id="multiscale"),
        pytest.param(lambda: of(GIVEN_SCALES), id="scales"),
        pytest.param(lambda: of(OBLONG), id="oblong"),
    ],
)
def test_anchors_are_those_of_the_object_detection_api(config):
    pytest.importorskip("tensorflow")
    shapes = anchors.shapes(config())
    assert np.all(np.diff(shapes.prod(axis=1)) >= 0)
    np.testing.assert_allclose(in_order(shapes), in_order(generated(config())), atol=0.01)


@pytest.mark.parametrize(
    "config, message",
    [
        pytest.param(
            of("grid_anchor_generator { }"), "grid_anchor_generator, expected", id="grid anchors"
        ),
        pytest.param(of(""), "None, expected", id="no anchors"),
        pytest.param(
            pipeline.parse("model { faster_rcnn { } }"), "None, expected", id="Faster R-CNN"
        ),
        pytest.param(pipeline.parse(""), "no model", id="no model"),
    ],
)
def test_other_anchors_are_refused(config, message):
    with pytest.raises(BadInput, match=message):
        anchors.shapes(config)


@pytest.mark.parametrize(
    "sizes, shapes",
    [
        pytest.param([], [[10, 10]], id="no boxes"),
        pytest.param([[10, 10]], [[10, 10]], id="equal"),
        pytest.param([[10, 20], [5, 1]], [[20, 10], [4, 4], [7, 3]], id="several of each"),
    ],
)
def test_best_overlap_is_the_iou_of_boxes_around_one_middle(sizes, shapes):
    sizes, shapes = (np.array(rows, float).reshape(-1, 2) for rows in (sizes, shapes))
    expected = iou(*(np.hstack([-rows / 2, rows / 2]) for rows in (sizes, shapes)))
    np.testing.assert_allclose(
        anchors.best_overlap(sizes, shapes), expected.max(axis=1) if len(sizes) else []
    )

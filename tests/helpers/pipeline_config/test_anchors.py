"""Anchors read off a config are those that the Object Detection API generates from it."""

import numpy as np
import pytest
import two_stage_model

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


def laid_out(config, grids):
    """Anchors that the API's own generator lays on grids, pixels of the input."""
    import tensorflow as tf
    from object_detection.builders import anchor_generator_builder

    width, height = pipeline.input_size(config)
    generator = anchor_generator_builder.build(config.model.ssd.anchor_generator)
    with tf.Graph().as_default(), tf.Session() as session:
        layers = generator.generate(grids, im_height=height, im_width=width)
        boxes_rel_yxyx = np.concatenate(session.run([layer.get() for layer in layers]))
    return boxes_rel_yxyx[:, [1, 0, 3, 2]] * [width, height, width, height]


def generated(config):
    """Sizes that the API's own generator gives for one cell a layer, which clips none of them."""
    from object_detection.builders import anchor_generator_builder

    generator = anchor_generator_builder.build(config.model.ssd.anchor_generator)
    boxes = laid_out(config, [(1, 1)] * len(generator.num_anchors_per_location()))
    sizes = boxes[:, 2:] - boxes[:, :2]
    return sizes[np.argsort(sizes.prod(axis=1), kind="stable")]


def test_those_of_a_faster_rcnn_have_one_size_whatever_the_input():
    for size in ((144, 128), (600, 600)):
        shapes = anchors.shapes(two_stage_model.config(size=size))
        areas, counts = np.unique(shapes.prod(axis=1).round(), return_counts=True)
        assert areas.tolist() == [64**2, 128**2, 256**2, 512**2] and set(counts) == {3}
        ratios = np.unique((shapes[:, 0] / shapes[:, 1]).round(6))
        assert ratios.tolist() == [0.5, 1, 2]


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


@pytest.mark.parametrize("shape", [(1, 1), (2, 1), (1, 2)], ids=["square", "wide", "tall"])
@pytest.mark.parametrize("edge", [40, 56, 80, 112], ids=lambda edge: f"{edge} pixels")
def test_an_anchor_of_small_ssd_meets_an_object_wherever_it_lies(shape, edge):
    pytest.importorskip("tensorflow")
    size = edge * np.sqrt(np.divide(shape, shape[::-1]))
    corners = np.stack(np.meshgrid(*(np.linspace(0, 160 - length, 25) for length in size)), 2)
    objects = np.concatenate([corners, corners + size], axis=2).reshape(-1, 4)
    grids = [(10, 10), (5, 5), (3, 3), (2, 2), (1, 1), (1, 1)]  # that the network has at 160x160
    met = iou(objects, laid_out(pipeline.read("small_ssd"), grids)).max(axis=1) >= 0.5
    assert met.mean() > 0.95


@pytest.mark.parametrize(
    "config, message",
    [
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

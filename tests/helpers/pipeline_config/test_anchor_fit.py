"""Fitted anchors: better met by the boxes, and still anchors that the API generates."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.pipeline_config import anchor_fit, anchors, pipeline
from helpers.structures.errors import BadInput

SIDE = 160  # of small_ssd's input


def boxes(seed=0, count=400, width=(0.6, 0.9), height=(0.05, 0.12)):
    """Widths and heights in pixels, parts of the input drawn evenly; wide strips by default."""
    rng = np.random.RandomState(seed)
    return np.stack([rng.uniform(*width, count), rng.uniform(*height, count)], axis=1) * SIDE


def generator(config):
    return config.model.ssd.anchor_generator.ssd_anchor_generator


def by_the_api(config):
    """Widths and heights in pixels of the anchors that the API itself generates."""
    import tensorflow as tf
    from object_detection.builders import anchor_generator_builder

    with tf.Graph().as_default(), tf.Session() as session:
        built = anchor_generator_builder.build(config.model.ssd.anchor_generator)
        made = built.generate(
            [(10, 10), (5, 5), (3, 3), (2, 2), (1, 1), (1, 1)], im_height=SIDE, im_width=SIDE
        )
        corners = np.concatenate(session.run([layer.get() for layer in made]))
    return (corners[:, 2:] - corners[:, :2])[:, ::-1] * SIDE, [
        len(specs) for specs in built._box_specs
    ]


def mean_best_overlap(sizes, shapes):
    """Written out anew, box by box."""
    total = 0
    for width, height in sizes:
        common = np.minimum(width, shapes[:, 0]) * np.minimum(height, shapes[:, 1])
        total += (common / (width * height + shapes.prod(axis=1) - common)).max()
    return total / len(sizes)


@pytest.mark.parametrize(
    "sizes",
    [
        boxes(),
        boxes(width=(0.05, 0.1), height=(0.5, 0.9)),
        boxes(width=(0.03, 0.06), height=(0.03, 0.06)),
        np.concatenate([boxes(), boxes(1, 400, (0.04, 0.08), (0.5, 0.8))]),
        boxes(count=3),
    ],
    ids=["strips", "posts", "small", "both", "few"],
)
def test_odd_shapes_are_met_much_better(sizes):
    template = pipeline.read("small_ssd")
    fitted = anchor_fit.fit(template, sizes)
    assert fitted.after > fitted.before + 0.15
    for config, mean_overlap in ((template, fitted.before), (fitted.config, fitted.after)):
        shapes, _ = by_the_api(config)
        assert mean_overlap == pytest.approx(mean_best_overlap(sizes, shapes), abs=1e-4)
    assert f"{fitted.before:.3f} -> {fitted.after:.3f}" in str(fitted)


def test_only_scales_and_ratios_change_and_not_their_number():
    template = pipeline.read("small_ssd")
    before = pipeline.text_of(template)
    fitted = anchor_fit.fit(template, boxes()).config
    assert pipeline.text_of(template) == before
    assert by_the_api(fitted)[1] == by_the_api(template)[1]
    for config in (template, fitted):
        generator(config).ClearField("scales")
        generator(config).ClearField("aspect_ratios")
    assert fitted == template


def test_the_same_boxes_and_seed_give_the_same_anchors():
    template, sizes = pipeline.read("small_ssd"), boxes()
    assert anchor_fit.fit(template, sizes, 3) == anchor_fit.fit(template, sizes.copy(), 3)
    assert anchor_fit.fit(template, sizes, 3).config != anchor_fit.fit(template, sizes, 4).config


@settings(max_examples=4, deadline=None)
@given(st.lists(st.tuples(st.floats(1, SIDE), st.floats(1, SIDE)), min_size=1, max_size=30))
def test_never_worse_and_always_what_the_api_can_hold(sizes):
    sizes = np.array(sizes)
    fitted = anchor_fit.fit(pipeline.read("small_ssd"), sizes)
    assert fitted.after >= fitted.before
    scales = list(generator(fitted.config).scales)
    assert scales == sorted(scales) and all(0 < scale < 1 for scale in scales)
    assert all(ratio > 0 for ratio in generator(fitted.config).aspect_ratios)


def test_anchors_that_fit_already_stay_as_they_are():
    template = pipeline.read("small_ssd")
    fitted = anchor_fit.fit(template, anchors.shapes(template))
    assert fitted.before == fitted.after == pytest.approx(1)
    assert fitted.config == template


def test_clusters_find_the_shapes_that_boxes_gather_about():
    rng = np.random.RandomState(0)
    middles = np.array([[10, 40], [40, 10], [90, 90]])
    sizes = np.concatenate([middle * rng.uniform(0.9, 1.1, (200, 2)) for middle in middles])
    shapes = anchor_fit.clusters(sizes, 3, np.random.RandomState(2))
    nearest = np.abs(shapes[:, None] - middles[None]).max(axis=2).min(axis=0)
    assert shapes.shape == (3, 2) and (nearest < 2).all()
    assert (np.diff(shapes.prod(axis=1)) >= 0).all()


def test_boxes_are_measured_as_the_detector_sees_them(record):
    records = [
        record("a.jpg", ("cat", 10, 20, 30, 25), size=(100, 50)),
        record("b.jpg"),
        record("c.jpg", ("dog", 0, 0, 40, 30), ("dog", 0, 0, 4, 30)),
    ]
    np.testing.assert_allclose(
        anchor_fit.box_sizes(records, (300, 160)), [[60, 16], [300, 160], [30, 160]]
    )
    assert anchor_fit.box_sizes([], (300, 160)).shape == (0, 2)


@pytest.mark.parametrize(
    "config, sizes, message",
    [
        pytest.param(
            pipeline.read("small_ssd"), boxes(count=0), "anchors: .*no box", id="no boxes"
        ),
        pytest.param(
            pipeline.parse(
                "model { ssd { anchor_generator { multiscale_anchor_generator { } } } }"
            ),
            boxes(),
            "multiscale_anchor_generator, expected .*ssd_anchor_generator",
            id="multiscale anchors",
        ),
        pytest.param(
            pipeline.parse("model { faster_rcnn { } }"),
            boxes(),
            "None, expected .*ssd_anchor_generator",
            id="Faster R-CNN",
        ),
        pytest.param(pipeline.parse(""), boxes(), "no model", id="no model"),
    ],
)
def test_what_cannot_be_fitted(config, sizes, message):
    with pytest.raises(BadInput, match=message):
        anchor_fit.fit(config, sizes)

"""A checkpoint remapped to other classes, run beside the one that it came from."""

import json

import numpy as np
import pytest
import tiny_model
from builders import contents

from helpers.pipeline_config import protos, warm_start
from helpers.pretrained import detector_session, remapped_checkpoint
from helpers.pretrained.remapped_checkpoint import TrainedModel
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap

SIZE = (96, 96)
BIAS = -3.5
OTHER = LabelMap.of(["moon", "kite", "disc", "ring"])  # reordered, one new, the others dropped
CLASSES, BOXES = "class_predictions_with_background", "box_encodings"
BIASED = "class_prediction_bias_init: %s" % BIAS
KINDS = {
    "convolutional": tiny_model.PREDICTOR % BIASED,
    "weight-shared": "model { ssd { box_predictor { weight_shared_convolutional_box_predictor { "
    "depth: 8 num_layers_before_predictor: 1 %s conv_hyperparams { regularizer { l2_regularizer "
    "{ weight: 0.0 } } initializer { random_normal_initializer { stddev: 0.1 } } } } } "
    "anchor_generator { ssd_anchor_generator { reduce_boxes_in_lowest_layer: false } } } }"
    % BIASED,
}


@pytest.fixture(scope="module", params=sorted(KINDS))
def model(request, tmp_path_factory):
    """A model of random weights with nine classes, of each kind of predictor."""
    config = tiny_model.config(KINDS[request.param], SIZE)
    prefix = tiny_model.checkpoint(config, tmp_path_factory.mktemp("before"))
    return TrainedModel(prefix, config, tiny_model.LABELS)


@pytest.fixture(scope="module")
def channel(model, tmp_path_factory):
    """A checkpoint channel with weights of the user's, with the model beside them, remapped."""
    folder = tmp_path_factory.mktemp("checkpoint")
    (folder / "model.ckpt.index").write_bytes(b"the user's")
    remapped_checkpoint.write(model, OTHER, folder / "last-a-7.ckpt", {"job": "a"})
    return folder


def predicted(config, values):
    image = tiny_model.image(SIZE)[None].astype(np.float32)
    with detector_session.loaded(config, values) as detector:
        return detector.session.run(detector.outputs, {detector.images: image})


def of_other(config):
    changed = protos.copy_of(config)
    changed.model.ssd.num_classes = len(OTHER)
    return changed


def test_kept_classes_score_as_before_and_new_ones_start_from_the_bias(model, channel):
    before = predicted(model.config, detector_session.stored_values(model.prefix))
    values = detector_session.stored_values(channel / "last-a-7.ckpt")
    after = predicted(of_other(model.config), values)
    assert np.array_equal(after[BOXES], before[BOXES])
    assert np.array_equal(after[CLASSES][..., 0], before[CLASSES][..., 0])
    for name in ("moon", "disc", "ring"):
        now, then = OTHER.id_of(name), model.label_map.id_of(name)
        assert np.array_equal(after[CLASSES][..., now], before[CLASSES][..., then]), name
        assert np.ptp(after[CLASSES][..., now]) > 1
    kite = after[CLASSES][..., OTHER.id_of("kite")]
    assert kite.mean() == pytest.approx(BIAS, abs=0.5) and np.ptp(kite) > 0


def test_the_trainer_restores_every_variable(model, channel):
    config = of_other(model.config)
    config.train_config.fine_tune_checkpoint = "last-a-7.ckpt"
    config.train_config.from_detection_checkpoint = True
    config.train_config.load_all_detection_checkpoint_vars = True
    plan = warm_start.restore_plan(config, warm_start.shapes(channel / "last-a-7.ckpt"))
    assert plan.reinitialized == [] and len(plan.restored) > 100


def test_the_channel_keeps_what_is_the_users(channel):
    assert (channel / "model.ckpt.index").read_bytes() == b"the user's"
    record = json.loads((channel / "last.json").read_text())
    assert record["job"] == "a" and record["classes"]["after"] == list(OTHER.names)
    ours = [path.name for path in sorted(channel.glob("last-*"))]
    assert record["files"] == ours and len(ours) == 2
    assert not (channel / "checkpoint").exists() and warm_start.prefix_in(channel) == "model.ckpt"


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A model whose predictor is convolutional, as most are."""
    config = tiny_model.config("", SIZE)
    folder = tmp_path_factory.mktemp("plain")
    return TrainedModel(tiny_model.checkpoint(config, folder), config, tiny_model.LABELS)


def test_the_same_classes_are_a_plain_copy_and_the_next_replaces_it(plain, tmp_path):
    remapped_checkpoint.write(plain, plain.label_map, tmp_path / "last-a-7.ckpt", {})
    stored = detector_session.stored_values(plain.prefix)
    copied = detector_session.stored_values(tmp_path / "last-a-7.ckpt")
    assert sorted(copied) == sorted(stored)
    assert all(np.array_equal(copied[name], stored[name]) for name in stored)
    before = contents(tmp_path)
    remapped_checkpoint.write(plain, plain.label_map, tmp_path / "last-a-7.ckpt", {})
    assert contents(tmp_path) == before
    remapped_checkpoint.write(plain, plain.label_map, tmp_path / "last-b-9.ckpt", {})
    names = sorted(path.name for path in tmp_path.iterdir())
    assert len(names) == 3 and all("last-b-9" in name or name == "last.json" for name in names)


def test_a_file_that_is_not_ours_stays(plain, tmp_path):
    (tmp_path / "last-a-7.ckpt.index").write_bytes(b"the user's")
    with pytest.raises(BadInput, match="last-a-7.ckpt.index.*last.json"):
        remapped_checkpoint.write(plain, OTHER, tmp_path / "last-a-7.ckpt", {})
    assert [path.name for path in tmp_path.iterdir()] == ["last-a-7.ckpt.index"]


def test_a_checkpoint_of_another_network_is_refused(plain, tmp_path):
    wider = protos.copy_of(plain.config)
    wider.model.ssd.feature_extractor.depth_multiplier = 0.5
    other = plain._replace(config=wider)
    with pytest.raises(BadInput, match="model.ckpt: .* 324 "):
        remapped_checkpoint.write(other, OTHER, tmp_path / "last-a-7.ckpt", {})


def test_what_is_exported_from_moving_averages_is_taken_from_them(plain, tmp_path):
    stored = detector_session.stored_values(plain.prefix)
    averages = {f"{name}/ExponentialMovingAverage": value + 1 for name, value in stored.items()}
    detector_session.save({**stored, **averages}, tmp_path / "model.ckpt")
    averaged = protos.copy_of(plain.config)
    averaged.eval_config.use_moving_averages = True
    model = TrainedModel(tmp_path / "model.ckpt", averaged, plain.label_map)
    remapped_checkpoint.write(model, plain.label_map, tmp_path / "last-a-7.ckpt", {})
    copied = detector_session.stored_values(tmp_path / "last-a-7.ckpt")
    assert all(np.array_equal(copied[name], stored[name] + 1) for name in stored)

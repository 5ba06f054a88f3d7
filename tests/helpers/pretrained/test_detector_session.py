"""A detector with given values: all its variables or none, saved and read back."""

import numpy as np
import pytest
import tiny_model

from helpers.pretrained import detector_session
from helpers.structures.errors import BadInput

BIASES = "BoxPredictor_0/ClassPredictor/biases"


def test_saved_and_read_back(values, tmp_path):
    detector_session.save(values, tmp_path / "model.ckpt")
    again = detector_session.stored_values(tmp_path / "model.ckpt")
    assert sorted(again) == sorted(values) and "global_step" not in again
    assert all(np.array_equal(again[name], values[name]) for name in values)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "checkpoint",
        "model.ckpt.data-00000-of-00001",
        "model.ckpt.index",
    ]
    assert str(tmp_path) not in (tmp_path / "checkpoint").read_text()


def test_runs_with_the_values(config, values):
    width, height = tiny_model.SIZE
    images = np.zeros((2, height, width, 3), np.uint8)
    with detector_session.loaded(config, values) as detector:
        outputs = detector.session.run(detector.outputs, {detector.images: images})
    assert outputs["class_predictions_with_background"].shape[0] == 2


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda values: values.pop(BIASES), "none, expected"),
        (lambda values: values.update(extra=np.zeros(1)), "extra.*no such"),
        (lambda values: values.update({BIASES: np.zeros(1)}), r"shape \(1,\)"),
    ],
    ids=["missing", "left over", "another shape"],
)
def test_weights_of_another_network_are_refused(config, values, change, message):
    changed = dict(values)
    change(changed)
    with pytest.raises(BadInput, match=message), detector_session.loaded(config, changed):
        pass

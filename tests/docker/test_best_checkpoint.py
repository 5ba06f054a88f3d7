"""Which checkpoint is the best, what is kept of it, and when training is over."""

import json

import pytest
import tensorflow as tf

from helpers.structures.errors import BadInput
from trainer.best_checkpoint import METRICS, Evaluations


def metrics(value):
    """Metrics by their TensorBoard names, all of one value."""
    return dict.fromkeys(METRICS.values(), value)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A folder with three checkpoints of one variable."""
    folder = tmp_path_factory.mktemp("saved")
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        variable = tf.compat.v1.get_variable("v", initializer=tf.zeros([4]))
        session.run(variable.initializer)
        saver = tf.compat.v1.train.Saver()
        for step in (10, 20, 30):
            saver.save(session, str(folder / "model.ckpt"), step, write_meta_graph=False)
    return folder


def test_before_any_evaluation_there_is_no_best(tmp_path):
    evaluations = Evaluations(str(tmp_path))
    assert evaluations.best is None and evaluations.checkpoint() is None
    assert evaluations.since_best() == 0 and not evaluations.is_over(1)


def test_the_best_is_kept_and_found_again(saved, tmp_path):
    evaluations = Evaluations(str(tmp_path))
    for step, value in ((10, 0.2), (20, 0.5), (30, 0.5)):
        evaluations.add(str(saved / f"model.ckpt-{step}"), metrics(value))
    again = Evaluations(str(tmp_path))
    assert again.best["step"] == 20  # the first of equal ones
    assert again.checkpoint() == str(tmp_path / "best" / "model.ckpt-20")
    assert [path.name for path in sorted((tmp_path / "best").glob("*.index"))] == [
        "model.ckpt-20.index"
    ]
    stored = json.loads((tmp_path / "best" / "best.json").read_text())
    assert [entry["step"] for entry in stored["evaluations"]] == [10, 20, 30]
    assert again.has(30) and not again.has(40)


@pytest.mark.parametrize(
    "patience, over",
    [(0, False), (1, True), (2, False)],
    ids=["no early stopping", "patience 1", "patience 2"],
)
def test_training_is_over_after_so_many_without_a_better_one(saved, tmp_path, patience, over):
    evaluations = Evaluations(str(tmp_path))
    for step, value in ((10, 0.2), (20, 0.5), (30, 0.4)):
        evaluations.add(str(saved / f"model.ckpt-{step}"), metrics(value))
    assert evaluations.since_best() == 1 and evaluations.is_over(patience) is over


@pytest.mark.parametrize(
    "content", ["", "[]", '{"evaluations": 3}'], ids=["empty", "list", "number"]
)
def test_a_file_that_is_no_list_of_evaluations_is_named(tmp_path, content):
    (tmp_path / "best").mkdir()
    (tmp_path / "best" / "best.json").write_text(content)
    with pytest.raises(BadInput, match="best.json"):
        Evaluations(str(tmp_path))

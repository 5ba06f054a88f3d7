"""What the hooks do after each step, on a graph of one variable."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from helpers.structures.errors import BadInput, JobFailed
from trainer import hooks


@pytest.mark.parametrize(
    "before, step, every, expected",
    [
        (0, 1, 1, True),
        (9, 10, 10, True),
        (10, 11, 10, False),
        (8, 12, 10, True),
        (0, 1, 10, False),
        (0, 9, 10, False),
        (0, 10, 10, True),
        (3, 7, 4, True),
        (4, 7, 4, False),
        # Other workers train meanwhile: several steps, or none, since the last one seen.
        (0, 25, 10, True),
        (5, 25, 10, True),
        (10, 10, 10, False),
        (20, 20, 20, False),
    ],
)
def test_crosses_a_multiple(before, step, every, expected):
    assert hooks.crosses(before, step, every) is expected


def results(loss, step=7):
    name = np.frombuffer(b"photo.jpg".ljust(256, b"\0"), np.uint8)[None]
    return SimpleNamespace(
        results={"loss": [loss], "step": [step], "rate": [0.004], "images": [name]}
    )


@pytest.mark.parametrize("loss", [np.nan, np.inf, -np.inf], ids=["NaN", "inf", "-inf"])
def test_a_nan_loss_names_the_step_and_loses_its_checkpoint(tmp_path, loss):
    for step in (5, 6):
        (tmp_path / f"model.ckpt-{step}.index").write_bytes(b"")
    hook = hooks.NanLossHook(SimpleNamespace(), str(tmp_path))
    with pytest.raises(JobFailed, match="step 7"):
        hook.after_run(None, results(loss))
    assert [path.name for path in tmp_path.iterdir()] == ["model.ckpt-5.index"]


def test_a_finite_loss_passes(tmp_path):
    (tmp_path / "model.ckpt-6.index").write_bytes(b"")
    hooks.NanLossHook(SimpleNamespace(), str(tmp_path)).after_run(None, results(1.5))
    assert [path.name for path in tmp_path.iterdir()] == ["model.ckpt-6.index"]


@pytest.mark.parametrize("other", [False, True], ids=["same model", "another model"])
def test_a_checkpoint_is_compared_with_the_graph(tmp_path, other):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        variable = tf.compat.v1.get_variable("v", initializer=tf.zeros([4]))
        session.run(variable.initializer)
        start = tf.compat.v1.train.Saver().save(session, str(tmp_path / "model.ckpt"), 3)
    sizes = []
    with tf.Graph().as_default():
        tf.compat.v1.get_variable("w" if other else "v", initializer=tf.zeros([4]))
        hook = hooks.CheckpointCompatibilityHook(start, sizes.append)
        if other:
            with pytest.raises(BadInput):
                hook.begin()
        else:
            hook.begin()
    assert sizes == ([] if other else [16])


@pytest.mark.parametrize("signal", ["", "SIGTERM"], ids=["no signal", "SIGTERM"])
def test_a_shutdown_ends_after_the_step(signal):
    stops = []
    context = SimpleNamespace(request_stop=lambda: stops.append(True))
    shutdown = SimpleNamespace(signal=signal, reason=lambda where: JobFailed(f"{signal} {where}"))
    hook = hooks.GracefulShutdownHook(shutdown)
    hook.after_run(context, None)
    assert stops == [True] * bool(signal)
    if signal:
        with pytest.raises(JobFailed, match="before .*first step"):
            hook.begin()

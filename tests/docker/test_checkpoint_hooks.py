"""Which steps are saved and evaluated."""

from types import SimpleNamespace

import tensorflow as tf

from trainer.checkpoint_hooks import EvalHook, PeriodicCheckpointHook, PrepareEvaluationHook


def values(step):
    return SimpleNamespace(results=step)


def saved_steps(folder):
    return sorted(int(path.stem.rpartition("-")[2]) for path in folder.glob("*.index"))


def test_saves_at_every_interval_and_at_the_end(tmp_path):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.compat.v1.train.create_global_step()
        session.run(tf.compat.v1.global_variables_initializer())
        tensors = SimpleNamespace(saver=tf.compat.v1.train.Saver(), step=[None])
        hook = PeriodicCheckpointHook(tensors, str(tmp_path), 3, 4, 6)
        hook.after_create_session(session, None)
        for step in range(1, 8):
            hook.after_run(SimpleNamespace(session=session), values(step))
        assert saved_steps(tmp_path) == [4, 6]
        hook.end(session)
        assert saved_steps(tmp_path) == [4, 6, 7]
        hook.end(session)
        hook.after_run(SimpleNamespace(session=session), values(8))
    assert saved_steps(tmp_path) == [6, 7, 8]  # the newest three
    assert not list(tmp_path.glob("*.meta"))


def test_evaluates_at_every_interval_but_the_end_and_stops_when_told():
    measured, stops = [], []

    def measure(checkpoint):
        measured.append(checkpoint)
        return len(measured) == 2

    hook = EvalHook(SimpleNamespace(step=[None]), "folder", 5, 15, measure)
    context = SimpleNamespace(request_stop=lambda: stops.append(len(measured)))
    for step in range(1, 16):
        hook.after_run(context, values(step))
    assert measured == ["folder/model.ckpt-5", "folder/model.ckpt-10"]
    assert stops == [2]


def test_the_evaluation_is_prepared_after_the_first_step():
    calls = []
    hook = PrepareEvaluationHook(lambda: calls.append(True))
    assert not calls
    hook.after_run(None, None)
    assert calls == [True]

"""Which checkpoint training resumes from."""

import pytest
import tensorflow as tf

from trainer import checkpoints


def save(folder, *steps):
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.compat.v1.get_variable("weights", [1000])
        saver = tf.compat.v1.train.Saver()
        session.run(tf.compat.v1.global_variables_initializer())
        for step in steps:
            saver.save(session, str(folder / "model.ckpt"), global_step=step)


def test_none_in_a_new_folder(tmp_path):
    assert checkpoints.newest_readable(str(tmp_path / "none")) is None
    assert checkpoints.newest_readable(str(tmp_path)) is None


def test_newest_by_number_not_by_name(tmp_path):
    save(tmp_path, 9, 100, 20)
    assert checkpoints.newest_readable(str(tmp_path)).endswith("model.ckpt-100")


DATA, INDEX = "model.ckpt-20.data-00000-of-00001", "model.ckpt-20.index"


@pytest.mark.parametrize("name, kept", [
    (DATA, 1000), (DATA, 0), (DATA, None), (INDEX, 50), (INDEX, 0), (INDEX, None),
])
def test_half_written_one_is_passed_over(tmp_path, name, kept):
    save(tmp_path, 10, 20)
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).unlink()
    if kept is not None:
        (tmp_path / name).write_bytes(content[:kept])
    found = checkpoints.newest_readable(str(tmp_path))
    assert found.endswith("model.ckpt-10")
    assert tf.train.latest_checkpoint(str(tmp_path)).endswith("model.ckpt-10")


def test_none_that_can_be_read_means_from_scratch(tmp_path):
    save(tmp_path, 10, 20)
    for path in tmp_path.glob("*.data-*"):
        path.write_bytes(path.read_bytes()[:1000])
    assert checkpoints.newest_readable(str(tmp_path)) is None
    assert tf.train.latest_checkpoint(str(tmp_path)) is None


def test_a_checkpoint_without_a_step_is_none_of_ours(tmp_path):
    save(tmp_path, 10)
    (tmp_path / "model.ckpt-best.index").write_bytes(b"")
    assert checkpoints.newest_readable(str(tmp_path)).endswith("model.ckpt-10")


def test_ships_one_checkpoint_and_the_events(tmp_path):
    folder, out = tmp_path / "checkpoints", tmp_path / "model"
    folder.mkdir()
    save(folder, 10, 20)
    (folder / "eval_0").mkdir()
    (folder / "eval_0" / "events.out.tfevents.1.host").write_bytes(b"events")
    for prefix in ("model.ckpt-10", "model.ckpt-20"):
        checkpoints.ship(str(folder / prefix), str(folder), out)
    assert sorted(path.name for path in out.glob("*.index")) == ["model.ckpt-20.index"]
    assert (out / "eval_0" / "events.out.tfevents.1.host").read_bytes() == b"events"
    assert tf.train.latest_checkpoint(str(out)) == str(out / "model.ckpt-20")

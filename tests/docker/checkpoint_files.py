"""Checkpoints of one variable, by the names of their files."""

import tensorflow as tf

DATA, INDEX, META = "data-00000-of-00001", "index", "meta"
EVENTS = "events.out.tfevents.1.host"
WEIGHTS = 50000  # values, 4 bytes each


def parts(*steps):
    """The names of the files of these steps' checkpoints."""
    return [f"model.ckpt-{step}.{kind}" for step in steps for kind in (DATA, INDEX, META)]


def save(folder, *steps, keep=2):
    """Saves a checkpoint at each of these steps, of which the last ones are kept."""
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.compat.v1.get_variable("weights", [WEIGHTS])
        saver = tf.compat.v1.train.Saver(max_to_keep=keep)
        session.run(tf.compat.v1.global_variables_initializer())
        for step in steps:
            saver.save(session, str(folder / "model.ckpt"), global_step=step)

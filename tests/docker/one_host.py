"""One host of several that train a straight line: ``one_host.py FOLDER CURRENT HOST... STEPS``.

With a mark of exclamation after the steps it fails once they are done.

What the trainer does around it is not here: only the host group, and TensorFlow's own estimator.
"""

import sys
import time
from pathlib import Path

import tensorflow as tf

from helpers.structures.errors import JobFailed
from trainer.cluster import Cluster
from trainer.host_group import HostGroup


def input_fn():
    x = tf.data.Dataset.range(1000).repeat().batch(4)
    return x.map(lambda n: (tf.cast(n, tf.float32) / 1000, tf.cast(n, tf.float32) / 500))


def model_fn(features, labels, mode):
    weight = tf.compat.v1.get_variable("weight", [])
    loss = tf.reduce_mean((features * weight - labels) ** 2)
    step = tf.compat.v1.train.get_or_create_global_step()
    train = tf.compat.v1.train.GradientDescentOptimizer(0.5).minimize(loss, step)
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train)


class Slow(tf.estimator.SessionRunHook):
    def after_run(self, run_context, run_values):
        time.sleep(0.02)


def main(folder, current, *rest):
    hosts, ends = rest[:-1], rest[-1]
    folder, cluster = Path(folder), Cluster(tuple(hosts), current)

    def lost(cause):
        (folder / f"failure-{cluster.host_index}").write_text(cause)

    with HostGroup(cluster, 7 if cluster.is_chief else 0, lost, limit=3, patience=60) as group:
        (folder / f"start-{cluster.host_index}").write_text(str(group.start))
        config = tf.estimator.RunConfig(
            model_dir=str(folder / f"run-{cluster.host_index}"), save_checkpoints_steps=20
        )
        tf.estimator.Estimator(model_fn, config=config).train(
            input_fn, hooks=[Slow()], max_steps=int(ends.rstrip("!"))
        )
        if ends.endswith("!"):
            raise JobFailed("had enough.")
    return 0


if __name__ == "__main__":
    tf.get_logger().setLevel("INFO")
    sys.exit(main(*sys.argv[1:]))

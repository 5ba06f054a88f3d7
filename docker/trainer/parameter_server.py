"""The parameter server of one host, a process of its own without a GPU.

It ends when whoever started it closes its standard input, or is no more.
"""

from __future__ import annotations

import json
import os
import sys

import tensorflow as tf


def main() -> None:
    """Serves what ``TF_CONFIG`` says."""
    config = json.loads(os.environ["TF_CONFIG"])
    serving = tf.distribute.Server(
        tf.train.ClusterSpec(config["cluster"]), job_name="ps", task_index=config["task"]["index"]
    )
    print(f"parameter server at {serving.target}", file=sys.stderr)
    sys.stdin.read()
    # A server of TensorFlow 1 cannot be stopped.
    os._exit(0)


if __name__ == "__main__":
    main()

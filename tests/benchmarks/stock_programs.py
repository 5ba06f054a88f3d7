"""The Object Detection API's own programs, as a rival of the trainer."""

import os
import subprocess
import sys
import time

from helpers.workspace import CONTAINER_CHANNEL

# model_main says nothing by itself.
STOCK = """
import runpy, sys, tensorflow as tf
tf.compat.v1.logging.set_verbosity(tf.compat.v1.logging.INFO)
runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
"""


def timed(command, environment=None, log=None, **marks):
    """Seconds from the start until a line of the output first matches each mark, and to the end.

    The whole output goes into the file ``log`` too.
    """
    started, seconds = time.perf_counter(), {}
    process = subprocess.Popen(
        [sys.executable, *map(str, command)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
        env=dict(os.environ, PYTHONUNBUFFERED="1", **environment or {}),
    )
    lines = []
    for line in process.stdout:
        lines.append(line)
        for name, mark in marks.items():
            if name not in seconds and mark.search(line):
                seconds[name] = time.perf_counter() - started
    assert process.wait() == 0, "".join(lines[-40:])
    if log:
        log.write_text("".join(lines))
    assert seconds.keys() == marks.keys(), "".join(lines[-40:])
    return dict(seconds, end=time.perf_counter() - started)


def lay_out_stock(work, base):
    """A folder with a config of this machine's paths, which is returned."""
    base.mkdir()
    config = base / "pipeline.config"
    text = work.config.read_text()
    for channel, folder in (("training", work.training), ("checkpoint", work.checkpoint)):
        text = text.replace(str(CONTAINER_CHANNEL.folder.parent / channel), str(folder))
    config.write_text(text)
    return config


def stock_arguments(base, config, steps):
    return [
        "object_detection.model_main",
        "--model_dir",
        base / "model",
        "--pipeline_config_path",
        config,
        "--num_train_steps",
        steps,
    ]

"""From start to exported model, beside the Object Detection API's stock programs.

The same config, records, steps and machine; whole processes in turns. The stock way is
``object_detection.model_main`` followed by ``object_detection.export_inference_graph``.
"""

import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest
import workflow
from stock_programs import STOCK, lay_out_stock, stock_arguments, timed

from helpers.synthetic import sample
from helpers.workspace import CONTAINER_CHANNEL, Workspace

TRAIN = Path(__file__).resolve().parents[2] / "docker" / "train"
STEPS = int(os.environ.get("BENCH_STEPS", 150))
IMAGES = int(os.environ.get("BENCH_IMAGES", 120))
ROUNDS = int(os.environ.get("BENCH_ROUNDS", 3))
BATCH = 16
FIRST, LAST = re.compile(r"\] loss = "), re.compile(rf"Saving checkpoints for {STEPS} into")
# Either program, with a mark in a file after every step.
COUNTED = """
import os, runpy, sys, tensorflow as tf
marks = open(os.environ["MARKS"], "ab", 0)
class Count(tf.estimator.SessionRunHook):
    def after_run(self, context, values):
        marks.write(b".")
train = tf.estimator.Estimator.train
tf.estimator.Estimator.train = lambda self, input_fn, hooks=None, **rest: train(
    self, input_fn, [*(hooks or []), Count()], **rest)
program = sys.argv.pop(1)
if os.path.exists(program):
    sys.path.insert(0, os.path.dirname(program))
    runpy.run_path(program, run_name="__main__")
else:
    runpy.run_module(program, run_name="__main__", alter_sys=True)
"""
TURNS, TURN_SECONDS, WITHOUT_END = 60, 2.0, 100000
# The training operations on one batch that is already there, and nothing beside them.
FLOOR = """
import statistics, sys, time
import tensorflow as tf
from object_detection import model_hparams, model_lib
parts = model_lib.create_estimator_and_inputs(
    tf.estimator.RunConfig(), model_hparams.create_hparams(None), sys.argv[1],
    sample_1_of_n_eval_examples=1)
with tf.Graph().as_default():
    tf.compat.v1.train.create_global_step()
    batch = tf.compat.v1.data.make_initializable_iterator(
        parts["train_input_fn"]().take(1).cache().repeat())
    spec = parts["estimator"].model_fn(*batch.get_next(), "train", parts["estimator"].config)
    with tf.compat.v1.Session() as session:
        session.run([batch.initializer, tf.compat.v1.tables_initializer(),
                     tf.compat.v1.global_variables_initializer()])
        taken = []
        for _ in range(40):
            started = time.perf_counter()
            session.run(spec.train_op)
            taken.append(time.perf_counter() - started)
print(statistics.median(taken[5:]))
"""


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    pytest.importorskip("object_detection")
    made = Workspace.at(tmp_path_factory.mktemp("bench"))
    sample.write(made.data, IMAGES)
    workflow.import_annotations(made, made.data / "annotations", made.data / "img")
    workflow.map_labels(made)
    workflow.split_dataset(made)
    workflow.write_tfrecords(made, shards=2)
    workflow.configure_pipeline_for(made, "small_ssd", STEPS, batch_size=BATCH)
    return made


def lay_out_ours(work, base, steps):
    """A job folder; returns the environment that it is trained in."""
    channel = base / "input" / "data"
    channel.mkdir(parents=True)
    (channel / "training").symlink_to(work.training, target_is_directory=True)
    config = base / "input" / "config"
    config.mkdir()
    (config / "hyperparameters.json").write_text('{"num_steps": "%d"}' % steps)
    return {
        "SAGEMAKER_BASE_DIR": str(base),
        "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]]),
    }


def ours(work, base):
    environment = lay_out_ours(work, base, STEPS)
    started = time.time()
    seconds = timed(
        [TRAIN],
        environment,
        graph=re.compile("this job:"),
        first=FIRST,
        last=LAST,
        evaluated=re.compile("Saving dict for global step"),
    )
    exported = (base / "model" / "graph" / "cvgraph.pbtxt").stat().st_mtime - started
    return dict(seconds, exported=exported)


def stock(work, base):
    config = lay_out_stock(work, base)
    seconds = timed(
        ["-c", STOCK, *stock_arguments(base, config, STEPS)],
        first=FIRST,
        last=LAST,
        evaluated=re.compile("Saving dict for global step"),
    )
    export = timed(
        [
            "-c",
            STOCK,
            "object_detection.export_inference_graph",
            "--input_type",
            "image_tensor",
            "--pipeline_config_path",
            config,
            "--trained_checkpoint_prefix",
            base / "model" / f"model.ckpt-{STEPS}",
            "--output_directory",
            base / "graph",
        ]
    )
    assert (base / "graph" / "frozen_inference_graph.pb").exists()
    return dict(seconds, exported=seconds["end"] + export["end"])


class Counted:
    """A program that trains without end, only while it is its turn."""

    def __init__(self, base, command, environment=None):
        self.marks, self.steps, self.seconds = base / "marks", 0, 0.0
        self.marks.touch()
        self._log = base / "log"
        with open(str(self._log), "w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", COUNTED, *map(str, command)],
                stdout=log,
                stderr=log,
                env=dict(os.environ, MARKS=str(self.marks), **environment or {}),
                start_new_session=True,
            )

    def counted(self):
        assert self._process.poll() is None, self._log.read_text()[-4000:]
        return self.marks.stat().st_size

    def tell(self, number):
        os.killpg(self._process.pid, number)

    def turn(self):
        before, started = self.counted(), time.perf_counter()
        self.tell(signal.SIGCONT)
        time.sleep(TURN_SECONDS)
        self.tell(signal.SIGSTOP)
        self.seconds += time.perf_counter() - started
        self.steps += self.counted() - before

    def end(self):
        self.tell(signal.SIGKILL)
        self._process.wait()


def test_images_a_second_turn_by_turn(work, tmp_path):
    """Both train at once, each stopped while the other runs: no slow minute hits only one."""
    config = lay_out_stock(work, tmp_path / "stock")
    environment = lay_out_ours(work, tmp_path / "ours", WITHOUT_END)
    programs = {}
    try:
        for name, start in (
            (
                "stock",
                lambda: Counted(
                    tmp_path / "stock", stock_arguments(tmp_path / "stock", config, WITHOUT_END)
                ),
            ),
            ("ours", lambda: Counted(tmp_path / "ours", [TRAIN], environment)),
        ):
            programs[name] = start()
            while programs[name].counted() < 8:
                time.sleep(0.1)
            programs[name].tell(signal.SIGSTOP)
        for number in range(TURNS):
            for name in sorted(programs, reverse=number % 2):
                programs[name].turn()
    finally:
        for program in programs.values():
            program.end()
    rates = {name: program.steps * BATCH / program.seconds for name, program in programs.items()}
    print(
        f"\nimages/s, {TURNS} turns of {TURN_SECONDS:.0f} s each: ours {rates['ours']:.2f}, "
        f"stock {rates['stock']:.2f}; ours {rates['ours'] / rates['stock']:.3f} times stock"
    )


def test_from_start_to_exported_model(work, tmp_path, seconds_of):
    rounds = {"ours": [], "stock": []}
    for number in range(ROUNDS):
        for name, run in (("ours", ours), ("stock", stock)):
            base = tmp_path / f"{name}-{number}"
            rounds[name].append(run(work, base))
            shutil.rmtree(str(base))
    medians = {
        name: {key: statistics.median(run[key] for run in runs) for key in runs[0]}
        for name, runs in rounds.items()
    }
    print(f"\n{STEPS} steps of {BATCH} images, recipe small_ssd, medians of {ROUNDS}")
    for key, what in (
        ("first", "s to the first step"),
        ("last", "s to the last step"),
        ("evaluated", "s until evaluated"),
        ("exported", "s until exported"),
        ("end", "s in all (ours with gate, stock without export)"),
    ):
        values = [medians[name][key] for name in ("ours", "stock")]
        print(f"  {what:<50} {values[0]:8.2f} {values[1]:8.2f}  {values[1] / values[0]:.2f} times")
    print(
        "  ours:",
        ", ".join(
            f"{key} {medians['ours'][key]:.1f}"
            for key in ("graph", "first", "last", "evaluated", "exported", "end")
        ),
    )
    config = tmp_path / "floor.config"
    config.write_text(
        work.config.read_text().replace(str(CONTAINER_CHANNEL.folder), str(work.training))
    )
    _, floor = seconds_of(FLOOR, config)
    print(f"  the training operations alone: {BATCH / float(floor):.2f} images/s")

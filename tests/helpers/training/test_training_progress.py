"""A training log line by line: step, loss, rate and the time that is left."""

import contextlib
import fcntl
import os
import pty
import re
import struct
import termios

import pytest

from helpers.training.training_progress import COCO, LOSS, Progress, ProgressBar

# As the trainer writes them; the last ones come from libraries around it.
LOG = [
    "I1123 09:41:27.123456 140 basic_session_run_hooks.py:262] loss = 8.5, step = 0",
    "I1123 09:41:37.123456 140 basic_session_run_hooks.py:692] global_step/sec: 2.5",
    "I1123 09:41:37.123457 140 basic_session_run_hooks.py:260] loss = 3.25, step = 10 (4.000 sec)",
    "I1123 09:41:38.000000 140 x.py:1] Saving checkpoints for 10 into /opt/ml/model.ckpt.",
    "I1123 09:41:37.123458 140 hooks.py:149] 40.0 images/s, 0:00:04 left; images of steps 1 to 10",
    "I1123 09:42:00.000000 140 estimator.py:2049] Saving dict for global step 10: "
    "DetectionBoxes_Precision/mAP = 0.25, DetectionBoxes_Precision/mAP@.50IOU = 0.5, loss = 9.9",
    "WARNING: something about step = 99",
    "I1123 09:43:38.000000 140 x.py:1] Saving checkpoints for 15 into /opt/ml/model.ckpt.",
]


def test_step_loss_and_rate_after_each_line():
    progress, states = Progress(), []
    for line in LOG:
        progress = progress.after(line)
        states.append(tuple(progress)[:3])
    assert not progress.over
    assert states == [(0, 8.5, None), (0, 8.5, 2.5)] + [(10, 3.25, 2.5)] * 5 + [(15, 3.25, 2.5)]
    assert (progress.images_per_second, progress.mAP) == (40.0, 0.25)


# Of jobs that were started again.
RESUMED = "I1123 09:41:20.123456 140 training.py:99] resuming from step 10 of 20"
FINISHED = "I1123 09:41:20.123456 140 training.py:101] already trained to step 20 of 20"
EARLY = (
    "I1123 09:41:20.123456 140 evaluation.py:147] no better mAP in 2 evaluations: "
    "training is over at step 8"
)
EXPORT = "I1123 09:41:20.123456 140 job.py:270] exporting /opt/ml/model/model.ckpt-20"
BEST = "I1123 09:41:20.123456 140 job.py:270] exporting /x/best/model.ckpt-4, the best by mAP"


@pytest.mark.parametrize(
    "lines, step, over",
    [
        ([RESUMED], 10, False),
        ([FINISHED], 20, True),
        ([FINISHED, BEST], 20, True),
        ([EARLY], 8, True),
        ([EXPORT], 20, True),
        ([BEST], 4, True),
        ([RESUMED, LOG[2].replace("step = 10", "step = 15")], 15, False),
    ],
    ids=[
        "resumed",
        "finished",
        "finished, best",
        "early",
        "export",
        "export of best",
        "further steps",
    ],
)
def test_the_step_of_a_job_that_is_started_again(lines, step, over):
    progress = Progress()
    for line in lines:
        progress = progress.after(line)
    assert (progress.step, progress.over) == (step, over)


@pytest.mark.parametrize(
    "step, rate, expected",
    [(0, None, None), (10, 2.5, 36), (100, 2.5, 0), (120, 2.5, 0), (10, 0.0, None)],
    ids=["no rate yet", "on the way", "at the end", "beyond the end", "rate 0"],
)
def test_the_time_that_is_left(step, rate, expected):
    assert Progress(step, 1.0, rate).seconds_left(100) == expected


@pytest.mark.parametrize(
    "pattern, group",
    [(r"\] loss = ([0-9\.]+)", "3.25"), (r", step = ([0-9\.]+)", "10")],
    ids=["loss", "step"],
)
def test_common_metric_definitions_match_the_same_line(pattern, group):
    assert re.search(pattern, LOG[2]).group(1) == group
    assert LOSS.search(LOG[2])


@pytest.mark.parametrize(
    "line, matches",
    [
        (" Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.512", True),
        (" Average Recall     (AR) @[ IoU=0.50:0.95 | area= small | maxDets=100 ] = -1.000", True),
        ("Average loss = 0.5 so far", False),
        ("Accumulating evaluation results...", False),
    ],
    ids=["precision", "recall", "loss", "progress"],
)
def test_cocos_summary_lines_are_told_from_others(line, matches):
    assert bool(COCO.search(line)) is matches


def on_a_terminal(action):
    """What an action shows when standard error is a real terminal."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("4H", 24, 100, 0, 0))
    with open(theirs, "w") as stream, contextlib.redirect_stderr(stream):
        action()
    shown = b""
    # A terminal that nobody writes to any more ends in an error on Linux, in nothing on macOS.
    with contextlib.suppress(OSError):
        for part in iter(lambda: os.read(ours, 1 << 16), b""):
            shown += part
    os.close(ours)
    return shown.decode("utf-8")


def feed(num_steps, lines):
    progress = Progress()
    with ProgressBar(num_steps) as bar:
        for line in lines:
            progress = progress.after(line)
            bar.show(progress)


@pytest.mark.parametrize(
    "num_steps, parts",
    [
        (20, ["50%", "10/20 steps, ", "loss=3.250", "img/s=40.0", "left=00:04"]),
        (5, ["5/5 steps"]),
        (15, ["100%", "15/15 steps, "]),
    ],
    ids=["on the way", "fewer steps than logged", "finished"],
)
def test_the_bar_shows_all_numbers_on_standard_error(capsys, num_steps, parts):
    def train():
        feed(num_steps, LOG)

    shown = on_a_terminal(train)
    assert [part for part in parts if part not in shown] == []
    assert capsys.readouterr().out == ""


def test_how_long_the_job_takes_is_written_above_the_bar():
    line = (
        "I1123 09:41:37.1 140 run_clock.py:9] expected by 10 timed steps: 3:20 in all: start 0:20"
    )

    def train():
        feed(20, [*LOG[:3], line, *LOG[3:]])

    shown = on_a_terminal(train)
    assert shown.count("expected by 10 timed steps: 3:20 in all: start 0:20") == 1
    assert "10/20 steps" in shown and "15/20 steps" in shown


@pytest.mark.parametrize(
    "lines, parts, last",
    [
        ([RESUMED], ["training: ", "50%"], "10/20 steps"),
        ([FINISHED, BEST], ["already trained: 100%"], "20/20 steps"),
        ([EXPORT], ["already trained: 100%"], "20/20 steps"),
        ([EARLY], ["already trained: 100%"], "8/8 steps"),
        ([LOG[2], EARLY], ["training: 100%"], "10/10 steps"),
    ],
    ids=["resumed", "finished", "export", "early stop before", "early stop now"],
)
def test_the_bar_of_a_job_that_is_started_again(lines, parts, last):
    def train():
        feed(20, lines)

    shown = on_a_terminal(train)
    assert [part for part in parts if part not in shown] == []
    assert last in shown.rsplit("\r", 2)[-2] + shown.rsplit("\r", 2)[-1]

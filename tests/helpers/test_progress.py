"""A training log line by line: step, loss, rate and the time that is left."""


import re

import pytest

from helpers.progress import COCO, LOSS, Progress

# As the trainer writes them; the last ones come from libraries around it.
LOG = [
    "I1123 09:41:27.123456 140 basic_session_run_hooks.py:262] loss = 8.5, step = 0",
    "I1123 09:41:37.123456 140 basic_session_run_hooks.py:692] global_step/sec: 2.5",
    "I1123 09:41:37.123457 140 basic_session_run_hooks.py:260] loss = 3.25, step = 10 (4.000 sec)",
    "I1123 09:41:38.000000 140 x.py:1] Saving checkpoints for 10 into /opt/ml/model.ckpt.",
    "I1123 09:42:00.000000 140 estimator.py:2049] Saving dict for global step 10: loss = 9.9",
    "WARNING: something about step = 99",
]


def test_what_is_known_after_each_line():
    progress, seen = Progress(), []
    for line in LOG:
        progress = progress.after(line)
        seen.append(tuple(progress))
    assert seen == [(0, 8.5, None), (0, 8.5, 2.5)] + [(10, 3.25, 2.5)] * 4


@pytest.mark.parametrize("step, rate, expected", [
    (0, None, None), (10, 2.5, 36), (100, 2.5, 0), (120, 2.5, 0), (10, 0.0, None),
])
def test_the_time_that_is_left(step, rate, expected):
    assert Progress(step, 1.0, rate).seconds_left(100) == expected


@pytest.mark.parametrize("pattern, group", [
    (r"\] loss = ([0-9\.]+)", "3.25"), (r", step = ([0-9\.]+)", "10"),
])
def test_the_metric_definitions_people_have_match_the_same_line(pattern, group):
    assert re.search(pattern, LOG[2]).group(1) == group
    assert LOSS.search(LOG[2])


@pytest.mark.parametrize("line, matches", [
    (" Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.512", True),
    (" Average Recall     (AR) @[ IoU=0.50:0.95 | area= small | maxDets=100 ] = -1.000", True),
    ("Average loss = 0.5 so far", False), ("Accumulating evaluation results...", False),
])
def test_cocos_summary_lines_are_told_from_others(line, matches):
    assert bool(COCO.search(line)) is matches

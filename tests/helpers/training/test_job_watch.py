"""What is known of a job by its log and by those who run it."""

import pytest

from helpers.training import job_watch
from helpers.training.event_reader import Point
from helpers.training.job_watch import JobStatus, JobWatch


def loss(step, value):
    return f"I1123 09:41:37.1 140 hooks.py:1] loss = {value:.5f}, step = {step} (4.000 sec)\n"


def evaluated(step, value):
    return (
        f"I1123 09:42:00.0 140 evaluation.py:1] Saving dict for global step {step}: "
        f"DetectionBoxes_Precision/mAP = {value:.5f}, "
        f"DetectionBoxes_Precision/mAP@.50IOU = {2 * value:.5f}, loss = 9.90000\n"
    )


RATE = "I1123 09:41:37.1 140 hooks.py:1] global_step/sec: 2.5\n"
IMAGES = "I1123 09:41:37.1 140 hooks.py:1] 40.0 images/s, 0:00:36 left; images of steps 1 to 10\n"
EXPORT = "I1123 09:41:37.1 140 job_export.py:1] exporting /opt/ml/model/model.ckpt-100\n"


@pytest.fixture
def shown():
    return []


@pytest.fixture
def watch(shown):
    return JobWatch(JobStatus("train-1", "here", 100), shown.append)


def test_the_log_says_step_loss_rate_and_map(watch, shown):
    watch.feed(loss(1, 5), loss(10, 3), RATE, IMAGES, evaluated(10, 0.25))
    (status,) = shown  # lines that come together are one change
    assert (status.progress.step, status.progress.loss, status.progress.mAP) == (10, 3, 0.25)
    assert status.done == 0.1 and status.secondary == "Training" and not status.is_over
    assert status.numbers() == {
        "step": "10 of 100",
        "loss": "3",
        "mAP": "0.250",
        "images/s": "40.0",
        "left": "0:36",
    }


@pytest.mark.parametrize(
    "lines, curves",
    [
        pytest.param([], {}, id="nothing yet"),
        pytest.param([loss(1, 5), loss(10, 3)], {"loss": ((1, 5), (10, 3))}, id="loss"),
        pytest.param(
            [evaluated(10, 0.25)], {"mAP": ((10, 0.25),), "mAP at IoU 0.5": ((10, 0.5),)}, id="mAP"
        ),
        pytest.param([evaluated(10, -1)], {}, id="mAP not measured"),
        pytest.param(
            [loss(10, 3), loss(20, 2), loss(11, 4)],
            {"loss": ((10, 3), (11, 4))},
            id="steps trained again",
        ),
    ],
)
def test_curves_are_those_of_the_log(watch, lines, curves):
    watch.feed(*lines)
    assert watch.status.curves == {
        name: tuple(Point(*point) for point in points) for name, points in curves.items()
    }


def test_the_last_lines_are_kept_and_empty_ones_not(watch):
    watch.feed("\n", *(f"line {number}\n" for number in range(50)))
    assert watch.status.lines[-1] == "line 49" and len(watch.status.lines) == job_watch.LINES
    watch.feed("more\n")
    assert watch.status.lines[-2:] == ("line 49", "more")


def test_exporting_is_told_from_training(watch):
    watch.feed(loss(100, 1), EXPORT)
    assert watch.status.secondary == "Exporting" and watch.status.done == 1


@pytest.mark.parametrize(
    "status, text, failure",
    [
        pytest.param("Failed", "the loss is nan\n\nTraceback ...", "the loss is nan", id="failed"),
        pytest.param("Completed", "", "", id="completed"),
        pytest.param("Stopped", " \n", "", id="stopped"),
    ],
)
def test_the_end_has_the_first_line_of_the_cause(watch, shown, status, text, failure):
    watch.end(status, text)
    assert shown[-1].is_over and shown[-1].failure == failure
    assert failure in shown[-1].as_text()


def test_the_log_names_the_failure_too(watch):
    watch.feed("the job failed: no room on the disk\n", "Traceback\n")
    assert watch.status.failure == "no room on the disk"


def test_steps_that_nobody_knows_have_no_share(shown):
    watch = JobWatch(JobStatus("train-1", "sagemaker", 0), shown.append)
    watch.feed(loss(10, 3), RATE)
    assert watch.status.done == 0 and watch.status.numbers() == {"step": "10", "loss": "3"}


def test_a_bar_shows_the_same(watch, capsys):
    with job_watch.progress_bar(100) as show:
        show(watch.status)
    assert capsys.readouterr().out == ""

"""A job on SageMaker as it is shown: by its description, its log, and its metrics alone."""

import time

import pytest
from aws_account import ACCOUNT
from aws_stand_ins.answers import hung_up, refusal

from helpers.aws import training_watch
from helpers.aws.account import ATTEMPTS
from helpers.aws.job_log import GROUP
from helpers.aws.training_watch import TrainingWatch
from helpers.training.training_progress import Progress

LINE = "I1123 09:41:37.1 140 hooks.py:1] loss = 3.00000, step = 10 (4.000 sec)"


def answer(status="InProgress", secondary="Training", **more):
    values = {"num_steps": "100"}
    return dict(
        TrainingJobName="train-1",
        TrainingJobStatus=status,
        SecondaryStatus=secondary,
        HyperParameters=values,
        **more,
    )


def metrics(**values):
    return [{"MetricName": name, "Value": value} for name, value in values.items()]


@pytest.fixture
def log(aws):
    client = ACCOUNT.client("logs")
    place = {"logGroupName": GROUP, "logStreamName": "train-1/algo-1-1700000000"}
    client.create_log_group(logGroupName=GROUP)
    client.create_log_stream(**place)

    def write(*lines):
        events = [{"timestamp": int(time.time() * 1000), "message": line} for line in lines]
        client.put_log_events(logEvents=events, **place)

    return write


@pytest.fixture
def shown():
    return []


@pytest.fixture
def watch(shown):
    return TrainingWatch(ACCOUNT, shown.append)


def test_each_answer_is_shown_once_with_the_log(log, watch, shown):
    watch.update(answer(secondary="Starting"))
    log(LINE)
    watch.update(answer())
    log("something else")
    watch.update(answer("Completed", "Completed"))
    assert [(status.status, status.secondary) for status in shown] == [
        ("InProgress", "Starting"),
        ("InProgress", "Training"),
        ("Completed", "Completed"),
    ]
    assert [status.progress.step for status in shown] == [0, 10, 10]
    assert shown[-1].lines == (LINE, "something else") and shown[-1].steps == 100
    assert shown[-1].curves["loss"] == ((10, 3.0),) and shown[-1].is_over


def test_a_failure_is_its_first_line(log, watch, shown):
    log("the job failed: the loss is nan")
    watch.update(answer("Failed", "Failed", FailureReason="AlgorithmError: no room\n\nTraceback"))
    assert shown[-1].failure == "AlgorithmError: no room"


def test_who_may_not_read_the_log_sees_the_metrics(aws_stub, watch, shown):
    aws_stub.plan(refusal("AccessDeniedException", "not authorized"), to="logs ")
    watch.update(answer(FinalMetricDataList=metrics(loss=2.5, step=20, mAP=0.25)))
    watch.update(answer(FinalMetricDataList=metrics(loss=1.5, step=30, mAP=0.25)))
    progress = shown[-1].progress
    assert (progress.step, progress.loss, progress.mAP) == (30, 1.5, 0.25)
    assert all("logs:GetLogEvents" in status.notes[0] for status in shown)
    assert len(aws_stub.titles("logs ")) == 1  # it does not ask again what it may not


def test_a_line_that_breaks_is_a_note_until_it_is_back(aws_stub, log, shown):
    log(LINE)
    watch = TrainingWatch(ACCOUNT, shown.append)
    aws_stub.plan(*[hung_up] * (1 + ATTEMPTS), to="logs ")
    watch.update(answer())
    watch.update(answer())
    assert [bool(status.notes) for status in shown] == [True, False]
    assert shown[-1].progress.step == 10


@pytest.mark.parametrize(
    "values, steps",
    [
        pytest.param({"num_steps": "100"}, 100, id="plain"),
        pytest.param({"num_steps": '"100"'}, 100, id="as the SDK writes it"),
        pytest.param({}, 0, id="not given"),
        pytest.param({"num_steps": "many"}, 0, id="no number"),
    ],
)
def test_steps_are_those_of_the_hyperparameters(values, steps):
    assert training_watch.num_steps({"HyperParameters": values}) == steps


@pytest.mark.parametrize(
    "transitions, text",
    [
        pytest.param(None, "Starting", id="none"),
        pytest.param([("Starting", "Preparing")], "Starting: Preparing", id="message"),
        pytest.param([("Downloading", "Fetching")], "Starting", id="of another status"),
    ],
)
def test_the_message_of_what_it_does_is_shown(transitions, text):
    entries = [dict(Status=s, StatusMessage=m) for s, m in transitions or []]
    given = answer(secondary="Starting", SecondaryStatusTransitions=entries)
    assert training_watch.secondary(given) == text


@pytest.mark.parametrize(
    "progress, given, step, loss",
    [
        pytest.param(Progress(), metrics(loss=2.0, step=5), 5, 2.0, id="metrics alone"),
        pytest.param(Progress(), metrics(loss=2.0), 0, 2.0, id="loss without step"),
        pytest.param(Progress(10, 1.0), metrics(loss=2.0, step=5), 10, 1.0, id="log is ahead"),
        pytest.param(Progress(10, 1.0), metrics(loss=2.0, step=20), 20, 2.0, id="log is behind"),
        pytest.param(Progress(10, 1.0), [], 10, 1.0, id="no metrics"),
    ],
)
def test_what_is_further_on_counts(progress, given, step, loss):
    result = training_watch.with_metrics(progress, answer(FinalMetricDataList=given))
    assert (result.step, result.loss) == (step, loss)


@pytest.mark.parametrize(
    "partition, host",
    [
        ("aws", "eu-west-1.console.aws.amazon.com"),
        ("aws-cn", "eu-west-1.console.amazonaws.cn"),
        ("aws-us-gov", "eu-west-1.console.amazonaws-us-gov.com"),
    ],
)
def test_links_lead_to_the_console_of_the_region(partition, host):
    account = ACCOUNT._replace(region="eu-west-1", arn=f"arn:{partition}:iam::123456789012:user/a")
    links = training_watch.links(account, "train-1")
    assert all(link.startswith(f"https://{host}/") and "train-1" in link for link in links.values())
    assert "$252Faws$252Fsagemaker$252FTrainingJobs" in links["log"]

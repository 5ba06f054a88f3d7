"""Notebook 4 with jobs of the real image on SageMaker's stand-in, which end in every way."""

import contextlib
import json
import re
import shutil
from concurrent.futures import ThreadPoolExecutor

import boto3
import notebook_run
import pytest
import sagemaker_ready
import waiting
from aws_account import REGION

from helpers.pipeline_config import pipeline, schedule
from helpers.steps import train_sagemaker
from helpers.steps.train import planned_hyperparameters
from helpers.workspace import Workspace

NOTEBOOK = "04_train"
STEPS = 150  # so many that a job is interrupted before its end
ENDLESS = 100000
PATIENCE = 400  # seconds
MACHINE = "ml.c5.xlarge"  # the image is for processors
GIVEN = {"WHERE": "sagemaker", "BUCKET": "my-bucket", "PER_HOUR": 0.2, "INSTANCE_TYPE": MACHINE}


@pytest.fixture
def bucket(aws):
    """A client of moto's S3, past any line."""
    client = boto3.client("s3")
    where = {"LocationConstraint": REGION}
    client.create_bucket(Bucket="my-bucket", CreateBucketConfiguration=where)
    return client


@pytest.fixture
def jobs(training_jobs, built_image, monkeypatch):
    """The stand-in, which runs the real image; all of AWS is asked there."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", training_jobs.url)
    training_jobs.image = built_image
    return training_jobs


@pytest.fixture
def work(jobs, small_channel, tmp_path):
    """A work folder with a small training channel, and an account that may start jobs."""
    work = sagemaker_ready.linked(Workspace.at(small_channel.parent), tmp_path / "work")
    sagemaker_ready.make(jobs, work, cuda=False)
    return work


@contextlib.contextmanager
def notebook_waiting_for(jobs, work, **parameters):
    """The notebook waits in another process; the block gets the job once it has trained."""
    with ThreadPoolExecutor(1) as pool:
        notebook = pool.submit(
            notebook_run.run, [NOTEBOOK], work.root, CONFIRM=True, **GIVEN, **parameters
        )
        try:
            waiting.until(lambda: notebook.done() or jobs.runs, PATIENCE)
            if jobs.runs:
                yield only(jobs)
        except BaseException:
            jobs.close()
            raise
        notebook.result()


def only(jobs):
    """The job that was started, once it has logged a step."""
    (run,) = jobs.runs.values()
    waiting.until(lambda: step_of(run) or run.status != "InProgress", PATIENCE)
    assert run.status == "InProgress", run.describe("").get("FailureReason")
    return run


def step_of(run):
    """The last step in a job's log, as SageMaker's metrics have it."""
    metrics = {one["MetricName"]: one["Value"] for one in run.describe("")["FinalMetricDataList"]}
    return metrics.get("step", 0)


def require_fetched(work, run, status):
    """The job ended so, and its model is the one in use."""
    assert (run.status, run.secondary) == status
    state = work.state()
    assert (state["job"], state["where"], state["launched"]) == (run.name, "sagemaker", {})
    assert json.loads((work.graph / "export.json").read_text())["passed"]


def test_a_job_goes_on_after_its_spot_instance_was_taken_away(jobs, work):
    with notebook_waiting_for(jobs, work, SPOT=True, STEPS=STEPS) as run:
        reached = step_of(run)
        jobs.interrupt(run.name)
    require_fetched(work, run, ("Completed", "Completed"))
    log = (work.job(run.name) / "train.log").read_text()
    restored = re.search(r"Restoring parameters from \S+model\.ckpt-(\d+)", log)
    assert 0 < reached <= int(restored.group(1)) < step_of(run) == STEPS
    answer = run.describe("")
    assert "Interrupted" in [one["Status"] for one in answer["SecondaryStatusTransitions"]]
    assert answer["BillableTimeInSeconds"] < answer["TrainingTimeInSeconds"]


def test_what_ran_into_its_time_limit_is_fetched(jobs, work):
    with notebook_waiting_for(jobs, work, HOURS=0.5, STEPS=ENDLESS) as run:
        jobs.expire(run.name)
    require_fetched(work, run, ("Stopped", "MaxRuntimeExceeded"))
    assert run.request["StoppingCondition"] == {"MaxRuntimeInSeconds": 1800}


def test_a_job_of_another_kernel_is_stopped_and_fetched(jobs, work):
    options = train_sagemaker.SagemakerOptions(
        train_sagemaker.Machine(MACHINE),
        train_sagemaker.AccountOptions("my-bucket"),
        speed=train_sagemaker.Speed(GIVEN["PER_HOUR"]),
    )
    plan = train_sagemaker.plan_sagemaker(work, planned_hyperparameters(work, ENDLESS), options)
    train_sagemaker.launch(work, plan, confirm=True)
    run = only(jobs)
    notebook_run.run([NOTEBOOK], work.root, ATTACH=run.name, STOP=True, **GIVEN)
    require_fetched(work, run, ("Stopped", "Stopped"))
    assert len(jobs.titles("CreateTrainingJob")) == len(jobs.titles("StopTrainingJob")) == 1


def test_a_failure_is_shown_by_its_cause_alone(jobs, work, small_channel):
    (work.root / "training").unlink()
    shutil.copytree(str(small_channel), str(work.training))
    config = schedule.with_learning_rate(pipeline.read(work.config), 1e30)
    pipeline.write(config, work.config)
    shown = notebook_run.run_failing(NOTEBOOK, work.root, CONFIRM=True, STEPS=STEPS, **GIVEN)
    (run,) = jobs.runs.values()
    assert run.status == "Failed"
    assert shown.startswith("JobFailed: AlgorithmError: the loss is nan at step ")
    assert "most recent call last" not in shown
    assert list(work.state()["launched"]) == [run.name] and "job" not in work.state()

"""A tuning job: planned with its price, started on the user's word, and its best job."""

import math
from pathlib import Path

import aws_stand_ins
import pytest
import sagemaker_ready
import waiting
from training_jobs import says

from helpers.steps import train_sagemaker, tune_sagemaker
from helpers.steps.train_sagemaker import AccountOptions, Machine, SagemakerOptions, Speed
from helpers.structures.errors import BadInput, HelpersError, MissingPart

RANGES = "learning_rate=0.0005:0.01, precision=float32|mixed"
COUNTING = Path(aws_stand_ins.__file__).with_name("counting_trainer.py")
STARTED = {
    "HyperParameterTuningJobArn": "arn:aws:sagemaker:eu-west-1:123456789012:"
    "hyper-parameter-tuning-job/tune-1"
}


def plan(work, where="sagemaker", spot=False, **limits):
    options = SagemakerOptions(
        Machine(spot=spot), AccountOptions("my-bucket", "mine"), speed=Speed(2.0)
    )
    training = train_sagemaker.plan_sagemaker(work, {"num_steps": 5}, options, where)
    return tune_sagemaker.plan_tuning(training, RANGES, **limits)


def test_the_price_is_that_of_all_jobs(work):
    made = plan(work, "here", jobs=6, at_once=3)
    expected = 6 * made.training.estimate.expected
    assert f"{expected:.2f} USD" in made.price_as_text()
    assert '"MaxNumberOfTrainingJobs": 6' in made.as_text()
    assert made.name.startswith("tune-")


def test_what_is_not_confirmed_is_not_sent(ready, work):
    with pytest.raises(BadInput, match="CONFIRM"):
        tune_sagemaker.start_tuning(work, plan(work), False)
    assert ready.titles("s3 PUT|CreateHyper") == [] and "tuning" not in work.state()


def test_an_example_is_not_sent(aws_stub, work):
    with pytest.raises(MissingPart, match="WHERE is here"):
        tune_sagemaker.start_tuning(work, plan(work, "here"), True)
    assert aws_stub.asked == []


def test_channels_go_first_and_the_name_is_kept(ready, work):
    ready.plan(says(STARTED), to="CreateHyperParameterTuningJob")
    name = tune_sagemaker.start_tuning(work, plan(work), True)
    assert work.state()["tuning"] == name
    *sent, last = ready.titles("s3 PUT|CreateHyper")
    assert len(sent) >= 3 and "CreateHyperParameterTuningJob" in last
    assert "@sha256:" in ready.asked[-1].body.decode()


def test_the_jobs_share_no_checkpoints(ready, work):
    definition = plan(work).request["TrainingJobDefinition"]
    assert "CheckpointConfig" not in definition
    with pytest.raises(BadInput, match="SPOT"):
        plan(work, spot=True)


@pytest.mark.parametrize(
    "text",
    ["learning_rate", "learning_rate=0.1", "learning_rate=a:b", "precision=mixed|"],
    ids=["no value", "one number", "no numbers", "an empty choice"],
)
def test_ranges_that_are_none(work, text):
    training = plan(work, "here").training
    with pytest.raises(BadInput, match=text.split("|")[0].split(":")[0]):
        tune_sagemaker.plan_tuning(training, text)


def test_the_best_job_can_be_fetched(ready, work):
    def summary(name, **more):
        job = {
            "TrainingJobName": name,
            "TrainingJobArn": f"arn:aws:sagemaker:eu-west-1:123456789012:training-job/{name}",
            "TrainingJobStatus": "Completed",
            "CreationTime": 1.0,
            "TunedHyperParameters": {"learning_rate": "0.002"},
        }
        return {**job, **more}

    best = {"FinalHyperParameterTuningJobObjectiveMetric": {"MetricName": "mAP", "Value": 0.71}}
    jobs = [summary("tune-1-002", **best), summary("tune-1-001")]
    ready.plan(says({"TrainingJobSummaries": jobs}), to="ListTrainingJobsFor")
    found = tune_sagemaker.tuned(work, "tune-1")
    assert "mAP 0.710 with learning_rate=0.002" in found.as_text()
    assert "ATTACH=tune-1-002" in found.as_text()
    assert [row["mAP"] for row in found.rows()] == ["0.710", ""]


def test_a_tuning_job_trains_within_its_ranges_and_finds_the_best(
    aws_stub, training_jobs, bucket, work
):
    sagemaker_ready.make(aws_stub, work)
    training_jobs.program = COUNTING
    made = plan(work, jobs=3, at_once=2)
    training_jobs.quotas[made.training.request["ResourceConfig"]["InstanceType"]] = 2
    name = tune_sagemaker.start_tuning(work, made, True)
    waiting.until(lambda: training_jobs.tunings[name].status == "Completed")
    found = tune_sagemaker.tuned(work)
    assert [job.status for job in found.jobs] == ["Completed"] * 3
    rates = [float(job.values["learning_rate"]) for job in found.jobs]
    assert len(set(rates)) == 3 and all(0.0005 <= rate <= 0.01 for rate in rates)
    assert {job.values["precision"] for job in found.jobs} <= {"float32", "mixed"}
    wanted = [0.8 / (1 + abs(math.log(rate / 0.002))) for rate in rates]
    assert wanted == sorted(wanted, reverse=True)
    assert [job.objective for job in found.jobs] == pytest.approx(wanted, abs=0.0006)
    assert f"ATTACH={found.jobs[0].name}" in found.as_text()


def test_before_any_is_measured(ready, work):
    ready.plan(says({"TrainingJobSummaries": []}), to="ListTrainingJobsFor")
    assert tune_sagemaker.tuned(work, "tune-1").as_text().startswith("0 jobs")
    with pytest.raises(MissingPart, match="TUNE"):
        tune_sagemaker.tuned(work)


def test_a_refusal_is_told(ready, work):
    from aws_stand_ins.answers import refusal

    ready.plan(
        refusal("ResourceLimitExceeded", "The account-level service limit 'x' is 0"),
        to="CreateHyperParameterTuningJob",
    )
    with pytest.raises(HelpersError, match="tuning job"):
        tune_sagemaker.start_tuning(work, plan(work), True)

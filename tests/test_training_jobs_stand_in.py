"""The stand-in for SageMaker's training jobs, with a trainer that only counts."""

import tarfile
from pathlib import Path

import aws_stand_ins
import pytest
import waiting
from aws_stand_ins.answers import refusal

boto3 = pytest.importorskip("boto3", reason="no boto3. Run: make setup")
from botocore.exceptions import ClientError  # noqa: E402

COUNTING = Path(aws_stand_ins.__file__).with_name("counting_trainer.py")
ENDED = ("Completed", "Failed", "Stopped")


def request(name="train-1", max_run=600, spot=False, **values):
    """A request for a job whose trainer counts."""
    channel = {"S3DataType": "S3Prefix", "S3Uri": "s3://my-bucket/p/training/"}
    limits = {"MaxRuntimeInSeconds": max_run}
    if spot:
        limits["MaxWaitTimeInSeconds"] = 2 * max_run
    return {
        "TrainingJobName": name,
        "AlgorithmSpecification": {
            "TrainingImage": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/photos-to-pi:abc",
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "loss", "Regex": r"\] loss = ([0-9\.]+)"}],
        },
        "RoleArn": "arn:aws:iam::123456789012:role/Trainer",
        "HyperParameters": {key: str(value) for key, value in values.items()},
        "InputDataConfig": [{"ChannelName": "training", "DataSource": {"S3DataSource": channel}}],
        "OutputDataConfig": {"S3OutputPath": "s3://my-bucket/p/"},
        "ResourceConfig": {
            "InstanceType": "ml.m5.xlarge",
            "InstanceCount": 1,
            "VolumeSizeInGB": 10,
        },
        "StoppingCondition": limits,
        "EnableManagedSpotTraining": spot,
        "CheckpointConfig": {"S3Uri": f"s3://my-bucket/p/{name}/checkpoints"},
    }


@pytest.fixture
def client(training_jobs, bucket):
    """A client of SageMaker; a channel with one file lies in S3."""
    training_jobs.program = COUNTING
    bucket.put_object(Bucket="my-bucket", Key="p/training/train.record", Body=b"x")
    return boto3.client("sagemaker")


def wait(client, name="train-1"):
    """The description of a job that has ended."""

    def ended():
        answer = client.describe_training_job(TrainingJobName=name)
        return answer if answer["TrainingJobStatus"] in ENDED else None

    return waiting.until(ended)


def wait_for_step(bucket, step):
    """Waits until SageMaker has copied the checkpoint of a step."""

    def reached():
        found = bucket.list_objects_v2(Bucket="my-bucket", Prefix="p/train-1/checkpoints/step")
        return found["KeyCount"] and int(text_of(bucket, "p/train-1/checkpoints/step")) >= step

    waiting.until(reached)


def text_of(bucket, key):
    return bucket.get_object(Bucket="my-bucket", Key=key)["Body"].read().decode()


def transitions(answer):
    return [one["Status"] for one in answer["SecondaryStatusTransitions"]]


def log_lines():
    logs = boto3.client("logs")
    group = "/aws/sagemaker/TrainingJobs"
    streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix="train-1/")
    names = [stream["logStreamName"] for stream in streams["logStreams"]]
    return [
        [
            event["message"]
            for event in logs.get_log_events(
                logGroupName=group, logStreamName=name, startFromHead=True
            )["events"]
        ]
        for name in names
    ]


def model_of(bucket, tmp_path):
    bucket.download_file("my-bucket", "p/train-1/output/model.tar.gz", str(tmp_path / "m.tar.gz"))
    with tarfile.open(str(tmp_path / "m.tar.gz")) as tar:
        return tar.extractfile("step").read().decode()


def refused(call, **parameters):
    """Code and message of a refusal."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    return caught.value.response["Error"]["Code"], caught.value.response["Error"]["Message"]


def test_a_job_that_completes(client, bucket, tmp_path):
    client.create_training_job(**request(num_steps=5))
    answer = wait(client)
    assert (answer["TrainingJobStatus"], answer["SecondaryStatus"]) == ("Completed", "Completed")
    expected = ["Starting", "Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert transitions(answer) == expected
    artefact = "s3://my-bucket/p/train-1/output/model.tar.gz"
    assert answer["ModelArtifacts"]["S3ModelArtifacts"] == artefact
    assert (
        model_of(bucket, tmp_path) == "5" and text_of(bucket, "p/train-1/checkpoints/step") == "5"
    )
    metrics = {one["MetricName"]: one["Value"] for one in answer["FinalMetricDataList"]}
    assert metrics == {"loss": 2.0}
    assert answer["BillableTimeInSeconds"] == answer["TrainingTimeInSeconds"] >= 1
    assert answer["HyperParameters"] == {"num_steps": "5"} and "FailureReason" not in answer
    (lines,) = log_lines()
    assert lines[0] == "starts at step 0 with ['training']" and len(lines) == 6


def test_a_job_that_fails_says_why_and_leaves_no_model(client, bucket):
    client.create_training_job(**request(num_steps=5, fail_at=3))
    answer = wait(client)
    assert answer["TrainingJobStatus"] == "Failed" and "ModelArtifacts" not in answer
    reason = answer["FailureReason"]
    assert reason.startswith("AlgorithmError: NaN loss at step 3. ") and len(reason) <= 1024
    assert reason.endswith("exit code: 1")
    assert text_of(bucket, "p/train-1/checkpoints/step") == "3"


def test_a_channel_with_nothing_in_it(client, bucket):
    bucket.delete_object(Bucket="my-bucket", Key="p/training/train.record")
    client.create_training_job(**request(num_steps=5))
    answer = wait(client)
    assert answer["FailureReason"].startswith("ClientError: Data download failed:")
    assert "s3://my-bucket/p/training/" in answer["FailureReason"]


def test_a_job_that_is_stopped_saves_and_ships(client, bucket, tmp_path):
    client.create_training_job(**request(num_steps=10000, seconds=0.05))
    wait_for_step(bucket, 2)
    client.stop_training_job(TrainingJobName="train-1")
    answer = client.describe_training_job(TrainingJobName="train-1")
    assert answer["TrainingJobStatus"] in ("Stopping", "Stopped")
    answer = wait(client)
    assert (answer["TrainingJobStatus"], answer["SecondaryStatus"]) == ("Stopped", "Stopped")
    assert int(model_of(bucket, tmp_path)) >= 2
    code, message = refused(client.stop_training_job, TrainingJobName="train-1")
    assert code == "ValidationException" and message.endswith("Stopped")


def test_a_job_that_does_not_listen_is_killed(client, bucket, training_jobs):
    training_jobs.grace = 0.5
    client.create_training_job(**request(num_steps=10000, seconds=0.05, deaf="true"))
    wait_for_step(bucket, 2)
    client.stop_training_job(TrainingJobName="train-1")
    assert wait(client)["TrainingJobStatus"] == "Stopped"


def test_a_job_that_runs_into_its_time_limit(client, bucket, tmp_path):
    client.create_training_job(**request(max_run=1, num_steps=10000, seconds=0.05))
    answer = wait(client)
    status = (answer["TrainingJobStatus"], answer["SecondaryStatus"])
    assert status == ("Stopped", "MaxRuntimeExceeded")
    assert int(model_of(bucket, tmp_path)) > 0


def test_a_spot_instance_that_is_taken_away_resumes(client, bucket, training_jobs, tmp_path):
    client.create_training_job(**request(spot=True, num_steps=60, seconds=0.1))
    wait_for_step(bucket, 2)
    training_jobs.no_capacity = True
    training_jobs.interrupt("train-1")
    run = training_jobs.runs["train-1"]
    waiting.until(lambda: run.secondary == "Interrupted")
    training_jobs.no_capacity = False
    answer = wait(client)
    assert answer["TrainingJobStatus"] == "Completed" and "Interrupted" in transitions(answer)
    assert model_of(bucket, tmp_path) == "60"
    assert answer["BillableTimeInSeconds"] < answer["TrainingTimeInSeconds"]
    starts = sorted(lines[0].split()[3] for lines in log_lines())
    assert starts[0] == "0" and int(starts[1]) >= 2


def test_no_spot_instance_in_time(client, training_jobs):
    training_jobs.no_capacity = True
    client.create_training_job(**request(spot=True, max_run=1, num_steps=5))
    assert wait(client)["SecondaryStatus"] == "MaxWaitTimeExceeded"


def test_a_name_is_had_once(client):
    client.create_training_job(**request(num_steps=1))
    wait(client)
    code, message = refused(client.create_training_job, **request(num_steps=1))
    assert code == "ResourceInUse" and "training-job/train-1" in message


@pytest.mark.parametrize(
    "changes, code",
    [
        ({"ResourceConfig": {"InstanceType": "ml.p3.2xlarge"}}, "ResourceLimitExceeded"),
        ({"EnableManagedSpotTraining": True}, "ValidationException"),
    ],
    ids=["quota", "spot without waiting"],
)
def test_a_job_that_cannot_be(client, training_jobs, changes, code):
    training_jobs.quotas["ml.p3.2xlarge"] = 0
    wanted = request(num_steps=1)
    for key, value in changes.items():
        wanted[key] = dict(wanted[key], **value) if isinstance(value, dict) else value
    assert refused(client.create_training_job, **wanted)[0] == code


def test_jobs_are_listed_and_tagged(client):
    for name in ("train-1", "train-2"):
        client.create_training_job(
            **request(name, num_steps=1), Tags=[{"Key": "project", "Value": name}]
        )
        arn = wait(client, name)["TrainingJobArn"]
    listed = client.list_training_jobs(NameContains="train")["TrainingJobSummaries"]
    assert [one["TrainingJobName"] for one in listed] == ["train-2", "train-1"]
    assert client.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "project", "Value": "train-2"}]


@pytest.mark.parametrize("method", ["describe_training_job", "stop_training_job"])
def test_a_job_that_is_not(client, method):
    answer = refused(getattr(client, method), TrainingJobName="none")
    assert answer == ("ValidationException", "Requested resource not found.")


def test_errors_are_played_and_the_rest_is_of_moto(client, training_jobs):
    training_jobs.plan(refusal("ThrottlingException", "Rate exceeded"), to="DescribeTrainingJob")
    client.create_training_job(**request(num_steps=1))
    assert wait(client)["TrainingJobStatus"] == "Completed"  # botocore asks again
    assert training_jobs.left == 0
    assert client.list_models()["Models"] == []


def test_a_tuning_job_is_stopped_with_its_jobs(client, training_jobs):
    definition = request(num_steps=600, seconds=0.1)
    unfit = ("TrainingJobName", "CheckpointConfig", "EnableManagedSpotTraining")
    definition = {key: value for key, value in definition.items() if key not in unfit}
    definition["StaticHyperParameters"] = definition.pop("HyperParameters")
    whole = {"Name": "batch_size", "MinValue": "2", "MaxValue": "4"}
    client.create_hyper_parameter_tuning_job(
        HyperParameterTuningJobName="tune-1",
        HyperParameterTuningJobConfig={
            "Strategy": "Random",
            "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "loss"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 3, "MaxParallelTrainingJobs": 1},
            "ParameterRanges": {"IntegerParameterRanges": [whole]},
        },
        TrainingJobDefinition=definition,
    )
    (name,) = waiting.until(lambda: list(training_jobs.tunings["tune-1"].values))
    client.stop_hyper_parameter_tuning_job(HyperParameterTuningJobName="tune-1")

    def state():
        answer = client.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName="tune-1")
        return answer["HyperParameterTuningJobStatus"]

    waiting.until(lambda: state() == "Stopped")
    listed = client.list_training_jobs_for_hyper_parameter_tuning_job(
        HyperParameterTuningJobName="tune-1"
    )
    (job,) = listed["TrainingJobSummaries"]
    assert (job["TrainingJobName"], job["TrainingJobStatus"]) == (name, "Stopped")
    assert 2 <= int(job["TunedHyperParameters"]["batch_size"]) <= 4

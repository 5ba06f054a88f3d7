"""The real image as a training job of SageMaker, or of what stands in for it here."""

import tarfile

import boto3
import pytest
import waiting

NAME = "train-1"
STEPS = 300  # so many that the job is interrupted before its end


@pytest.fixture
def client(training_jobs, bucket, small_channel):
    """A client of SageMaker; the small channel lies in S3."""
    for path in sorted(small_channel.iterdir()):
        bucket.upload_file(str(path), "my-bucket", f"p/training/{path.name}")
    return boto3.client("sagemaker")


@pytest.fixture
def bucket(aws):
    """A client of moto's S3, past any line."""
    client = boto3.client("s3")
    where = {"LocationConstraint": client.meta.region_name}
    client.create_bucket(Bucket="my-bucket", CreateBucketConfiguration=where)
    return client


def request(**values):
    channel = {"S3DataType": "S3Prefix", "S3Uri": "s3://my-bucket/p/training/"}
    return {
        "TrainingJobName": NAME,
        "AlgorithmSpecification": {
            "TrainingImage": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/photos-to-pi:abc",
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "step", "Regex": r", step = ([0-9\.]+)"}],
        },
        "RoleArn": "arn:aws:iam::123456789012:role/Trainer",
        "HyperParameters": {key: str(value) for key, value in values.items()},
        "InputDataConfig": [{"ChannelName": "training", "DataSource": {"S3DataSource": channel}}],
        "OutputDataConfig": {"S3OutputPath": "s3://my-bucket/p/"},
        "ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 9},
        "StoppingCondition": {"MaxRuntimeInSeconds": 900, "MaxWaitTimeInSeconds": 900},
        "EnableManagedSpotTraining": True,
        "CheckpointConfig": {"S3Uri": f"s3://my-bucket/p/{NAME}/checkpoints/"},
    }


def steps_saved(bucket):
    """The steps of the checkpoints that lie in S3."""
    found = bucket.list_objects_v2(Bucket="my-bucket", Prefix=f"p/{NAME}/checkpoints/model.ckpt-")
    keys = [item["Key"] for item in found.get("Contents", [])]
    return {int(key[: -len(".index")].rpartition("-")[2]) for key in keys if key.endswith(".index")}


def test_a_job_resumes_after_its_spot_instance_was_taken_away(
    client, training_jobs, built_image, bucket, tmp_path
):
    training_jobs.image = built_image
    client.create_training_job(
        **request(num_steps=STEPS, save_checkpoints_steps=20, log_every=20, eval_every=STEPS)
    )
    waiting.until(lambda: max(steps_saved(bucket), default=0) >= 20)
    training_jobs.interrupt(NAME)
    first = training_jobs.runs[NAME]
    waiting.until(lambda: any("Interrupted" in str(one) for one in first.describe("").values()))
    reached = max(steps_saved(bucket))

    def ended():
        answer = client.describe_training_job(TrainingJobName=NAME)
        return answer["TrainingJobStatus"] != "InProgress" and answer

    answer = waiting.until(ended, patience=600)
    assert answer["TrainingJobStatus"] == "Completed", answer
    metrics = {one["MetricName"]: one["Value"] for one in answer["FinalMetricDataList"]}
    assert reached < STEPS and metrics == {"step": STEPS}
    log = boto3.client("logs").filter_log_events(logGroupName="/aws/sagemaker/TrainingJobs")
    assert any(f"model.ckpt-{reached}" in event["message"] for event in log["events"])
    bucket.download_file("my-bucket", f"p/{NAME}/output/model.tar.gz", str(tmp_path / "m.tar.gz"))
    with tarfile.open(str(tmp_path / "m.tar.gz")) as tar:
        assert {"graph/export.json", "graph/frozen_inference_graph.pb"} <= set(tar.getnames())

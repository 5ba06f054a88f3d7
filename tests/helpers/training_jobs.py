"""Training jobs of SageMaker for tests: a request, and what SageMaker says about one."""

import datetime
import json

from aws_account import ACCOUNT, REGION
from aws_stand_ins.answers import Reply

from helpers.aws import sagemaker_training
from helpers.aws.job_options import TrainingJobOptions
from helpers.aws.sagemaker_training import Resources

ROLE = f"arn:aws:iam::{ACCOUNT.number}:role/Trainer"
IMAGE = f"{ACCOUNT.number}.dkr.ecr.{REGION}.amazonaws.com/photos-to-pi:abc"
_MOMENT = datetime.datetime(2026, 1, 1).timestamp()


def request(name, num_steps=5, prefix="mine", **options):
    """A request for a job that trains ``num_steps``."""
    return sagemaker_training.training_request(
        name,
        Resources(IMAGE, ROLE, "my-bucket", prefix),
        {"num_steps": num_steps},
        TrainingJobOptions(**{"volume_gb": 30, **options}),
    )


def described(name, status="InProgress", secondary="Training", **changes):
    """What ``describe_training_job`` says about the job of :func:`request`."""
    asked = request(name)
    kept = ("HyperParameters", "InputDataConfig", "OutputDataConfig", "RoleArn")
    answer = {key: asked[key] for key in (*kept, "CheckpointConfig", "ResourceConfig")}
    answer.update(
        TrainingJobName=name,
        TrainingJobArn=f"arn:aws:sagemaker:{REGION}:{ACCOUNT.number}:training-job/{name}",
        TrainingJobStatus=status,
        SecondaryStatus=secondary,
        AlgorithmSpecification=asked["AlgorithmSpecification"],
        StoppingCondition=asked["StoppingCondition"],
        CreationTime=_MOMENT,
        LastModifiedTime=_MOMENT,
    )
    archive = f"s3://my-bucket/mine/{name}/output/model.tar.gz"
    if status == "Completed":
        answer["ModelArtifacts"] = {"S3ModelArtifacts": archive}
    return dict(answer, **changes)


def says(answer):
    """An answer for the stub."""
    body = json.dumps(answer).encode()
    return lambda asked, forward: Reply(200, {"Content-Type": "application/x-amz-json-1.1"}, body)

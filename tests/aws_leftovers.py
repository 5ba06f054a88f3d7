"""Things made on the stand-in for AWS: one of each kind with the project's tag, one without."""

import json

from aws_account import ACCOUNT

from helpers.aws import inventory, tags

BUCKET = "my-bucket"
PREFIX = "photos-to-pi/birds/"
ROLE = "arn:aws:iam::123456789012:role/Trainer"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/photos-to-pi:abc"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
NOBODY = {"project": "another"}


def make(owner, values):
    """Makes one of each kind, named after ``owner``, with these tags."""
    listed = [{"Key": key, "Value": value} for key, value in values.items()]
    _hosting(owner, listed)
    _job(owner, listed)
    small = [{"key": key, "value": value} for key, value in values.items()]
    ACCOUNT.client("codebuild").create_project(
        name=f"build-{owner}",
        source={"type": "S3", "location": "my-bucket/source.zip"},
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "type": "LINUX_CONTAINER",
            "image": "aws/codebuild/standard:7.0",
            "computeType": "BUILD_GENERAL1_SMALL",
        },
        serviceRole=ROLE,
        tags=small,
    )
    ACCOUNT.client("ecr").create_repository(repositoryName=f"images-{owner}", tags=listed)
    logs = ACCOUNT.client("logs")
    logs.create_log_group(logGroupName=f"/aws/codebuild/build-{owner}", tags=values)
    iam = ACCOUNT.client("iam")
    allowed = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    rights = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    role = f"photos-to-pi-{owner}"
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(TRUST), Tags=listed)
    iam.put_role_policy(RoleName=role, PolicyName="rights", PolicyDocument=rights)


def _hosting(owner, listed):
    client = ACCOUNT.client("sagemaker")
    client.create_model(
        ModelName=f"model-{owner}",
        PrimaryContainer={"Image": IMAGE},
        ExecutionRoleArn=ROLE,
        Tags=listed,
    )
    variant = {
        "VariantName": "all",
        "ModelName": f"model-{owner}",
        "InstanceType": "ml.m5.xlarge",
        "InitialInstanceCount": 2,
    }
    client.create_endpoint_config(
        EndpointConfigName=f"config-{owner}", ProductionVariants=[variant], Tags=listed
    )
    client.create_endpoint(
        EndpointName=f"endpoint-{owner}", EndpointConfigName=f"config-{owner}", Tags=listed
    )


def _job(owner, listed):
    ACCOUNT.client("sagemaker").create_training_job(
        TrainingJobName=f"train-{owner}",
        AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
        RoleArn=ROLE,
        OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/{PREFIX}"},
        ResourceConfig={"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30},
        StoppingCondition={"MaxRuntimeInSeconds": 60},
        Tags=listed,
    )
    logs = ACCOUNT.client("logs")
    groups = logs.describe_log_groups(logGroupNamePrefix=inventory.JOB_LOGS)["logGroups"]
    if not groups:
        logs.create_log_group(logGroupName=inventory.JOB_LOGS)
    logs.create_log_stream(
        logGroupName=inventory.JOB_LOGS, logStreamName=f"train-{owner}/algo-1-1700000000"
    )


def make_ours_and_theirs():
    """One of each kind of this project and of another one, and a file of each in the bucket."""
    make("ours", tags.PROJECT)
    make("theirs", NOBODY)
    client = ACCOUNT.client("s3")
    for key in (f"{PREFIX}training/train.record", "photos-to-pi/birds-2/a", "photos.txt"):
        client.put_object(Bucket=BUCKET, Key=key, Body=bytes(2000))

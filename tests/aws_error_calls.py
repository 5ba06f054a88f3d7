"""Calls of each service, and what is said of the errors that they end with."""

import pytest
from aws_account import ACCOUNT

from helpers.aws import error_messages
from helpers.structures.errors import HelpersError

WHO = "arn:aws:sts::123456789012:assumed-role/Dev/me"
CALLS = {
    "sts": lambda: ACCOUNT.client("sts").get_caller_identity(),
    "put": lambda: ACCOUNT.client("s3").put_object(Bucket="my-bucket", Key="a", Body=b"x"),
    "get": lambda: ACCOUNT.client("s3").get_object(Bucket="my-bucket", Key="a")["Body"].read(),
    "list": lambda: ACCOUNT.client("s3").list_objects_v2(Bucket="my-bucket"),
    "head": lambda: ACCOUNT.client("s3").head_bucket(Bucket="my-bucket"),
    "make": lambda: ACCOUNT.client("s3").create_bucket(
        Bucket="my-bucket", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    ),
    "job": lambda: ACCOUNT.client("sagemaker").describe_training_job(TrainingJobName="a"),
    "ecr": lambda: ACCOUNT.client("ecr").describe_images(repositoryName="photos"),
    "role": lambda: ACCOUNT.client("iam").get_role(RoleName="Trainer"),
}


def said(call, remedy=""):
    """The message for the user."""
    with pytest.raises(HelpersError) as caught:
        with error_messages.translated_errors("the thing", remedy):
            CALLS[call]()
    text = str(caught.value)
    assert text.startswith(("the thing: ", "AWS, ")) and text.endswith(".") and "\n" not in text
    assert "some " not in text, "a fact that nobody knows"
    return text


def not_authorized(action, resource="arn:aws:s3:::my-bucket/a", why="no identity-based policy"):
    """AWS's words where an action is not allowed."""
    return (
        f"User: {WHO} is not authorized to perform: {action} on resource: {resource} because "
        f"{why} allows the {action} action"
    )

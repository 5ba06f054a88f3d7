"""A job on SageMaker: planned as an example or for real, checked, started, and never lost."""

import json

import pytest
from aws_account import ACCOUNT
from aws_stand_ins.answers import Reply, lost, refusal
from image_in_ecr import URI
from training_jobs import described, says

from helpers.aws import launched_jobs, policies, role
from helpers.aws.running_job import RunningJob
from helpers.steps import train_sagemaker as sagemaker
from helpers.steps.train_sagemaker import AccountOptions, Machine, Network, SagemakerOptions, Speed
from helpers.structures.errors import BadInput, HelpersError, MissingPart
from helpers.training.job_layout import JobLayout
from helpers.workspace import Workspace

HYPERPARAMETERS = {"num_steps": 5, "quantize": True}
OPTIONS = SagemakerOptions(account=AccountOptions("my-bucket", "mine"), speed=Speed(2.0))
IN_USE = refusal("ResourceInUse", "Training job names must be unique")


def sent(stub):
    """What has changed anything on AWS, or moved data there."""
    return stub.titles("s3 (PUT|POST|DELETE)|CreateTrainingJob")


def test_elsewhere_the_request_is_an_example_and_aws_is_not_asked(aws_stub, work):
    plan = sagemaker.plan_sagemaker(work, HYPERPARAMETERS, OPTIONS, "here")
    assert aws_stub.asked == [] and "WHERE is here" in plan.me.unavailable_reason
    assert plan.request["HyperParameters"] == {"num_steps": "5", "quantize": "true"}
    names = [row["to"].rpartition("/")[2] for row in plan.rows()]
    assert {"pipeline.config", "label_map.pbtxt"} <= set(names)
    assert all(row["to"].startswith("s3://my-bucket/mine/") for row in plan.rows())
    with pytest.raises(MissingPart, match="WHERE is here"):
        sagemaker.launch(work, plan, True)
    assert aws_stub.asked == []


@pytest.mark.usefixtures("without_aws")
def test_without_credentials_nothing_is_sent(work):
    work.remember(image=URI)  # of a region that nobody can compare with another now
    plan = sagemaker.plan_sagemaker(work, HYPERPARAMETERS)
    assert plan.request["ResourceConfig"]["InstanceType"] == sagemaker.INSTANCE_TYPE
    with pytest.raises(MissingPart, match="AWS: .*credentials"):
        sagemaker.launch(work, plan, True)


def test_options_are_those_of_the_request(ready, work):
    options = SagemakerOptions(
        Machine("ml.g4dn.2xlarge", 0.5, True, 50, 2),
        AccountOptions("my-bucket", "mine", tags="team=vision, cost = 4"),
        Network.of("subnet-0a1b2c3d", "sg-0a1b2c3d", True),
        Speed(2.0, 10.0),
        "train-0",
    )
    plan = sagemaker.plan_sagemaker(work, HYPERPARAMETERS, options)
    request = plan.request
    assert request["StoppingCondition"] == {
        "MaxRuntimeInSeconds": 1800,
        "MaxWaitTimeInSeconds": 3600,
    }
    assert request["ResourceConfig"]["VolumeSizeInGB"] == 50
    assert request["RetryStrategy"] == {"MaximumRetryAttempts": 2}
    assert request["EnableNetworkIsolation"] and request["VpcConfig"]["Subnets"]
    assert {"Key": "team", "Value": "vision"} in request["Tags"]
    assert {"Key": "cost", "Value": "4"} in request["Tags"]
    assert request["CheckpointConfig"]["S3Uri"] == "s3://my-bucket/mine/train-0/checkpoints/"
    assert request["RoleArn"].endswith(f"role/{policies.ROLE_NAME}")
    assert plan.estimate.rate == 10 and plan.price.per_hour == 2.0


def test_names_sort_by_time_and_are_no_job_of_this_machine(work, monkeypatch):
    names = []
    for moment in ("250101-235959", "261127-063415"):
        monkeypatch.setattr(sagemaker.time, "strftime", lambda *_, moment=moment: moment)
        names.append(sagemaker.plan_sagemaker(work, HYPERPARAMETERS, OPTIONS, "here").name)
    assert names == sorted(names) and names[1].startswith("train-261127-063415-")


def test_the_rights_are_written_beside_the_work(work):
    plan = sagemaker.plan_sagemaker(work, HYPERPARAMETERS, OPTIONS, "here")
    rights = sagemaker.write_rights(work, plan)
    written = json.loads((work.root / "aws" / "role-policy.json").read_text())
    assert written == policies.job_policy(plan.scope)
    assert rights.as_text().splitlines()[0].startswith("aws iam create-role")
    assert "my-bucket/mine/*" in json.dumps(written)


@pytest.mark.parametrize(
    "hyperparameters, message",
    [({"num_stepz": 5}, "num_stepz.* num_steps"), ({"num_steps": 0}, "num_steps=0")],
    ids=["misspelt", "impossible"],
)
def test_what_the_trainer_would_refuse_is_refused_here(work, hyperparameters, message):
    with pytest.raises(BadInput, match=message):
        sagemaker.plan_sagemaker(work, hyperparameters, OPTIONS, "here")


def test_without_records_there_is_no_plan(tmp_path):
    with pytest.raises(HelpersError, match="02_tfrecords"):
        sagemaker.plan_sagemaker(Workspace.at(tmp_path), HYPERPARAMETERS, OPTIONS, "here")


def test_a_job_is_started_and_kept(ready, work):
    plan = sagemaker.plan_sagemaker(work, HYPERPARAMETERS, OPTIONS)
    job = sagemaker.launch(work, plan, True)
    assert Workspace.at(work.root).state()["launched"] == {plan.name: dict(job._asdict())}
    assert (job.region, job.bucket, job.prefix) == ("eu-west-1", "my-bucket", "mine")
    assert "@sha256:" in job.image
    answer = RunningJob(plan.name, ACCOUNT).describe()
    assert answer["AlgorithmSpecification"]["TrainingImage"] == job.image
    layout = JobLayout(work.job(plan.name))
    assert json.loads(layout.hyperparameters.read_text()) == plan.request["HyperParameters"]
    assert [path.name for path in sorted(layout.split.iterdir())] == [
        "data_eval.csv",
        "data_train.csv",
    ]
    *moved, last = sent(ready)
    assert last == "sagemaker CreateTrainingJob"
    assert any("/my-bucket/mine/training/pipeline.config" in title for title in moved)


def test_a_quota_of_0_is_told_with_the_plan_and_refused_before_anything_is_sent(ready, work):
    name = "ml.g4dn.xlarge for training job usage"
    body = json.dumps({"Quotas": [{"QuotaName": name, "Value": 0.0}]}).encode()
    ready.plan(lambda asked, forward: Reply(200, {}, body), to="ListServiceQuotas")
    plan = sagemaker.plan_sagemaker(work, HYPERPARAMETERS, OPTIONS)
    assert plan.quota.as_text() in plan.as_text().splitlines()
    with pytest.raises(BadInput, match=f"{name}.*servicequotas"):
        sagemaker.launch(work, plan, True)
    assert sent(ready) == [] and "launched" not in work.state()


def test_another_bucket_is_not_made_unasked(ready, work):
    options = SagemakerOptions(account=AccountOptions("new-bucket", "mine"), speed=Speed(2.0))
    plan = sagemaker.plan_sagemaker(work, HYPERPARAMETERS, options)
    with pytest.raises(MissingPart, match="s3://new-bucket: .*CREATE_BUCKET"):
        sagemaker.launch(work, plan, True)
    assert sent(ready) == [] and "s3://new-bucket: " not in plan.as_text()


def test_another_bucket_is_made_on_demand(ready, work):
    wanted = AccountOptions("new-bucket", "mine", create_bucket=True)
    options = SagemakerOptions(account=wanted, speed=Speed(2.0))
    plan = sagemaker.plan_sagemaker(work, HYPERPARAMETERS, options)
    assert "s3://new-bucket: " in plan.as_text()
    sagemaker.launch(work, plan, True)
    policy = ACCOUNT.client("s3").get_bucket_policy(Bucket="new-bucket")["Policy"]
    assert "aws:SecureTransport" in policy


def test_without_a_word_nothing_is_sent(ready, work):
    plan = sagemaker.plan_sagemaker(work, HYPERPARAMETERS, OPTIONS)
    with pytest.raises(BadInput, match="USD.*CONFIRM"):
        sagemaker.launch(work, plan, False)
    assert sent(ready) == [] and "launched" not in work.state()


@pytest.mark.parametrize(
    "spoil, message",
    [
        ("channel", "num_classes: 3, expected 1"),
        ("role", "role .*there is none"),
        ("image", "not in ECR"),
        ("machine", "CUDA"),
        ("owner", "my-bucket: .*another account"),
        ("region", "far-bucket: found a bucket in us-west-2"),
        ("resumed", "train-0"),
    ],
)
def test_what_would_fail_on_a_paid_machine_fails_before(ready, work, spoil, message):
    options = OPTIONS
    if spoil == "channel":
        files = [path.resolve() for path in work.training.iterdir()]
        work.training.unlink()
        work.training.mkdir()
        for path in files:
            (work.training / path.name).symlink_to(path)
        work.label_map.unlink()
        work.label_map.write_text("item { id: 1 name: 'unicorn' }")
    elif spoil == "role":
        ACCOUNT.client("iam").delete_role(RoleName=policies.ROLE_NAME)
    elif spoil == "image":
        work.remember(image=URI.replace(":abc", ":other"))
    elif spoil == "machine":
        options = SagemakerOptions(Machine("ml.c5.xlarge"), options.account, speed=options.speed)
    elif spoil == "owner":
        ready.owners["my-bucket"] = "999999999999"
    elif spoil == "region":
        there = {"LocationConstraint": "us-west-2"}
        client = ACCOUNT._replace(region="us-west-2").client("s3")
        client.create_bucket(Bucket="far-bucket", CreateBucketConfiguration=there)
        options = SagemakerOptions(
            account=AccountOptions("far-bucket", "mine"), speed=options.speed
        )
        ready.asked.clear()
    elif spoil == "resumed":
        ready.plan(refusal("ValidationException", "not found"), to="DescribeTrainingJob")
        options = SagemakerOptions(account=options.account, speed=options.speed, resume="train-0")
    plan = sagemaker.plan_sagemaker(work, HYPERPARAMETERS, options)
    with pytest.raises(HelpersError, match=message):
        sagemaker.launch(work, plan, True)
    assert sent(ready) == [] and "launched" not in work.state()


def test_a_job_whose_answer_was_lost_is_kept(ready, work):
    ready.plan(lost, IN_USE, to="CreateTrainingJob")
    plan = sagemaker.plan_sagemaker(work, HYPERPARAMETERS, OPTIONS)
    sagemaker.launch(work, plan, True)
    assert launched_jobs.is_known(work, plan.name)


def test_the_same_job_is_not_paid_for_twice(ready, work, monkeypatch):
    first = sagemaker.plan_sagemaker(work, HYPERPARAMETERS, OPTIONS)
    sagemaker.launch(work, first, True)
    ready.plan(says(described(first.name)), to="DescribeTrainingJob")
    ready.asked.clear()
    monkeypatch.setattr(sagemaker.time, "strftime", lambda *_: "991231-235959")
    again = sagemaker.plan_sagemaker(work, HYPERPARAMETERS, OPTIONS)
    with pytest.raises(BadInput, match=f"ATTACH={first.name}"):
        sagemaker.launch(work, again, True)
    assert sent(ready) == [] and list(work.state()["launched"]) == [first.name]


def test_a_job_that_was_refused_is_not(ready, work):
    ready.plan(refusal("ResourceLimitExceeded", "is 0 Instances"), to="CreateTrainingJob")
    plan = sagemaker.plan_sagemaker(work, HYPERPARAMETERS, OPTIONS)
    with pytest.raises(HelpersError, match="ResourceLimitExceeded"):
        sagemaker.launch(work, plan, True)
    assert not launched_jobs.is_known(work, plan.name)


def test_several_roles_leave_the_choice_to_the_user(aws_stub, work, monkeypatch):
    monkeypatch.setattr(role, "find", lambda account: f"arn:aws:iam::{account.number}:role/only")
    plan = sagemaker.plan_sagemaker(work, HYPERPARAMETERS, OPTIONS)
    assert plan.request["RoleArn"].endswith("role/only")

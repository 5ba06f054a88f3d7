"""A build on AWS, as far as moto goes: it builds nothing, so a test puts the image into ECR."""

import io
import json
import re
import time
import zipfile

import pytest
from aws_account import ACCOUNT, REGION
from aws_stand_ins.answers import Reply, hung_up, refusal

from helpers.aws import codebuild, ecr, s3_layout, tags
from helpers.aws.codebuild_request import PROJECT, ROLE, BuildOrder
from helpers.aws.s3_layout import Place
from helpers.structures.errors import HelpersError, MissingPart
from helpers.training import image_sources

ORDER = BuildOrder(ACCOUNT.number, REGION, "photos:v1", "a:1", Place("my-bucket", "p/image/1.zip"))
GROUP = {"logGroupName": f"/aws/codebuild/{PROJECT}", "logStreamName": "1"}
FAILED = [
    "#7 [3/8] RUN pip install",
    "#7 0.4 SSLError: CERTIFICATE_VERIFY_FAILED",
    "#7 ERROR: executor failed running",
]
DENIED = ["The push refers to repository", "denied: User is not authorized to perform"]


@pytest.fixture(autouse=True)
def no_wait(monkeypatch):
    monkeypatch.setattr(codebuild, "POLL", 0.01)


def put_image(kind=ecr.MANIFEST):
    manifest = {"mediaType": kind, "layers": [], "config": {"digest": "1", "size": 1}}
    ACCOUNT.client("ecr").put_image(
        repositoryName="photos", imageManifest=json.dumps(manifest), imageTag="v1"
    )


def pushes(asked, forward):
    """CodeBuild has pushed the image by the time that it is asked."""
    put_image()
    return forward()


def state(status, lines=(), **values):
    """An answer of CodeBuild, with lines in its log."""
    logs = ACCOUNT.client("logs")
    if lines:
        logs.create_log_group(logGroupName=GROUP["logGroupName"])
        logs.create_log_stream(**GROUP)
        events = [{"timestamp": int(time.time() * 1000), "message": line + "\n"} for line in lines]
        logs.put_log_events(logEvents=events, **GROUP)
        values["logs"] = {
            "groupName": GROUP["logGroupName"],
            "streamName": GROUP["logStreamName"],
            "deepLink": "https://console",
        }
    build = {"id": "1", "buildStatus": status, "currentPhase": "BUILD", **values}
    body = json.dumps({"builds": [build]}).encode()
    return lambda asked, forward: Reply(200, {}, body)


def test_sources_are_sent_built_and_found_in_ecr(aws_stub, bucket):
    aws_stub.plan(pushes, to="BatchGetBuilds")
    pushed = codebuild.build(ACCOUNT, ORDER)
    assert pushed.is_new
    host = ecr.registry(ACCOUNT.number, REGION)
    digest = ecr.stored_digest(ACCOUNT, "photos", "v1")
    assert digest and pushed.name == f"{host}/photos@{digest}"
    body = bucket.get_object(Bucket="my-bucket", Key=ORDER.source.key)["Body"].read()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.namelist() == list(image_sources.source_files())
    assert codebuild.build(ACCOUNT, ORDER) == (pushed.name, False)
    assert aws_stub.titles("CreateProject|StartBuild") == [
        "codebuild CreateProject",
        "codebuild StartBuild",
    ]


def test_a_named_bucket_is_made_only_on_demand(aws_stub):
    with pytest.raises(MissingPart, match="s3://my-bucket: .*CREATE_BUCKET"):
        codebuild.send_sources(ACCOUNT, ORDER)
    assert aws_stub.titles("PUT") == []
    codebuild.send_sources(ACCOUNT, ORDER._replace(create_bucket=True))
    usual = s3_layout.default_bucket(ACCOUNT.number, REGION)
    codebuild.send_sources(ACCOUNT, ORDER._replace(source=Place(usual, "p/image/1.zip")))
    names = [item["Name"] for item in ACCOUNT.client("s3").list_buckets()["Buckets"]]
    assert sorted(names) == sorted(["my-bucket", usual])


@pytest.mark.parametrize("status, runs", [("IN_PROGRESS", True), ("FAILED", False)])
def test_whether_a_build_runs(aws_stub, status, runs):
    aws_stub.plan(state(status), to="BatchGetBuilds")
    assert codebuild.runs(ACCOUNT, "1") is runs


def test_a_build_that_nobody_knows_does_not_run(aws_stub):
    body = json.dumps({"builds": [], "buildsNotFound": ["1"]}).encode()
    aws_stub.plan(lambda asked, forward: Reply(200, {}, body), to="BatchGetBuilds")
    assert not codebuild.runs(ACCOUNT, "1")


def test_a_start_that_is_sent_again_has_the_same_token(aws_stub, bucket):
    aws_stub.plan(hung_up, to="StartBuild")
    role = f"arn:aws:iam::{ACCOUNT.number}:role/builder"
    assert codebuild.start(ACCOUNT, ORDER, role) != codebuild.start(ACCOUNT, ORDER, role)
    first, again, other = (
        asked.parameters["idempotencyToken"]
        for asked in aws_stub.asked
        if asked.title == "codebuild StartBuild"
    )
    assert first == again != other


def test_a_second_build_finds_project_and_role(aws_stub, bucket):
    for order in (ORDER, ORDER._replace(image="photos:v2")):
        codebuild.ensure_project(ACCOUNT, order, codebuild.ensure_role(ACCOUNT, order))
    assert len(aws_stub.titles("iam CreateRole")) == 1
    iam = ACCOUNT.client("iam")
    assert tags.are_ours(iam.list_role_tags(RoleName=ROLE)["Tags"])
    assert iam.list_role_policies(RoleName=ROLE)["PolicyNames"] == [ROLE]


def test_a_role_of_somebody_else_stays_as_it_is(aws):
    iam = ACCOUNT.client("iam")
    iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument="{}")
    with pytest.raises(HelpersError, match="CODEBUILD_ROLE"):
        codebuild.ensure_role(ACCOUNT, ORDER)
    assert iam.list_role_policies(RoleName=ROLE)["PolicyNames"] == []


def test_a_role_that_is_not_known_everywhere_yet_is_waited_for(aws_stub):
    slow = "CodeBuild is not authorized to perform: sts:AssumeRole on arn"
    aws_stub.plan(*[refusal("InvalidInputException", slow)] * 2, to="CreateProject")
    codebuild.ensure_project(ACCOUNT, ORDER, codebuild.ensure_role(ACCOUNT, ORDER))
    assert len(aws_stub.titles("CreateProject")) == 3


@pytest.mark.parametrize(
    "lines, cause",
    [
        pytest.param(FAILED, "AUTHORITIES", id="in a step"),
        pytest.param(DENIED, "ecr:PutImage", id="at the push"),
        pytest.param([], "no such bucket", id="before any log"),
    ],
)
def test_a_failed_build_has_its_cause(aws_stub, lines, cause):
    phases = [
        {"phaseType": "QUEUED", "phaseStatus": "SUCCEEDED"},
        {
            "phaseType": "BUILD",
            "phaseStatus": "FAILED",
            "contexts": [{"message": "no such bucket"}],
        },
    ]
    aws_stub.plan(state("IN_PROGRESS"), state("FAILED", lines, phases=phases), to="BatchGetBuilds")
    seen = []
    with pytest.raises(HelpersError, match=cause):
        codebuild.follow(ACCOUNT, "1", seen.append)
    assert seen == list(lines)


def test_who_may_not_ask_any_more_is_told_that_the_build_runs_on(aws_stub):
    aws_stub.plan(refusal("AccessDeniedException"), to="BatchGetBuilds")
    with pytest.raises(HelpersError, match="60 minutes"):
        codebuild.follow(ACCOUNT, "1")


def test_waiting_outlives_expired_credentials(aws_stub, monkeypatch):
    def renew(asked, forward):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIARENEWED")
        return refusal("ExpiredTokenException")(asked, forward)

    under_way = state("IN_PROGRESS", ["one"])
    log = json.loads(under_way(None, None).body)["builds"][0]["logs"]
    aws_stub.plan(renew, under_way, state("SUCCEEDED", logs=log), to="BatchGetBuilds")
    aws_stub.plan(refusal("ExpiredTokenException"), to="GetLogEvents")
    seen = []
    codebuild.follow(ACCOUNT, "1", seen.append)
    asked = [one for one in aws_stub.asked if re.search("BatchGet|GetLog", one.title)]
    renewed = ["AKIARENEWED" in one.headers["authorization"] for one in asked]
    assert [one.operation for one in asked] == [
        "BatchGetBuilds",
        "BatchGetBuilds",
        "GetLogEvents",
        "BatchGetBuilds",
        "GetLogEvents",
        "GetLogEvents",
    ]
    assert renewed == [False, True, False, True, True, True] and seen == ["one"]


def test_a_build_that_pushed_nothing_is_told(aws_stub, bucket):
    with pytest.raises(HelpersError, match="nothing in ECR"):
        codebuild.build(ACCOUNT, ORDER, f"arn:aws:iam::{ACCOUNT.number}:role/builder")
    assert aws_stub.titles("iam ") == []

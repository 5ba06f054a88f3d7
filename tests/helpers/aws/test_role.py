"""The role that jobs act as: which is found, which is refused, and how one is made."""

import json
import shlex
from pathlib import Path

import pytest
from aws_account import ACCOUNT
from aws_stand_ins.answers import refusal

from helpers.aws import policies, role
from helpers.aws.policies import Scope
from helpers.structures.errors import BadInput, HelpersError, MissingPart

OTHER = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}}]}
DENIED = refusal("AccessDenied", "User is not authorized to perform: iam:GetRole", 403)


def make(*names, trust=None, path="/"):
    client = ACCOUNT.client("iam")
    document = json.dumps(trust or policies.trust(Scope(ACCOUNT.number, "", "")))
    for name in names:
        client.create_role(RoleName=name, AssumeRolePolicyDocument=document, Path=path)
    return f"arn:aws:iam::{ACCOUNT.number}:role{path}{names[-1]}"


@pytest.mark.parametrize(
    "made, trust, path, expected",
    [
        ((), None, "/", ""),
        (("one",), None, "/service-role/", "one"),
        (("one",), OTHER, "/", ""),
        (("one", "two", policies.ROLE_NAME), None, "/", policies.ROLE_NAME),
        (("AWSReservedSSO_Admin_1",), None, "/", ""),
        (("linked",), None, "/aws-service-role/x/", ""),
    ],
    ids=["none", "the only one", "of another service", "ours", "of a person", "AWS's own"],
)
def test_the_role_is_ours_or_the_only_one_for_sagemaker(aws, made, trust, path, expected):
    arn = make(*made, trust=trust, path=path) if made else ""
    assert role.find(ACCOUNT) == (arn if expected else "")


def test_of_several_the_user_chooses(aws):
    make("one", "two")
    with pytest.raises(BadInput, match="role/one, .*role/two.*ROLE"):
        role.find(ACCOUNT)


def test_studio_says_which_role_it_is(monkeypatch, tmp_path):
    note = tmp_path / "resource-metadata.json"
    note.write_text('{"ExecutionRoleArn": "arn:aws:iam::123456789012:role/Studio"}')
    monkeypatch.setattr(role, "_METADATA", note)
    assert role.find(ACCOUNT).endswith("role/Studio")


def test_who_may_not_list_roles_has_none(aws_stub):
    aws_stub.plan(refusal("AccessDenied", "no", 403), to="iam ListRoles")
    assert role.find(ACCOUNT) == ""
    aws_stub.plan(refusal("ServiceFailure", "no", 400), to="iam GetRole")
    with pytest.raises(HelpersError, match="ServiceFailure"):
        role.find(ACCOUNT)


@pytest.mark.parametrize(
    "arn, kind, message",
    [
        ("arn:aws:iam::999999999999:role/x", BadInput, "999999999999, .*123456789012"),
        ("arn:aws:iam::123456789012:user/me", BadInput, "user/me"),
        ("arn:aws:iam::123456789012:role/aws-reserved/AWSReservedSSO_A", BadInput, "SSO"),
        ("arn:aws:iam::123456789012:role/nobody", MissingPart, "nobody: .*ROLE"),
        ("arn:aws:iam::123456789012:role/other", BadInput, "sagemaker.amazonaws.com"),
    ],
    ids=["another account", "a user", "a person's", "not there", "of another service"],
)
def test_a_role_that_jobs_cannot_act_as_is_refused(aws, arn, kind, message):
    make("other", trust=OTHER)
    with pytest.raises(kind, match=message):
        role.check(ACCOUNT, arn)


def test_a_good_role_passes_and_one_that_may_not_be_read(aws_stub):
    arn = make("good", path="/service-role/")
    role.check(ACCOUNT, arn)
    aws_stub.plan(DENIED, to="iam GetRole")
    role.check(ACCOUNT, "arn:aws:iam::123456789012:role/unseen")
    assert aws_stub.left == 0


def test_the_commands_make_a_role_that_is_found(aws, tmp_path):
    scope = Scope(ACCOUNT.number, ACCOUNT.region, "my-bucket", "mine/")
    paths = role.write_policies(scope, tmp_path)
    assert [path.name for path in paths] == [
        "trust-policy.json",
        "role-policy.json",
        "user-policy.json",
    ]
    commands = [line.replace("\\\n", " ") for line in role.commands(scope, tmp_path, ACCOUNT.arn)]
    made, put, managed, attached = map(shlex.split, commands)
    assert made[:3] == ["aws", "iam", "create-role"]
    assert made[-2:] == managed[-2:] == ["--tags", "Key=project,Value=photos-to-pi"]
    assert attached[2:5] == ["attach-user-policy", "--user-name", "me"]
    client = ACCOUNT.client("iam")
    documents = {}
    for command in (made, put, managed):
        (given,) = [word for word in command if word.startswith("file://")]
        documents[command[2]] = Path(given[len("file://") :]).read_text()
    client.create_role(
        RoleName=made[made.index("--role-name") + 1],
        AssumeRolePolicyDocument=documents["create-role"],
    )
    client.put_role_policy(
        RoleName=put[put.index("--role-name") + 1],
        PolicyName=put[put.index("--policy-name") + 1],
        PolicyDocument=documents["put-role-policy"],
    )
    assert role.find(ACCOUNT) == scope.role_arn
    role.check(ACCOUNT, scope.role_arn)
    assert json.loads(documents["create-policy"]) == policies.user_policy(scope)
    policy = client.create_policy(
        PolicyName=managed[managed.index("--policy-name") + 1],
        PolicyDocument=documents["create-policy"],
    )["Policy"]
    assert policy["Arn"] == attached[-1]

"""An account on the stand-in in which a job can be started, and a work folder to start it from."""

import json

from aws_account import ACCOUNT
from image_in_ecr import URI, put

from helpers.aws import policies
from helpers.workspace import Workspace


def linked(prepared, root):
    """A work folder with the training channel of another one, and a state of its own."""
    root.mkdir()
    (root / "training").symlink_to(prepared.training, target_is_directory=True)
    return Workspace.at(root)


def make(stub, work, cuda=True):
    """Makes the role and puts the image that the work folder names; what was asked is forgotten.

    Args:
        stub: the fixture.
        work: the work folder.
        cuda: whether the image is for machines with GPUs.
    """
    trust = json.dumps(policies.trust(policies.Scope(ACCOUNT.number, "", "")))
    ACCOUNT.client("iam").create_role(RoleName=policies.ROLE_NAME, AssumeRolePolicyDocument=trust)
    put(stub, cuda)
    work.remember(image=URI)
    stub.asked.clear()

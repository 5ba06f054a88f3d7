"""Docker's failures by cause: lines that real clients and registries print."""

import pytest

from helpers.training import docker_errors
from helpers.training.docker_errors import IN_STEP, OF_BASE, OF_PUSH

ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"


@pytest.mark.parametrize(
    "errors, line, cause, remedy",
    [
        pytest.param(
            IN_STEP,
            "ERROR: Could not fetch URL: SSLError(SSLCertVerificationError(1, '[SSL: "
            "CERTIFICATE_VERIFY_FAILED] certificate verify failed: self signed certificate'))",
            "authority",
            "AUTHORITIES",
            id="authority of the index",
        ),
        pytest.param(
            IN_STEP,
            "W: Failed to fetch http://deb/ Temporary failure resolving 'deb'",
            "archive",
            "proxies",
            id="no network in the build",
        ),
        pytest.param(
            IN_STEP, "OSError: No space left on device", "disk", "prune", id="disk full in a step"
        ),
        pytest.param(
            OF_BASE,
            'Head "https://registry/v2/": x509: certificate signed by unknown authority',
            "authority",
            "certs.d",
            id="authority of the registry",
        ),
        pytest.param(
            OF_BASE,
            "pull access denied, repository does not exist or may require authorization",
            "login",
            "BASE_IMAGE",
            id="no such base",
        ),
        pytest.param(
            OF_BASE,
            "docker.io/library/python:9: not found",
            "no such base",
            "BASE_IMAGE",
            id="no such tag of the base",
        ),
        pytest.param(
            OF_BASE,
            "toomanyrequests: You have reached your pull rate limit.",
            "too many",
            "docker login",
            id="rate limit",
        ),
        pytest.param(
            OF_BASE,
            "dial tcp: lookup registry-1.docker.io: no such host",
            "nowhere",
            "network",
            id="no such host",
        ),
        pytest.param(
            OF_PUSH, "no basic auth credentials", "no valid login", "logs in", id="no login"
        ),
        pytest.param(
            OF_PUSH,
            "denied: Your authorization token has expired. Reauthenticate and try again.",
            "no valid login",
            "logs in",
            id="login expired",
        ),
        pytest.param(
            OF_PUSH,
            f"denied: User: arn:aws:iam::1:user/me is not authorized to perform: "
            f"ecr:InitiateLayerUpload on resource: {ECR}",
            "refused",
            "ecr:PutImage",
            id="denied",
        ),
        pytest.param(
            OF_PUSH,
            "tag invalid: The image tag 'v1' already exists in the 'photos' repository and cannot "
            "be overwritten because the repository is immutable.",
            "immutable",
            "REPOSITORY",
            id="immutable tag",
        ),
        pytest.param(
            OF_PUSH,
            "name unknown: The repository with name 'photos' does not exist in the registry with "
            "id '123456789012'",
            "no such repository",
            "AWS_DEFAULT_REGION",
            id="another region",
        ),
        pytest.param(
            OF_PUSH,
            f"dial tcp: lookup {ECR}: no such host",
            "nowhere",
            "network",
            id="no such registry",
        ),
        pytest.param(
            OF_PUSH,
            "write tcp 10.0.0.1:1->10.0.0.2:443: write: broken pipe",
            "broke",
            "not sent again",
            id="line broken",
        ),
    ],
)
def test_a_failure_has_its_cause_and_remedy(errors, line, cause, remedy):
    told, _, advice = docker_errors.explain(line, line, errors).partition(f" ({line}). ")
    assert cause in told and remedy in advice


@pytest.mark.parametrize("errors", [IN_STEP, OF_BASE, OF_PUSH], ids=["step", "base", "push"])
def test_what_is_unknown_stays_in_dockers_words(errors):
    assert docker_errors.explain("exec: no shell", "exec: no shell", errors) == "exec: no shell"


def test_permission_denied_in_a_step_is_no_refused_login():
    line = "mkdir: cannot create directory: Permission denied"
    assert docker_errors.explain(line, line, IN_STEP) == line

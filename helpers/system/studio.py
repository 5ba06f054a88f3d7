"""Docker in SageMaker Studio, whose daemon allows less than others do; told apart by asking.

Where its domain allows Docker, an app of Studio talks to a daemon that

- lets containers into the network ``sagemaker`` alone, which is the app's own: a loopback address
  means the same inside and outside. It makes no other network, so that the SDK's local mode, which
  asks for one, cannot run;
- starts nothing privileged and builds without BuildKit, which the Dockerfile needs;
- speaks API 1.41, at addresses that name the version: a client must not ask for it first.

An app may as well use a daemon elsewhere, which allows everything. SageMaker's notebook instances
have such a daemon and the same file of metadata, without the kind of an app.

Source: the SageMaker developer guide, "Local mode support in Amazon SageMaker Studio"; issue 161
of aws/amazon-sagemaker-feedback; pull request 51 of aws-samples/amazon-sagemaker-local-mode.
"""

from __future__ import annotations

import os
from pathlib import Path

from helpers.system import files, probes
from helpers.system.probes import Check

METADATA = Path("/opt/ml/metadata/resource-metadata.json")
NETWORK, API, API_VARIABLE = "sagemaker", "1.41", "DOCKER_API_VERSION"
NO_BUILD = (
    "SageMaker Studio's Docker builds without BuildKit, which docker/Dockerfile needs. Set "
    "CODEBUILD to True in notebook 03_build_push: AWS builds the image"
)
NO_LOCAL_MODE = (
    "local mode: the SDK makes a network, which SageMaker Studio's Docker does not allow. Train "
    "with docker instead: the same image in a container."
)
_ALLOW = (
    "have the domain allow it (aws sagemaker update-domain --domain-id ID "
    "--domain-settings-for-update DockerSettings={EnableDockerAccess=ENABLED}), then stop and "
    f"start the app; {probes.ONLY_FOR_DOCKER}"
)


def app() -> str:
    """The kind of Studio's app that this runs in, as ``JupyterLab``; empty anywhere else.

    Raises:
        BadInput: the file that says so cannot be read.
    """
    if not METADATA.is_file():
        return ""
    found = files.read_json(METADATA)
    return str(found.get("AppType") or "") if isinstance(found, dict) else ""


def is_limited() -> bool:
    """Whether the daemon is Studio's, by what it says: it speaks API 1.41 and has no bridge."""
    if not app():
        return False
    ask = ("env", f"{API_VARIABLE}={API}", "docker")
    version = probes.run(*ask, "version", "--format", "{{.Server.APIVersion}}")
    if version is None or version.code or version.output != API:
        return False
    networks = probes.run(*ask, "network", "ls", "--format", "{{.Name}}")
    return networks is None or "bridge" not in networks.output.split()


def docker() -> Check:
    """As :func:`probes.docker`; in Studio with the API for the client, and its own remedy."""
    if is_limited():
        os.environ[API_VARIABLE] = API
    check = probes.docker()
    if check.status == "missing" and app():
        return check._replace(remedy=_ALLOW)
    return check

"""AWS CodeBuild on this machine: sources come from S3, and the commands of a build run here."""

from __future__ import annotations

import io
import json
import os
import subprocess
import zipfile
from pathlib import Path

from aws_account import ACCOUNT

from aws_stand_ins.answers import Answer, Reply
from aws_stand_ins.asked import Asked
from aws_stand_ins.registry import PASSWORD, Registry

# All that a build asks of AWS's command line.
AWS = f"""#!/bin/sh
[ "$1 $2 $3" = "ecr get-login-password --region" ] && echo {PASSWORD}
"""


def builds_here(registry: Registry, folder: Path) -> Answer:
    """Builds when it is asked to start; moto says then that the build has succeeded.

    Args:
        registry: that stands for ECR's.
        folder: an empty one: for the sources, the settings of Docker and the log.
    """

    def answer(asked: Asked, forward) -> Reply:
        order = asked.parameters
        bucket, _, key = order["sourceLocationOverride"].partition("/")
        body = ACCOUNT.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        _unzip(body, folder / "sources")
        (folder / "bin").mkdir()
        (folder / "bin" / "aws").write_text(AWS)
        (folder / "bin" / "aws").chmod(0o755)
        path = os.pathsep.join([str(folder / "bin"), os.environ["PATH"]])
        environment = dict(os.environ, PATH=path, DOCKER_CONFIG=str(folder / "settings"))
        host = f"{ACCOUNT.number}.dkr.ecr.{asked.region}.amazonaws.com"
        spec = order["buildspecOverride"].replace(host, registry.address)
        with open(str(folder / "log"), "w") as log:
            for command in json.loads(spec)["phases"]["build"]["commands"]:
                subprocess.run(
                    command,
                    shell=True,
                    check=True,
                    cwd=str(folder / "sources"),
                    env=environment,
                    stdout=log,
                    stderr=log,
                )
        return forward()

    return answer


def _unzip(body: bytes, folder: Path) -> None:
    """As the program ``unzip``: with the modes of the files, which Python leaves out."""
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for member in archive.infolist():
            Path(archive.extract(member, str(folder))).chmod(member.external_attr >> 16)

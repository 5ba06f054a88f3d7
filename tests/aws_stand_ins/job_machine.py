"""The machine of one training job: its ``/opt/ml``, the container on it, S3 and the log.

Source: the SageMaker developer guide, "How Amazon SageMaker Provides Training Information" and "How
Amazon SageMaker Processes Training Output".
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path
from typing import Any, Dict, List, Mapping, Tuple
from urllib.parse import urlsplit

from helpers.system import shell

ROOT = Path(__file__).resolve().parents[2]
GROUP = "/aws/sagemaker/TrainingJobs"
_EVENTS = 1000  # in one call to CloudWatch Logs


class Cloud:
    """Clients of the stand-ins that a machine uses, with the rights of its role."""

    def __init__(self, endpoint: str, region: str):
        import boto3

        session = boto3.session.Session("AKIAIOSFODNN7ROLEKEY", "testing", region_name=region)
        self.s3 = session.client("s3", endpoint_url=endpoint)
        self.logs = session.client("logs", endpoint_url=endpoint)
        self.endpoint, self.region = endpoint, region

    def keys(self, uri: str) -> List[Tuple[str, str]]:
        """Pairs of key and path below the address, sorted; bucket and prefix as SageMaker's."""
        bucket, prefix = split(uri)
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        return [(key, key[len(prefix) :].lstrip("/")) for key in sorted(keys)]

    def fetch(self, uri: str, folder: Path) -> int:
        """Downloads what lies at an address; returns the number of files."""
        keys = [(key, path) for key, path in self.keys(uri) if path and not path.endswith("/")]
        for key, path in keys:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            self.s3.download_file(split(uri)[0], key, str(folder / path))
        return len(keys)

    def send(self, path: Path, uri: str) -> None:
        """Uploads one file."""
        bucket, key = split(uri)
        self.s3.upload_file(str(path), bucket, key)


def split(uri: str) -> Tuple[str, str]:
    """Bucket and key of an address."""
    parts = urlsplit(uri)
    return parts.netloc, parts.path.lstrip("/")


class Log:
    """A job's stream in CloudWatch Logs, and the metrics that its definitions find in it."""

    def __init__(self, cloud: Cloud, name: str, definitions: List[Mapping[str, str]]):
        self._cloud, self._waiting, self._lock = cloud, [], threading.Lock()
        self._regexes = {item["Name"]: re.compile(item["Regex"]) for item in definitions}
        self.stream = f"{name}/algo-1-{int(time.time())}"
        self.metrics: Dict[str, Tuple[float, float]] = {}
        existing = cloud.logs.describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
        if GROUP not in [group["logGroupName"] for group in existing]:
            cloud.logs.create_log_group(logGroupName=GROUP)
        cloud.logs.create_log_stream(logGroupName=GROUP, logStreamName=self.stream)

    def add(self, line: str) -> None:
        """Takes one line."""
        now = time.time()
        with self._lock:
            self._waiting.append({"timestamp": int(now * 1000), "message": line or " "})
        for name, regex in self._regexes.items():
            match = regex.search(line)
            if match:
                self.metrics[name] = (float(match.group(1)), now)

    def flush(self) -> None:
        """Sends what came since the last call."""
        with self._lock:
            events, self._waiting = self._waiting, []
        for start in range(0, len(events), _EVENTS):
            self._cloud.logs.put_log_events(
                logGroupName=GROUP,
                logStreamName=self.stream,
                logEvents=events[start : start + _EVENTS],
            )


class Machine:
    """One instance with the container of a job.

    Attributes:
        base: its ``/opt/ml``.
        image: run by Docker; without one a program of this machine runs as a process.
    """

    def __init__(self, base: Path, request: Mapping[str, Any], cloud: Cloud, settings: Any):
        self.base, self.image, self.name = base, settings.image, request["TrainingJobName"]
        self._program = settings.program
        self._request, self._cloud, self._sent = request, cloud, {}
        self._process: Any = None
        self._container = f"stand-in-{self.name}-{base.name}"

    def lay_out(self) -> None:
        """Writes what the container reads besides its channels."""
        for name in ("input/config", "input/data", "model", "checkpoints", "output/data"):
            (self.base / name).mkdir(parents=True)
        resource = self._request["ResourceConfig"]
        host = {
            "current_host": "algo-1",
            "current_instance_type": resource["InstanceType"],
            "current_group_name": "homogeneousCluster",
            "hosts": ["algo-1"],
            "network_interface_name": "eth0",
        }
        channels = {
            item["ChannelName"]: {
                "TrainingInputMode": "File",
                "S3DistributionType": "FullyReplicated",
                "RecordWrapperType": "None",
            }
            for item in self._request.get("InputDataConfig", [])
        }
        for name, content in (
            ("hyperparameters", self._request.get("HyperParameters", {})),
            ("resourceconfig", host),
            ("inputdataconfig", channels),
        ):
            (self.base / "input" / "config" / f"{name}.json").write_text(json.dumps(content))

    def download(self) -> str:
        """Fetches channels and checkpoints; returns why that failed, or nothing."""
        for item in self._request.get("InputDataConfig", []):
            uri = item["DataSource"]["S3DataSource"]["S3Uri"]
            folder = self.base / "input" / "data" / item["ChannelName"]
            folder.mkdir()
            try:
                count = self._cloud.fetch(uri, folder)
            except self._cloud.s3.exceptions.NoSuchBucket:
                count = 0
            if not count:
                return (
                    f'ClientError: Data download failed:No S3 objects found under S3 URL "{uri}" '
                    "given in input data source. Please ensure that the bucket exists in the "
                    f"selected region ({self._cloud.region}), that objects exist under that S3 "
                    f'prefix, and that the role "{self._request["RoleArn"]}" has "s3:ListBucket" '
                    f'permissions on bucket "{split(uri)[0]}".'
                )
        if self._checkpoints:
            self._cloud.fetch(self._checkpoints, self.base / "checkpoints")
        return ""

    @property
    def _checkpoints(self) -> str:
        uri = self._request.get("CheckpointConfig", {}).get("S3Uri", "")
        return uri if not uri or uri.endswith("/") else f"{uri}/"

    def start(self) -> Any:
        """Starts the container; returns what it says, line by line."""
        self._process = subprocess.Popen(
            self._command() if self.image else [sys.executable, str(self._program)],
            env=dict(os.environ, **({} if self.image else self._process_environment())),
            stdin=subprocess.DEVNULL,
            **shell.LINES,
        )
        return self._process.stdout

    def _variables(self) -> Dict[str, str]:
        """What SageMaker tells the container, and where S3 is here."""
        return {
            "TRAINING_JOB_NAME": self.name,
            "AWS_REGION": self._cloud.region,
            "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7ROLEKEY",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "S3_ENDPOINT": urlsplit(self._cloud.endpoint).netloc,
            "S3_USE_HTTPS": "0",
            "S3_VERIFY_SSL": "0",
        }

    def _process_environment(self) -> Dict[str, str]:
        def first(folder: Path, variable: str) -> str:
            return os.pathsep.join(filter(None, [str(folder), os.environ.get(variable)]))

        return dict(
            self._variables(),
            SAGEMAKER_BASE_DIR=str(self.base),
            PYTHONUNBUFFERED="1",
            PYTHONPATH=first(ROOT, "PYTHONPATH"),
            PATH=first(Path(sys.executable).parent, "PATH"),
        )

    def _command(self) -> List[str]:
        isolated = self._request.get("EnableNetworkIsolation")
        command = ["docker", "run", "--rm", "--name", self._container]
        command += ["--network", "none" if isolated else "host"]
        command += ["--volume", f"{self.base}:/opt/ml"]
        if os.getuid():
            command += ["--user", f"{os.getuid()}:{os.getgid()}", "--env", "HOME=/tmp"]
        if not isolated:
            for name, value in self._variables().items():
                command += ["--env", f"{name}={value}"]
        return [*command, self.image, "train"]

    @property
    def is_running(self) -> bool:
        """Whether the container was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def signal(self, number: int) -> None:
        """Sends a signal to the container."""
        if not self.is_running:
            return
        if self.image:
            name = signal.Signals(number).name
            command = ["docker", "kill", "--signal", name, self._container]
            subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        else:
            self._process.send_signal(number)

    def exit_code(self) -> int:
        """Of the container, which has said its last word."""
        return int(self._process.wait())

    def sync_checkpoints(self) -> None:
        """Sends the checkpoints that are new or have changed, as SageMaker does all the time."""
        if not self._checkpoints:
            return
        folder = self.base / "checkpoints"
        for path in sorted(folder.rglob("*")):
            try:
                state = (path.stat().st_mtime, path.stat().st_size)
                if path.is_dir() or self._sent.get(path) == state:
                    continue
                self._cloud.send(path, self._checkpoints + path.relative_to(folder).as_posix())
            except FileNotFoundError:  # the trainer keeps a few only
                continue
            self._sent[path] = state

    def failure(self) -> str:
        """What the container left as the cause of its failure."""
        path = self.base / "output" / "failure"
        return path.read_text("utf-8", errors="replace") if path.exists() else ""

    def send_archives(self, with_model: bool) -> str:
        """Sends what the container left; returns the address of its model."""
        output = self._request["OutputDataConfig"]["S3OutputPath"].rstrip("/")
        address = f"{output}/{self.name}/output/"
        names = (("model", "model"), ("output/data", "output"))
        for folder, name in names if with_model else names[1:]:
            if any((self.base / folder).iterdir()):
                archive = self.base / f"{name}.tar.gz"
                with tarfile.open(str(archive), "w:gz", compresslevel=1) as tar:
                    for path in sorted((self.base / folder).iterdir()):
                        tar.add(str(path), path.name)
                self._cloud.send(archive, f"{address}{name}.tar.gz")
        return f"{address}model.tar.gz"

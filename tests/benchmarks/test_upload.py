"""Uploading records to a stand-in for S3, beside ``aws s3 sync``, and once more, unchanged."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from oracles import SYSTEM_PYTHON, run_or_skip

AWSCLI = "awscli==1.46.3"
MEGABYTES = int(os.environ.get("BENCH_UPLOAD_MB", 2000))
ROUNDS = int(os.environ.get("BENCH_UPLOAD_ROUNDS", 1))
SHARD = 100  # megabytes, as records are written
ROOT = Path(__file__).resolve().parents[2]
OURS = """
import sys
from helpers.aws import identity, s3_layout, s3_upload
from helpers.workspace import Workspace

root = s3_layout.root("my-bucket", "ours")
transfers = s3_layout.plan(Workspace.at(sys.argv[1]), root)
print(len(s3_upload.upload(transfers, root, identity.account())))
"""


@pytest.fixture(scope="module")
def awscli(tmp_path_factory):
    """Amazon's own program in an environment of its own."""
    folder = tmp_path_factory.mktemp("awscli") / "venv"
    run_or_skip(SYSTEM_PYTHON, "-m", "venv", folder)
    run_or_skip(folder / "bin" / "pip", "install", "--quiet", AWSCLI)
    return folder / "bin" / "aws"


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """A work folder with shards of random bytes."""
    work = tmp_path_factory.mktemp("work")
    (work / "training").mkdir()
    count = max(1, MEGABYTES // SHARD)
    for number in range(count):
        shard = work / "training" / f"train.record-{number:05d}-of-{count:05d}"
        shard.write_bytes(os.urandom(SHARD * 10**6))
    return work


def seconds_of(command, **variables):
    """Wall seconds of a program, and what it printed."""
    started = time.perf_counter()
    done = subprocess.run(
        list(map(str, command)),
        cwd=str(ROOT),
        env=dict(os.environ, **variables),
        stdout=subprocess.PIPE,
        check=True,
    )
    return time.perf_counter() - started, done.stdout.decode()


def empty(bucket, prefix):
    pages = bucket.get_paginator("list_objects_v2").paginate(Bucket="my-bucket", Prefix=prefix)
    for key in [item["Key"] for page in pages for item in page.get("Contents", [])]:
        bucket.delete_object(Bucket="my-bucket", Key=key)


def test_against_aws_s3_sync(bucket, work, awscli, side_by_side):
    count = len(list((work / "training").iterdir()))
    target = "s3://my-bucket/rival/training/"
    sync = [awscli, "s3", "sync", work / "training", target, "--no-progress"]

    def ours(sent):
        seconds, printed = seconds_of([sys.executable, "-c", OURS, work])
        assert int(printed) == sent
        return seconds

    def rival(sent):
        seconds, printed = seconds_of(sync, PYTHONPATH="")
        assert printed.count("upload: ") == sent
        return seconds

    def ours_from_scratch():
        empty(bucket, "ours/")
        return ours(count)

    def rival_from_scratch():
        empty(bucket, "rival/")
        return rival(count)

    title = f"{count} shards, {count * SHARD} MB, to moto"
    times = {"ours": ours_from_scratch, "aws s3 sync": rival_from_scratch}
    side_by_side(f"upload of {title}", ROUNDS, **times)
    times = {"ours, by content": lambda: ours(0), "aws s3 sync, by time": lambda: rival(0)}
    side_by_side(f"the same, unchanged: {title}", ROUNDS, **times)

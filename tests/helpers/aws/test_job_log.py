"""The log of a job in CloudWatch, read on call by call."""

import itertools
import time

import pytest
from aws_account import ACCOUNT
from aws_stand_ins.answers import passed, refusal
from botocore.exceptions import ClientError

from helpers.aws.job_log import GROUP, JobLog


@pytest.fixture
def write(aws):
    """``write(stream, *lines)`` logs as a container does."""
    client = ACCOUNT.client("logs")
    client.create_log_group(logGroupName=GROUP)
    made, clock = set(), itertools.count(int(time.time() * 1000) - 100000)

    def write(stream, *lines):
        if stream not in made:
            made.add(stream)
            client.create_log_stream(logGroupName=GROUP, logStreamName=stream)
        events = [{"timestamp": next(clock), "message": line} for line in lines]
        client.put_log_events(logGroupName=GROUP, logStreamName=stream, logEvents=events)

    return write


def test_before_there_is_a_log_there_are_no_lines(aws):
    assert JobLog(ACCOUNT, "train-1").new_lines() == []


def test_each_line_comes_once(write):
    log = JobLog(ACCOUNT, "train-1")
    assert log.new_lines() == []
    write("train-1/algo-1-1700000000", "one", "two")
    assert log.new_lines() == ["one", "two"]
    assert log.new_lines() == []
    write("train-1/algo-1-1700000000", "three")
    assert log.new_lines() == ["three"]


def test_of_many_pages_none_is_left_out(write):
    lines = [f"line {number}" for number in range(12345)]
    for start in range(0, len(lines), 5000):
        write("train-1/algo-1-1700000000", *lines[start : start + 5000])
    assert JobLog(ACCOUNT, "train-1").new_lines() == lines


def test_only_the_chief_of_this_job_is_read(write):
    write("train-10/algo-1-1700000000", "of another job")
    write("train-1/algo-2-1700000000", "of a worker")
    write("train-1/algo-1-1700000000", "of the chief")
    write("train-1/algo-1-1700009999", "after an interruption")
    assert JobLog(ACCOUNT, "train-1").new_lines() == ["of the chief", "after an interruption"]


def test_a_refusal_is_not_hidden(aws_stub):
    aws_stub.plan(refusal("AccessDeniedException", "not authorized"), to="logs ")
    with pytest.raises(ClientError):
        JobLog(ACCOUNT, "train-1").new_lines()


def test_credentials_that_were_renewed_are_taken(write, aws_stub, monkeypatch):
    log = JobLog(ACCOUNT, "train-1")
    write("train-1/algo-1-1700000000", "one")
    aws_stub.plan(refusal("ExpiredTokenException", "The security token is expired"), to="logs Get")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIARENEWED")
    with pytest.raises(ClientError):
        log.new_lines()
    assert log.new_lines() == ["one"]
    assert "AKIARENEWED" in aws_stub.asked[-1].headers["authorization"]


def test_what_was_read_before_a_refusal_is_not_lost(write, aws_stub):
    write("train-1/algo-1-1700000000", "one")
    write("train-1/algo-1-1700009999", "two")
    refused = refusal("AccessDeniedException", "not authorized")
    aws_stub.plan(passed, passed, refused, to="logs GetLogEvents")
    log = JobLog(ACCOUNT, "train-1")
    with pytest.raises(ClientError):
        log.new_lines()
    assert log.new_lines() == ["one", "two"]

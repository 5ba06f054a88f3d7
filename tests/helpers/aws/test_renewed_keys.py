"""Keys that expire: renewed in a file while a process runs, and gone with it."""

import configparser
import datetime
import json
import stat
from pathlib import Path

import pytest
from waiting import until

from helpers.aws import renewed_keys, tensorflow_s3
from helpers.aws.renewed_keys import FILE, renewed

KEYS = tensorflow_s3.KEYS


@pytest.fixture(autouse=True)
def quick(aws, monkeypatch):
    """Keys are looked at all the time, and there are none in the environment."""
    monkeypatch.setattr(renewed_keys, "EVERY", 0.02)
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def program(monkeypatch, tmp_path):
    """``program(key)`` makes the profile's program answer so, for keys that soon expire."""
    answer, config = tmp_path / "answer.json", tmp_path / "config"
    config.write_text(f"[profile mine]\ncredential_process = cat {answer}\n")
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=5)

    def say(key):
        values = {"AccessKeyId": key, "SecretAccessKey": "secret", "SessionToken": f"of {key}"}
        text = json.dumps({"Version": 1, "Expiration": end.isoformat(), **values})
        answer.with_suffix(".new").write_text(text)
        answer.with_suffix(".new").replace(answer)
        return dict(zip(KEYS, (key, "secret", f"of {key}")))

    return say


@pytest.fixture
def credentials_file(monkeypatch, tmp_path):
    """``credentials_file(key)`` writes the user's own file."""
    path = tmp_path / "credentials"
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(path))

    def write(key):
        values = dict(zip(KEYS, (key, "secret", f"of {key}")))
        lines = [f"{name.lower()} = {value}" for name, value in values.items()]
        path.with_suffix(".new").write_text("\n".join(["[default]", *lines]))
        path.with_suffix(".new").replace(path)
        return values

    return write


def kept(path):
    """What a client reads in a credentials file."""
    parser = configparser.ConfigParser()
    parser.read(str(path))
    return {name.upper(): value for name, value in parser["default"].items()}


@pytest.mark.parametrize("source", ["program", "credentials_file"])
def test_new_keys_are_written_and_none_stays(source, request):
    give = request.getfixturevalue(source)
    first = give("AKIAFIRST")
    with renewed({**first, "AWS_REGION": "eu-west-1"}) as variables:
        path = Path(variables[FILE])
        assert kept(path) == first and stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert [variables[name] for name in (*KEYS, "AWS_REGION")] == ["", "", "", "eu-west-1"]
        assert variables["AWS_PROFILE"] == variables["AWS_DEFAULT_PROFILE"] == "default"
        second = give("AKIASECOND")
        until(lambda: kept(path) == second)
    assert not path.parent.exists()


def test_keys_that_cannot_be_renewed_are_told_once_and_tried_again(program, caplog, tmp_path):
    with renewed(program("AKIAFIRST")) as variables:
        (tmp_path / "answer.json").unlink()
        until(lambda: caplog.records)
        first = len(caplog.records)
        second = program("AKIASECOND")
        until(lambda: kept(variables[FILE]) == second)
    told = [record.getMessage() for record in caplog.records]
    assert len(set(told)) == len(told) and "cannot be renewed" in told[first - 1]


@pytest.mark.parametrize("token, told", [("", 0), ("token", 1)], ids=["lasting", "temporary"])
def test_keys_of_the_environment_stay_there(monkeypatch, caplog, token, told):
    given = dict(zip(KEYS, ("AKIAFIRST", "secret", token)))
    monkeypatch.setenv(KEYS[0], "AKIAFIRST")
    with renewed(given) as variables:
        assert variables == given and variables is not given
    assert len(caplog.records) == told


def test_without_keys_there_is_no_file():
    with renewed({}) as variables:
        assert variables == {}

"""The files that a chain of verbs makes of the sample, and what bad input comes to."""

import pytest

from helpers.__main__ import main


@pytest.fixture(scope="module")
def own_work_folder(tmp_path_factory):
    """What the verbs remember of files they have seen stays out of the user's work folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WORK", str(tmp_path_factory.mktemp("work")))
        yield


@pytest.fixture(scope="module")
def channel(own_work_folder, sample_folder, tmp_path_factory):
    """The files that the verbs make of the sample, one after the other."""
    out = tmp_path_factory.mktemp("verbs")
    images = str(sample_folder / "img")
    for arguments in (
        ["csv", "xml", sample_folder / "annotations", out / "data.csv", "--images", images],
        ["check", out / "data.csv", images, "--report", out / "findings.json", "--min-boxes", "1"],
        ["label-map", "csv", out / "data.csv", out / "label_map.pbtxt"],
        ["split", out / "data.csv", "-f", "0.75", "-o", out],
        [
            "tfrecord",
            out / "data_train.csv",
            out / "label_map.pbtxt",
            images,
            out / "train.record",
            "--shards",
            "2",
        ],
        [
            "pipeline",
            "small_ssd",
            out / "label_map.pbtxt",
            "-o",
            out / "pipeline.config",
            "--steps",
            "7",
        ],
    ):
        assert main([str(argument) for argument in arguments]) == 0
    return out


@pytest.fixture()
def refused(capsys):
    """``refused(arguments, *parts)``: exit code 1 and a message with these parts."""

    def run(arguments, *parts):
        assert main([str(argument) for argument in arguments]) == 1
        message = capsys.readouterr().err
        assert "Traceback" not in message
        for part in parts:
            assert part in message, message

    return run


@pytest.fixture
def refused_without_a_trace(tmp_path, capsys):
    """``refused_without_a_trace(["evaluate"])``: the message; no work folder was made."""

    def refused(arguments):
        work = tmp_path / "work"
        assert main([*arguments, "--work", str(work)]) == 1
        message = capsys.readouterr().err
        assert "Traceback" not in message
        assert not work.exists()
        return message

    return refused

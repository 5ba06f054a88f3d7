"""A host that fails or is killed while it writes records."""

import argparse
import re
import signal
import time

import pytest
from processing_job import lay_out, results, start

from trainer import make_tfrecords


def cut_image(base):
    image = sorted((base / "processing" / "input" / "images").iterdir())[0]
    content = image.read_bytes()[:-60]
    image.unlink()  # a link to the sample
    image.write_bytes(content)


def resource(content):
    def write(base):
        (base / "config" / "resourceconfig.json").write_text(content)

    return write


def without_table(base):
    folder = base / "processing" / "input" / "tables"
    kept = [
        (path.name, path.read_bytes())
        for path in folder.resolve().iterdir()
        if path.name == "data_train.csv"
    ]
    folder.unlink()
    folder.mkdir()
    for name, content in kept:
        (folder / name).write_bytes(content)


def no_change(base):
    pass


@pytest.mark.parametrize(
    "spoil, arguments, message",
    [
        pytest.param(cut_image, [], "sample-0001.jpg: found", id="truncated image"),
        pytest.param(without_table, [], "label_map.pbtxt: no such", id="no label map"),
        pytest.param(
            resource('{"current_host": "x", "hosts": ["algo-1"]}'),
            [],
            "resourceconfig.json: .*current_host",
            id="unknown host",
        ),
        pytest.param(
            resource("[]"), [], "resourceconfig.json: .*current_host", id="hosts in a list"
        ),
        pytest.param(resource("{"), [], "resourceconfig.json: .*JSON", id="broken JSON"),
        pytest.param(
            no_change,
            ["--shards=4"],
            "data_eval.csv: found 6 .*expected .* 8",
            id="more shards than images",
        ),
        pytest.param(no_change, ["--max-side=-1"], "edge of -1 ", id="negative longest edge"),
    ],
)
def test_the_cause_is_where_sagemaker_shows_it(
    tmp_path, sample_folder, tables, spoil, arguments, message
):
    images = sorted((sample_folder / "img").iterdir())
    base = lay_out(tmp_path / "base", "algo-1", images, tables)
    spoil(base)
    ((code, error),) = results([start(base, *arguments)])
    cause = (base / "output" / "message").read_bytes()
    assert code == 1 and len(cause) <= 1024
    assert re.search(message, cause.decode().splitlines()[0])
    assert re.search(message, error) and "Traceback" not in error
    assert not list((base / "processing" / "output").glob("*.json"))


def test_killed_and_started_again_it_writes_the_same(tmp_path, sample_folder, tables):
    images = sorted((sample_folder / "img").iterdir())
    killed, whole = (
        lay_out(tmp_path / name, "algo-2", images[1::2], tables) for name in ("killed", "whole")
    )
    process = start(killed)
    beside = killed / "processing" / "output" / ".00001.unfinished"
    deadline = time.monotonic() + 60
    while not beside.exists():
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not list((killed / "processing" / "output").glob("part-*"))
    assert results([start(killed), start(whole)]) == [(0, ""), (0, "")]
    first, second = (
        {path.name: path.read_bytes() for path in (base / "processing" / "output").iterdir()}
        for base in (killed, whole)
    )
    assert first == second and len(first) == 3


def test_the_cause_of_an_unexpected_error_is_written_too(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(tmp_path))

    def run(layout, options: argparse.Namespace):
        raise RuntimeError("é" * 2000)

    monkeypatch.setattr(make_tfrecords, "run", run)
    assert make_tfrecords.main([]) == 1
    cause = (tmp_path / "output" / "message").read_bytes()
    assert len(cause) <= 1024 and cause.decode().startswith("RuntimeError: éé")
    assert "Traceback" in capfd.readouterr().err

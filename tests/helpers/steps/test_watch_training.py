"""The runs to watch, from everywhere, and TensorBoard on them."""

import json
import tarfile
from urllib.request import urlopen

import event_files
import pytest
from waiting import until

from helpers.steps import watch_training
from helpers.steps.watch_training import Board, start_tensorboard, watch
from helpers.structures.errors import BadInput, MissingPart
from helpers.system.notebook_server import NotebookServer
from helpers.workspace import Workspace

MODEL_DIR = "s3://my-bucket/remote/result"


@pytest.fixture()
def work(tmp_path):
    """A work folder with two jobs, one of them in use, and a third that wrote nothing yet."""
    work = Workspace.at(tmp_path / "work")
    for number in (1, 2):
        event_files.job(work.job(f"job-{number}"), scale=number)
    work.job("job-3").mkdir()
    work.remember(job="job-1")
    return work


@pytest.fixture()
def archive(tmp_path):
    """The archive of a fourth job."""
    event_files.job(tmp_path / "source")
    path = tmp_path / "job-4" / "output" / "model.tar.gz"
    path.parent.mkdir(parents=True)
    with tarfile.open(str(path), "w:gz") as tar:
        tar.add(str(tmp_path / "source" / "checkpoints"), ".")
    return path


@pytest.mark.parametrize(
    "runs, names",
    [
        pytest.param("", ["job-1"], id="the job in use"),
        pytest.param("job-2", ["job-2"], id="a job"),
        pytest.param(" job-2 , job-1 ", ["job-2", "job-1"], id="two jobs"),
        pytest.param("all", ["job-1", "job-2"], id="all jobs"),
    ],
)
def test_jobs_of_the_work_folder(work, runs, names):
    watched = watch(work, runs)
    assert [run.name for run in watched.runs] == [row["run"] for row in watched.rows()] == names
    assert [row["event files"] for row in watched.rows()] == [2] * len(names)
    links = {link.name: link.resolve() for link in watched.logdir.iterdir()}
    assert links == {name: work.job(name) / "checkpoints" for name in names}


def test_a_folder_and_an_archive(work, archive, tmp_path):
    event_files.job(tmp_path / "job-1")
    watched = watch(work, f"job-1,{tmp_path / 'job-1'},{archive}")
    assert [run.name for run in watched.runs] == ["job-1", "job-1-2", "job-4"]
    assert [row["event files"] for row in watched.rows()] == [2, 2, 2]
    assert {link.name for link in watched.logdir.iterdir()} == {"job-1", "job-1-2", "job-4"}


def test_links_of_runs_that_are_no_longer_watched_go(work):
    watch(work, "all")
    (work.tensorboard / "logdir" / "mine").write_text("not a link")
    assert {path.name for path in watch(work, "job-2").logdir.iterdir()} == {"job-2", "mine"}


@pytest.mark.parametrize(
    "runs, error, words",
    [
        ("job-3", MissingPart, "job-3: .*04_train"),
        ("job-9", BadInput, "job-9: .*job-1, job-2, job-3"),
        ("job-1,job-1", BadInput, "job-1.* twice"),
        ("none.tar.gz", MissingPart, "none.tar.gz"),
        ("s3://my-bucket/a/model.tar.gz", BadInput, "aws s3 cp"),
        ("s3://B/a", BadInput, "s3://B/a"),
    ],
    ids=["no events yet", "no such job", "twice", "no archive", "archive in S3", "no bucket"],
)
def test_what_cannot_be_watched_is_named(work, runs, error, words):
    with pytest.raises(error, match=words):
        watch(work, runs)


def test_without_any_job(tmp_path):
    work = Workspace.at(tmp_path)
    for runs in ("", "all"):
        with pytest.raises(MissingPart, match="04_train"):
            watch(work, runs)
    with pytest.raises(BadInput, match="04_train"):
        watch(work, "job-1")


@pytest.fixture()
def model_dir(bucket, tmp_path):
    """A ``model_dir`` in the stand-in for S3 with the events of a job."""
    for path in sorted(event_files.job(tmp_path / "far").glob("**/events*")):
        key = path.relative_to(tmp_path / "far" / "checkpoints").as_posix()
        bucket.put_object(Bucket="my-bucket", Key=f"remote/result/{key}", Body=path.read_bytes())
    return MODEL_DIR


def test_a_model_dir_in_s3_says_what_it_cost(work, model_dir):
    watched = watch(work, f"job-1,{model_dir}")
    local, remote = watched.rows()
    assert "requests" not in local
    assert (remote["run"], remote["event files"], remote["requests"]) == ("remote", 2, 3)
    assert watched.mirrored["remote"].received == sum(
        path.stat().st_size for path in watched.runs[1].folder.glob("**/events*")
    )
    assert "3 requests" in watched.as_text()
    again = watch(work, model_dir, "eu-west-1")
    assert again.rows()[0]["requests"] == 1 and again.mirrored["remote"].received == 0


def tags(board):
    return json.loads(urlopen(f"{board.process.url}data/plugin/scalars/tags").read().decode())


@pytest.mark.parametrize(
    "direct, runs",
    [
        pytest.param(False, {"job-1", "job-1/eval_0", "remote", "remote/eval_0"}, id="mirror"),
        pytest.param(True, {"job-1/.", "job-1/eval_0", "remote/.", "remote/eval_0"}, id="direct"),
    ],
)
def test_tensorboard_shows_runs_side_by_side(work, model_dir, direct, runs):
    watched = watch(work, f"job-1,{model_dir}")
    board = start_tensorboard(watched, direct=direct)
    try:
        until(lambda: set(tags(board)) == runs)
        assert board.address in board.show(300).data
    finally:
        board.stop()
    with pytest.raises(MissingPart):
        board.show()
    with pytest.raises(OSError):
        urlopen(board.process.url, timeout=2)


def test_behind_studios_proxy_there_is_a_link(work, monkeypatch):
    server = NotebookServer("/jupyter/default/", True)
    monkeypatch.setattr(watch_training.notebook_server, "find", lambda: server)
    board = start_tensorboard(watch(work))
    try:
        assert isinstance(board, Board)
        assert board.address == f"/jupyter/default/proxy/{board.process.port}/"
        assert "iframe" not in board.show().data and f'href="{board.address}"' in board.show().data
    finally:
        board.stop()


def test_started_again_it_takes_the_place_of_the_one_before(work):
    first = start_tensorboard(watch(work))
    second = start_tensorboard(watch(work), first.process.port)
    try:
        assert second.process.is_healthy() and not first.process.is_healthy()
        assert first.process.pid != second.process.pid
    finally:
        second.stop()

"""Where event files lie: jobs, folders, archives."""

import io
import tarfile

import event_files
import pytest

from helpers.structures.errors import BadInput, MissingPart
from helpers.training import event_sources
from helpers.training.event_sources import EventRun


def names(folder):
    return [path.relative_to(folder).as_posix() for path in event_sources.event_files(folder)]


@pytest.mark.parametrize("place", ["checkpoints", "model", "."])
def test_a_job_a_fetched_job_and_any_folder(tmp_path, place):
    folder = tmp_path / "job-1"
    event_files.write(folder / place, event_files.losses([1]))
    (folder / place / "model.ckpt-1.index").write_bytes(b"x")
    run = event_sources.of_folder(folder)
    assert run == EventRun("job-1", folder / place, str(folder))
    assert names(run.folder) == [f"{event_files.PREFIX}00001.host"]


def test_the_folder_that_training_writes_to_goes_before_what_was_shipped(tmp_path):
    for place in ("model", "checkpoints"):
        event_files.write(tmp_path / place, event_files.losses([1]))
    assert event_sources.of_folder(tmp_path).folder == tmp_path / "checkpoints"


def test_files_of_a_folder_come_from_old_to_new(tmp_path):
    for folder, number in (("eval_0", 3), (".", 20), (".", 3)):
        event_files.write(tmp_path / folder, [], number)
    (tmp_path / "eval_0" / "other").write_text("")
    prefix = event_files.PREFIX
    assert names(tmp_path) == [
        f"{prefix}00003.host", f"{prefix}00020.host", f"eval_0/{prefix}00003.host",
    ]  # fmt: skip


def test_a_job_without_events_is_named_with_the_remedy(tmp_path):
    (tmp_path / "checkpoints").mkdir()
    with pytest.raises(MissingPart, match=f"{tmp_path}: .*04_train"):
        event_sources.of_folder(tmp_path)
    with pytest.raises(MissingPart, match="gone: .*04_train"):
        event_sources.of_folder(tmp_path / "gone")


def pack(path, members):
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(str(path), "w:gz") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path


def test_of_an_archive_only_the_event_files_are_unpacked(tmp_path):
    content = event_files.write(tmp_path / "a", event_files.losses([1, 2])).read_bytes()
    members = {f"{event_files.PREFIX}1": content, f"eval_0/{event_files.PREFIX}2": content}
    rest = {"model.ckpt-9.data-00000-of-00001": b"x" * 999, "graph/labels.txt": b"y"}
    archive = pack(tmp_path / "job-7" / "output" / "model.tar.gz", {**rest, **members})
    mirror = tmp_path / "mirror"
    run = event_sources.of_archive(archive, mirror)
    assert run == EventRun("job-7", mirror, str(archive))
    found = {path.relative_to(mirror).as_posix(): path for path in mirror.glob("**/*")}
    assert {name: path.read_bytes() for name, path in found.items() if path.is_file()} == members
    stamps = {path: path.stat().st_mtime_ns for path in found.values()}
    event_sources.of_archive(archive, mirror)
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps


@pytest.mark.parametrize(
    "name, error",
    [
        pytest.param(f"../{event_files.PREFIX}1", BadInput, id="upwards"),
        pytest.param(f"/{event_files.PREFIX}1", BadInput, id="absolute"),
        pytest.param("graph/labels.txt", MissingPart, id="no events"),
    ],
)
def test_an_archive_that_is_refused(tmp_path, name, error):
    archive = pack(tmp_path / "model.tar.gz", {name: b"x"})
    with pytest.raises(error, match="model.tar.gz"):
        event_sources.of_archive(archive, tmp_path / "in" / "mirror")
    assert not list(tmp_path.glob("**/events*"))


def test_an_archive_cut_off_leaves_no_torn_file(tmp_path):
    content = event_files.write(tmp_path / "a", event_files.losses(range(999))).read_bytes()
    archive = pack(tmp_path / "model.tar.gz", {f"{event_files.PREFIX}1": content})
    archive.write_bytes(archive.read_bytes()[:-3000])
    with pytest.raises(BadInput):
        event_sources.of_archive(archive, tmp_path / "mirror")
    assert not list((tmp_path / "mirror").glob("**/*tfevents*"))
    with pytest.raises(MissingPart):
        event_sources.of_archive(tmp_path / "none.tar.gz", tmp_path / "mirror")


@pytest.mark.parametrize(
    "source, expected",
    [
        ("/work/jobs/train-1", "train-1"),
        ("jobs/train-1/checkpoints", "train-1"),
        ("/data/train-1/output/model.tar.gz", "train-1"),
        ("first try.tar.gz", "first_try"),
        ("s3://bucket/mine/result/", "mine"),
        ("s3://bucket/mine/", "mine"),
        ("s3://bucket/a,b:c/", "a_b_c"),
        ("result", "result"),
    ],
    ids=str,
)
def test_names_of_runs(source, expected):
    assert event_sources.run_name(source) == expected


def test_equal_names_are_told_apart(tmp_path):
    runs = [EventRun("a", tmp_path, source) for source in ("1/a", "2/a", "3/a")]
    assert [run.name for run in event_sources.with_unique_names(runs)] == ["a", "a-2", "a-3"]
    with pytest.raises(BadInput, match="1/a"):
        event_sources.with_unique_names([runs[0], runs[0]])

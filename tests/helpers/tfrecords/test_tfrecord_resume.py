"""Writing again: finished files are kept, and only what has changed is written."""

import os

import pytest
from builders import bytes_of

from helpers.structures.label_map import LabelMap
from helpers.tfrecords import tfrecord


def test_what_is_finished_is_not_written_again(write_many):
    first = write_many(shards=3)
    assert first.kept == 0
    stamps = [path.stat().st_mtime_ns for path in first.paths]
    second = write_many(shards=3)
    assert second == (first.paths, 3)
    assert [path.stat().st_mtime_ns for path in first.paths] == stamps


def change_an_image(images, paths):
    stored = next(tfrecord.read([paths[0]], LabelMap.of(["bird", "cat", "dog"])))
    image = images / stored.filename
    image.write_bytes(image.read_bytes() + b"\0")


@pytest.mark.parametrize(
    "change, kept",
    [
        pytest.param(lambda images, paths: None, 3, id="nothing"),
        pytest.param(lambda images, paths: paths[0].unlink(), 2, id="missing shard"),
        pytest.param(
            lambda images, paths: paths[0].write_bytes(paths[1].read_bytes()),
            2,
            id="another shard's bytes",
        ),
        pytest.param(change_an_image, 2, id="changed image"),
    ],
)
def test_only_what_has_changed_is_written_again(many, write_many, change, kept):
    images, _ = many
    change(images, write_many(shards=3).paths)
    second = write_many(shards=3)
    assert second.kept == kept
    assert bytes_of(second.paths) == bytes_of(write_many("new/a.record", shards=3).paths)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"max_side": 20}, id="longest edge"),
        pytest.param({"seed": 1}, id="seed"),
        pytest.param({"label_map": LabelMap.of(["bird", "dog", "cat"])}, id="label map"),
    ],
)
def test_other_options_write_everything_again(write_many, options):
    write_many(shards=2)
    assert write_many(shards=2, **options).kept == 0


class Killed(BaseException):
    """Nothing that any code would catch."""


@pytest.mark.parametrize("moment", range(12))
def test_killed_at_any_rename_and_run_again_the_bytes_are_the_same(
    tmp_path, write_many, monkeypatch, moment
):
    write_many(shards=2, seed=1)
    whole = write_many("whole/a.record", shards=4).paths
    replace, calls = os.replace, []

    def counted(source, target):
        calls.append(target)
        if len(calls) > moment:
            raise Killed
        replace(source, target)

    monkeypatch.setattr(os, "replace", counted)
    if moment < 9:  # four shards finished, the manifest, four shards moved
        with pytest.raises(Killed):
            write_many(shards=4, jobs=1)
    else:
        write_many(shards=4, jobs=1)
    monkeypatch.undo()
    written = write_many(shards=4)
    assert written.kept == min(moment, 4)
    assert bytes_of(written.paths) == bytes_of(whole)
    assert tfrecord.existing(tmp_path / "a.record") == written.paths

"""Finished shards are kept, unfinished ones are removed, and all are published together."""

import pytest
from builders import names_in

from helpers.structures.errors import BadInput
from helpers.tfrecords.sharding import Shard
from helpers.tfrecords.staging import Staging


@pytest.fixture()
def shards(tmp_path):
    names = ("a.record-00000-of-00002", "a.record-00001-of-00002")
    return [Shard(tmp_path / name, [], f"digest-{name[9:14]}") for name in names]


@pytest.fixture()
def out(tmp_path):
    return tmp_path / "a.record"


def finish(staging, shard, content=b"records"):
    staging.unfinished(shard).write_bytes(content)
    staging.finish(shard)


def test_shards_are_published_together(tmp_path, out, shards):
    with Staging(out, shards) as staging:
        for shard in shards:
            finish(staging, shard)
            assert staging.is_staged(shard) and not shard.path.exists()
        staging.publish()
    assert names_in(tmp_path) == [".a.record.json", *(shard.path.name for shard in shards)]
    with Staging(out, shards) as staging:
        assert [staging.is_in_place(shard) for shard in shards] == [True, True]


def test_a_finished_shard_is_kept_and_an_unfinished_one_is_removed(out, shards):
    with Staging(out, shards) as staging:
        finish(staging, shards[0])
        staging.unfinished(shards[1]).write_bytes(b"half")
        half = staging.unfinished(shards[1])
    with Staging(out, shards) as staging:
        assert [staging.is_staged(shard) for shard in shards] == [True, False]
        assert not half.exists()


def test_a_shard_of_other_input_is_removed(out, shards):
    with Staging(out, shards) as staging:
        finish(staging, shards[0])
    other = [shard._replace(made_from="other") for shard in shards]
    with Staging(out, other) as staging:
        assert not staging.is_staged(shards[0]) and not staging.is_staged(other[0])


def test_nothing_staged_leaves_no_folder(tmp_path, out, shards):
    with Staging(out, shards):
        pass
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("change", ["content", "input", "missing"])
def test_a_published_shard_that_differs_is_not_in_place(out, shards, change):
    with Staging(out, shards) as staging:
        for shard in shards:
            finish(staging, shard)
        staging.publish()
    if change == "content":
        shards[0].path.write_bytes(b"other records")
    elif change == "input":
        shards[0] = shards[0]._replace(made_from="other")
    else:
        shards[0].path.unlink()
    with Staging(out, shards) as staging:
        assert [staging.is_in_place(shard) for shard in shards] == [False, True]


def test_publishing_removes_shards_of_another_number(tmp_path, out, shards):
    (tmp_path / "a.record").write_bytes(b"one file")
    (tmp_path / "a.record-00002-of-00003").write_bytes(b"of three")
    (tmp_path / "b.record").write_bytes(b"of another set")
    with Staging(out, shards) as staging:
        for shard in shards:
            finish(staging, shard)
        staging.publish()
    kept = [".a.record.json", *(shard.path.name for shard in shards), "b.record"]
    assert names_in(tmp_path) == kept


def test_a_folder_that_cannot_be_made_is_named(tmp_path, shards):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="file"):
        with Staging(tmp_path / "file" / "a.record", shards):
            pass

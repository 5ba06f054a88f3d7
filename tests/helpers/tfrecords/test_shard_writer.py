"""Shards are written with as many threads as there are jobs, and every fault is noticed."""

import pytest

from helpers.structures.errors import BadInput, HelpersError
from helpers.tfrecords import framing, shard_writer
from helpers.tfrecords.sharding import Shard
from helpers.tfrecords.staging import Staging


@pytest.fixture()
def shards(tmp_path, many):
    """Two shards of five images, which no options decided."""
    _, records = many
    paths = framing.shard_paths(tmp_path / "out" / "a.record", 2)
    return [Shard(path, records[i::2], f"digest{i}") for i, path in enumerate(paths)]


def serialize(record):
    return record.path.encode()


def written(shards, staging, serialize, jobs):
    shard_writer.write(shards, staging, serialize, jobs)
    return [
        [frame.content.decode() for frame in framing.frames(staging.staged(shard))]
        for shard in shards
    ]


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_every_shard_holds_its_records_in_order(shards, jobs):
    with Staging(shards[0].path.with_name("a.record"), shards) as staging:
        expected = [[record.path for record in shard.records] for shard in shards]
        assert written(shards, staging, serialize, jobs) == expected
        assert not any(shard.path.exists() for shard in shards)


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_every_image_without_a_record_is_named_and_the_other_shard_is_finished(shards, jobs):
    def refuse(record):
        if record.path in ("2.jpg", "4.jpg"):
            raise BadInput(f"{record.path}: is broken")
        return serialize(record)

    with Staging(shards[0].path.with_name("a.record"), shards) as staging:
        with pytest.raises(BadInput) as error:
            shard_writer.write(shards, staging, refuse, jobs)
        assert [staging.is_staged(shard) for shard in shards] == [False, True]
    assert "2.jpg: is broken" in str(error.value) and "4.jpg: is broken" in str(error.value)


def test_a_staged_shard_is_not_written_again_unless_it_is_broken(shards):
    with Staging(shards[0].path.with_name("a.record"), shards) as staging:
        first = written(shards, staging, serialize, 1)
        staging.staged(shards[1]).write_bytes(b"broken")
        calls = []
        shard_writer.write(
            shards, staging, lambda record: calls.append(record.path) or serialize(record), 1
        )
        assert calls == [record.path for record in shards[1].records]
        assert written(shards, staging, serialize, 1) == first


def test_a_record_that_is_lost_on_the_disk_is_noticed(shards, monkeypatch):
    real = framing.write_frames
    monkeypatch.setattr(
        framing, "write_frames", lambda stream, records: real(stream, list(records)[1:])
    )
    with Staging(shards[0].path.with_name("a.record"), shards) as staging:
        with pytest.raises(HelpersError, match="a.record-00000-of-00002.*4 records"):
            shard_writer.write(shards, staging, serialize, 1)

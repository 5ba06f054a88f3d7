"""What a config is told of the data in its channel."""

import pytest
from plain_records import example, write

from helpers.annotations import csv_table
from helpers.pipeline_config import channel_facts
from helpers.pipeline_config.channel_facts import ChannelFacts
from helpers.structures.errors import BadInput


@pytest.fixture()
def records(record):
    return [
        record("a.jpg", ("cat", 0, 0, 9, 9)),
        record("b.jpg"),
        record("c.jpg", *[("dog", 0, 0, 9, 9 + number / 99) for number in range(7)]),
    ]


def test_an_empty_channel(tmp_path):
    assert (
        channel_facts.read(tmp_path)
        == channel_facts.read(tmp_path / "none")
        == ChannelFacts([], [], 0, 0)
    )


def test_records_and_tables_are_counted(tmp_path, records):
    csv_table.write(records[:1], tmp_path / "data_train.csv")
    csv_table.write(records[1:], tmp_path / "data_eval.csv")
    shards = [
        write(tmp_path / f"eval.record-0000{number}-of-00002", example()).name for number in (0, 1)
    ]
    write(tmp_path / "eval.record-00000-of-00002", *[example()] * 4)
    write(tmp_path / "train.record", example())
    write(tmp_path / "train.record-backup", example())
    assert channel_facts.read(tmp_path) == ChannelFacts(["train.record"], shards, 5, 7)


def test_before_the_records_are_written_the_table_counts(tmp_path, records):
    csv_table.write(records, tmp_path / "data_eval.csv")
    assert channel_facts.read(tmp_path) == ChannelFacts([], [], 3, 7)


def test_truncated_records_are_named(tmp_path):
    path = write(tmp_path / "eval.record", example())
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BadInput, match="eval.record: .*broken record"):
        channel_facts.read(tmp_path)

"""One machine's part of a manifest: what its entries say of its files."""

import pytest

from helpers.annotations import csv_table, label_map_file
from helpers.structures.errors import BadInput
from helpers.system import files
from helpers.tfrecords import manifest, tfrecord
from helpers.workspace import TrainingChannel


@pytest.fixture()
def channel(tmp_path, many, three_labels):
    _, records = many
    channel = TrainingChannel(tmp_path / "tables")
    csv_table.write(records[:7], channel.table("train"))
    csv_table.write(records[7:], channel.table("eval"))
    label_map_file.write(three_labels, channel.label_map)
    return channel


def test_entries_describe_each_file(tmp_path, many, three_labels):
    images, records = many
    paths = [tmp_path / "train.record", tmp_path / "eval.record"]
    for path, part in zip(paths, (records[:7], records[7:])):
        tfrecord.write(part, three_labels, images, path)
    first, second = manifest.entries(paths, three_labels)
    assert (first.file, first.images, first.boxes, first.split) == ("eval.record", 3, 3, "eval")
    assert (second.file, second.images, second.split) == ("train.record", 7, "train")
    assert (second.bytes, second.sha256) == (paths[0].stat().st_size, files.sha256(paths[0]))
    stored = [image.filename for image in tfrecord.read([paths[0]], three_labels)]
    assert second.sources == stored and sorted(stored) == [f"{number}.jpg" for number in range(7)]


def test_an_empty_file_has_an_entry(tmp_path, three_labels):
    (tmp_path / "train.record").write_bytes(b"")
    (entry,) = manifest.entries([tmp_path / "train.record"], three_labels)
    assert (entry.images, entry.boxes, entry.bytes, entry.sources) == (0, 0, 0, [])


def test_a_record_that_cannot_be_read_back_is_named(tmp_path, many, three_labels):
    images, records = many
    tfrecord.write(records, three_labels, images, tmp_path / "a.record")
    content = (tmp_path / "a.record").read_bytes()
    (tmp_path / "a.record").write_bytes(content[:-5])
    with pytest.raises(BadInput, match="a.record, record 10: "):
        manifest.entries([tmp_path / "a.record"], three_labels)


@pytest.mark.parametrize(
    "number, machines, name",
    [(0, 1, "part-00000-of-00001.json"), (11, 12, "part-00011-of-00012.json")],
    ids=["one machine", "last of twelve"],
)
def test_the_name_of_a_part(tmp_path, number, machines, name):
    assert manifest.part_path(tmp_path, number, machines) == tmp_path / name


def test_a_part_is_read_as_it_was_written(tmp_path, channel):
    entry = manifest.Entry("train.record", 1, 2, 3, "abc", ["a.jpg"])
    path = manifest.part_path(tmp_path, 0, 1)
    manifest.write_part(path, [entry], channel, {"seed": 1})
    (part,) = manifest.read_parts(tmp_path, channel)
    assert (part.options, part.entries) == ({"seed": 1}, [entry])
    names = ["data_train.csv", "data_eval.csv", "label_map.pbtxt"]
    assert part.made_from == {name: files.sha256(channel.folder / name) for name in names}

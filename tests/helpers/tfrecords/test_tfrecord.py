"""Sets of record files: what is in them, and that they are read back as they were written."""

import numpy as np
import pytest
from builders import bytes_of

from helpers.annotations import csv_table
from helpers.annotations.formats import voc
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.tfrecords import framing, tfrecord


def test_the_object_detection_api_decodes_what_was_written(
    tmp_path, paint, record, decoded, three_labels
):
    paint(tmp_path / "sub" / "a b.jpg")
    annotated = record(
        "sub/a b.jpg",
        ("dog", 4, 3, 20, 27),
        ("bird", 0, 0, 40, 30),
        truncated=(True, False),
        difficult=(False, True),
    )
    written = tfrecord.write([annotated], three_labels, tmp_path, tmp_path / "a.record")
    (example,) = decoded(written.paths)
    np.testing.assert_allclose(
        example["groundtruth_boxes"],  # relative, y first
        [[0.1, 0.1, 0.9, 0.5], [0, 0, 1, 1]],
        atol=1e-6,
    )
    assert example["groundtruth_classes"].tolist() == [3, 1]
    assert example["groundtruth_difficult"].tolist() == [False, True]
    assert example["source_id"] == example["filename"] == b"sub/a b.jpg"
    assert example["original_image_spatial_shape"].tolist() == [30, 40]


@pytest.mark.parametrize(
    "group_of, read", [((False, True), [0, 1]), ((False, False), None)], ids=["some", "none"]
)
def test_crowds_are_read_back_as_the_trainer_reads_them(
    tmp_path, paint, record, decoded, three_labels, group_of, read
):
    paint(tmp_path / "a.jpg")
    boxes = (("dog", 4, 3, 20, 27), ("dog", 0, 0, 40, 30))
    annotated = record("a.jpg", *boxes, group_of=group_of)
    paths = tfrecord.write([annotated], three_labels, tmp_path, tmp_path / "a.record").paths
    (image,) = tfrecord.read(paths, three_labels)
    crowds = image.objects.group_of
    assert (crowds if crowds is None else crowds.tolist()) == read
    (example,) = decoded(paths)
    assert example["groundtruth_is_crowd"].tolist() == image.objects.flags("group_of").tolist()


def test_an_image_without_boxes_is_a_record_too(tmp_path, paint, record, decoded, three_labels):
    paint(tmp_path / "a.jpg")
    written = tfrecord.write([record("a.jpg")], three_labels, tmp_path, tmp_path / "a.record")
    (example,) = decoded(written.paths)
    assert example["groundtruth_boxes"].shape == (0, 4)
    assert example["groundtruth_classes"].shape == (0,)
    assert example["image"].shape == (30, 40, 3)


@pytest.mark.parametrize("shards", [1, 3, 10])
def test_every_record_is_in_exactly_one_shard(
    tmp_path, many, plain, three_labels, write_many, shards
):
    _, records = many
    before = plain(records)
    paths = write_many("train.record", shards=shards).paths
    assert paths == framing.shard_paths(tmp_path / "train.record", shards)
    assert paths == tfrecord.existing(tmp_path / "train.record")
    sizes = [len(list(tfrecord.read([path], three_labels))) for path in paths]
    assert sum(sizes) == 10 and max(sizes) - min(sizes) <= 1
    stored = list(tfrecord.read(paths, three_labels))
    assert sorted(image.filename for image in stored) == sorted(image.path for image in records)
    by_name = {image.path: image for image in records}
    for image in stored:
        np.testing.assert_allclose(
            image.objects.boxes, by_name[image.filename].objects.boxes, atol=1e-5
        )
        assert image.objects.labels == ("cat",)
    assert plain(records) == before


def test_the_same_input_and_seed_give_the_same_bytes(tmp_path, many, three_labels, write_many):
    _, records = many

    def written(name, **options):
        return bytes_of(write_many(f"{name}/a.record", shards=2, max_side=20, **options).paths)

    first = written("first")
    assert first == written("reversed", records=records[::-1], jobs=1)
    assert first == written("seven jobs", jobs=7)
    assert first != written("another seed", seed=1)
    order = [
        image.filename
        for image in tfrecord.read([tmp_path / "first" / "a.record-00000-of-00002"], three_labels)
    ]
    assert order != sorted(order)


def test_shards_of_an_earlier_run_go_and_other_files_stay(tmp_path, write_many):
    write_many("train.record", shards=3)
    for name in ("train.record-backup", "train.records", "train.record.md5", "mytrain.record"):
        (tmp_path / name).write_text("other")
    write_many("train.record", shards=2)
    assert sorted(path.name for path in tmp_path.glob("*train*") if path.name[0] != ".") == [
        "mytrain.record",
        "train.record-00000-of-00002",
        "train.record-00001-of-00002",
        "train.record-backup",
        "train.record.md5",
        "train.records",
    ]
    write_many("train.record")
    assert tfrecord.existing(tmp_path / "train.record") == [tmp_path / "train.record"]


@pytest.mark.parametrize(
    "spoil, expected",
    [
        pytest.param(lambda content: content[:-10], "record 10: .*cut off", id="cut"),
        pytest.param(
            lambda content: content[:50] + b"?" + content[51:],
            "record 1: .*checksum",
            id="changed byte",
        ),
        pytest.param(
            lambda content: b"no record at all, but more than a header",
            "record 1: .*length",
            id="no record",
        ),
    ],
)
def test_a_broken_record_file_is_named(write_many, three_labels, spoil, expected):
    (path,) = write_many().paths
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(BadInput, match=f"a.record, {expected}"):
        list(tfrecord.read([path], three_labels))


def test_a_missing_record_file_and_another_label_map_are_named(tmp_path, write_many, three_labels):
    with pytest.raises(BadInput, match="b.record: no such"):
        list(tfrecord.read([tmp_path / "b.record"], three_labels))
    (path,) = write_many().paths
    with pytest.raises(BadInput, match="a.record, record 1: .*box 1: .*'cat'"):
        list(tfrecord.read([path], LabelMap.of(["bird"])))


def test_all_raccoons_through_every_format_and_back(raccoon, tmp_path, decoded):
    images = raccoon / "images"
    original = voc.read(raccoon / "annotations", images).records
    records = csv_table.read(csv_table.write(original, tmp_path / "data.csv"))
    label_map = LabelMap.of(["raccoon"])
    paths = tfrecord.write(
        records, label_map, images, tmp_path / "train.record", tfrecord.RecordOptions(shards=3)
    ).paths
    by_name = {record.path: record for record in original}
    count = 0
    for example in decoded(paths):
        record = by_name.pop(example["source_id"].decode())
        boxes_rel = example["groundtruth_boxes"][:, [1, 0, 3, 2]]
        size = [record.width, record.height] * 2
        np.testing.assert_allclose(boxes_rel * size, record.objects.boxes, atol=1e-3)
        assert example["groundtruth_classes"].tolist() == [1] * len(record.objects)
        assert example["image"].shape == (record.height, record.width, 3)
        count += len(boxes_rel)
    assert (count, by_name) == (217, {})


def test_a_sample_is_some_images_in_their_order(three_labels, write_many):
    paths = write_many(shards=3).paths
    stored = [image.filename for image in tfrecord.read(paths, three_labels)]

    def sample(count, seed=0):
        return [image.filename for image in tfrecord.read_sample(paths, three_labels, count, seed)]

    assert sample(4) == sample(4) == [name for name in stored if name in sample(4)]
    assert len(set(sample(4))) == 4
    assert len({tuple(sample(4, seed)) for seed in range(5)}) > 1
    assert (sample(10), sample(99), sample(0)) == (stored, stored, [])

"""Which image goes where, and that a digest changes with all that decides the bytes."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from helpers.structures.boxes import LabeledBoxes
from helpers.structures.dataset import ImageRecord
from helpers.structures.label_map import LabelMap
from helpers.tfrecords import sharding

ROOT = Path(__file__).resolve().parents[3]
LABELS = LabelMap.of(["cat", "dog"])
OPTIONS = {"shards": 3, "max_side": 0, "seed": 0}


def planned(records, images, label_map=LABELS, out="a.record", **options):
    return sharding.plan(
        records, label_map, images, out, sharding.RecordOptions(**{**OPTIONS, **options})
    )


def digests(*args, **options):
    return [shard.made_from for shard in planned(*args, **options)]


def names(plan):
    return [[record.path for record in shard.records] for shard in plan]


def test_images_are_shuffled_and_shared_evenly(many):
    images, records = many
    plan = planned(records, images)
    assert [shard.path.name for shard in plan] == [
        f"a.record-0000{number}-of-00003" for number in range(3)
    ]
    assert list(map(len, names(plan))) == [4, 3, 3]
    assert sorted(sum(names(plan), [])) == sorted(record.path for record in records)
    assert any(shard_names != sorted(shard_names) for shard_names in names(plan))
    assert planned(records[::-1], images) == plan
    assert names(planned(records, images, seed=1)) != names(plan)


def with_boxes(*rows):
    return lambda record: replace(record, objects=LabeledBoxes.from_rows(rows))


def flagged(name):
    return lambda record: replace(record, objects=replace(record.objects, **{name: [True]}))


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(with_boxes(("cat", (1, 2, 3.5, 20))), id="box"),
        pytest.param(with_boxes(("dog", (1, 2, 3, 20))), id="class"),
        pytest.param(
            lambda record: ImageRecord(record.path, record.width, record.height), id="no boxes"
        ),
        pytest.param(lambda record: replace(record, width=41), id="width"),
        pytest.param(lambda record: replace(record, height=31), id="height"),
        pytest.param(flagged("truncated"), id="truncated"),
        pytest.param(flagged("difficult"), id="difficult"),
        pytest.param(flagged("group_of"), id="group_of"),
        pytest.param(lambda record: replace(record, path="x.jpg"), id="path"),
    ],
)
def test_a_record_that_differs_makes_another_digest(many, changed):
    images, records = many
    os.link(str(images / "0.jpg"), str(images / "x.jpg"))
    assert digests(records[:1], images, shards=1) != digests(
        [changed(records[0])], images, shards=1
    )


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"max_side": 20}, id="longest edge"),
        pytest.param({"label_map": LabelMap.of(["dog", "cat"])}, id="label map"),
    ],
)
def test_other_options_make_other_digests(many, options):
    images, records = many
    assert not set(digests(records, images)) & set(digests(records, images, **options))


def test_what_does_not_decide_the_bytes_makes_no_difference(many, monkeypatch):
    images, records = many
    before = digests(records, images)
    assert digests(records, images, out="b.record") == before
    monkeypatch.chdir(images)
    assert digests(records, ".") == before
    assert digests([replace(record, extra={"note": 1}) for record in records], images) == before


def touch(path):
    os.utime(str(path), ns=(1, 1))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(touch, id="touched"),
        pytest.param(lambda path: path.unlink(), id="missing"),
        pytest.param(lambda path: path.write_bytes(b""), id="empty"),
    ],
)
def test_an_image_that_changes_makes_its_shard_another(many, change):
    images, records = many
    before = planned(records, images)
    change(images / "4.jpg")
    after = planned(records, images)
    assert names(after) == names(before)
    assert [shard.made_from != other.made_from for shard, other in zip(before, after)] == [
        "4.jpg" in part for part in names(before)
    ]


HOW = """
import sys
from helpers.tfrecords import sharding
from helpers.structures.boxes import LabeledBoxes
from helpers.structures.label_map import LabelMap
from helpers.structures.dataset import ImageRecord
records = [ImageRecord("%d.jpg" % number, 40, 30, LabeledBoxes.from_rows([("cat", (1, 2, 3, 4))]))
           for number in range(10)]
for shard in sharding.plan(records, LabelMap.of(["cat"]), "img", "a.record",
                           sharding.RecordOptions(shards=3, seed=5)):
    print(shard.made_from, *(record.path for record in shard.records))
"""


def test_the_plan_is_the_same_in_every_process(many):
    images, _ = many
    outputs = {
        subprocess.run(
            [sys.executable, "-c", HOW],
            check=True,
            cwd=str(images.parent),
            env=dict(os.environ, PYTHONHASHSEED=seed, PYTHONPATH=str(ROOT)),
            stdout=subprocess.PIPE,
        ).stdout
        for seed in ("0", "1")
    }
    assert len(outputs) == 1 and len(outputs.pop().splitlines()) == 3


@pytest.mark.parametrize(
    "of_shard, max_side, count",
    [
        pytest.param(100_000_000, 0, 1, id="large shards"),
        pytest.param(100, 0, 10, id="small shards"),
        pytest.param(10**9, 20, 1, id="large shards of smaller copies"),
        pytest.param(1, 0, 10, id="smallest shards"),
    ],
)
def test_without_a_number_shards_have_about_so_many_bytes(
    many, monkeypatch, of_shard, max_side, count
):
    images, records = many
    monkeypatch.setattr(sharding, "SHARD_BYTES", of_shard)
    assert len(planned(records, images, shards=None, max_side=max_side)) == count


def test_a_smaller_copy_takes_fewer_bytes_than_pixels(tmp_path, paint, record, monkeypatch):
    paint(tmp_path / "a.png", (640, 480), kind="BMP")
    paint(tmp_path / "b.png", (640, 480), kind="BMP")
    records = [record("a.png", size=(640, 480)), record("b.png", size=(640, 480))]
    monkeypatch.setattr(sharding, "SHARD_BYTES", 160 * 120)
    assert len(planned(records, tmp_path, shards=None, max_side=160)) == 1
    assert len(planned(records, tmp_path, shards=None, max_side=320)) == 2


@pytest.mark.parametrize("max_side", [0, 160])
def test_shards_are_no_larger_than_asked_for(tmp_path, paint, record, monkeypatch, max_side):
    from helpers.tfrecords import tfrecord

    for number in range(12):
        paint(tmp_path / "img" / f"{number}.jpg", (640, 480))
    records = [record(f"{number}.jpg", size=(640, 480)) for number in range(12)]
    (whole,) = tfrecord.write(
        records,
        LABELS,
        tmp_path / "img",
        tmp_path / "one.record",
        tfrecord.RecordOptions(shards=1, max_side=max_side),
    ).paths
    monkeypatch.setattr(sharding, "SHARD_BYTES", 2 * whole.stat().st_size // 5)
    paths = tfrecord.write(
        records,
        LABELS,
        tmp_path / "img",
        tmp_path / "a.record",
        tfrecord.RecordOptions(shards=None, max_side=max_side),
    ).paths
    assert 3 <= len(paths) <= 12
    assert max(path.stat().st_size for path in paths) < 0.6 * whole.stat().st_size

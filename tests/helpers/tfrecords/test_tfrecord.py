"""Sets of record files: what is in them, that they are never half, and how they are resumed."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from helpers.annotations import csv_table, voc
from helpers.structures.errors import BadInput, HelpersError
from helpers.structures.label_map import LabelMap
from helpers.tfrecords import framing, tfrecord

LABELS = LabelMap.of(["bird", "cat", "dog"])


def contents(paths):
    return [path.read_bytes() for path in paths]


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_object_detection_api_decodes_what_was_written(tmp_path, paint, record, decoded):
    paint(tmp_path / "sub" / "a b.jpg")
    given = record(
        "sub/a b.jpg",
        ("dog", 4, 3, 20, 27),
        ("bird", 0, 0, 40, 30),
        truncated=(True, False),
        difficult=(False, True),
    )
    (got,) = decoded(tfrecord.write([given], LABELS, tmp_path, tmp_path / "a.record").paths)
    np.testing.assert_allclose(
        got["groundtruth_boxes"],  # relative, y first
        [[0.1, 0.1, 0.9, 0.5], [0, 0, 1, 1]],
        atol=1e-6,
    )
    assert got["groundtruth_classes"].tolist() == [3, 1]
    assert got["groundtruth_difficult"].tolist() == [False, True]
    assert got["source_id"] == got["filename"] == b"sub/a b.jpg"
    assert got["original_image_spatial_shape"].tolist() == [30, 40]


def test_an_image_without_boxes_is_a_record_too(tmp_path, paint, record, decoded):
    paint(tmp_path / "a.jpg")
    (got,) = decoded(
        tfrecord.write([record("a.jpg")], LABELS, tmp_path, tmp_path / "a.record").paths
    )
    assert got["groundtruth_boxes"].shape == (0, 4)
    assert got["groundtruth_classes"].shape == (0,)
    assert got["image"].shape == (30, 40, 3)


@pytest.mark.parametrize("shards", [1, 3, 10])
def test_every_record_is_in_exactly_one_shard(tmp_path, many, plain, shards):
    images, records = many
    before = plain(records)
    paths = tfrecord.write(
        records, LABELS, images, tmp_path / "train.record", tfrecord.RecordOptions(shards=shards)
    ).paths
    assert paths == framing.shard_paths(tmp_path / "train.record", shards)
    assert paths == tfrecord.existing(tmp_path / "train.record")
    sizes = [len(list(tfrecord.read([path], LABELS))) for path in paths]
    assert sum(sizes) == 10 and max(sizes) - min(sizes) <= 1
    found = list(tfrecord.read(paths, LABELS))
    assert sorted(image.filename for image in found) == sorted(image.path for image in records)
    by_name = {image.path: image for image in records}
    for stored in found:
        np.testing.assert_allclose(
            stored.objects.boxes, by_name[stored.filename].objects.boxes, atol=1e-5
        )
        assert stored.objects.labels == ("cat",)
    assert plain(records) == before


def test_the_same_input_and_seed_give_the_same_bytes(tmp_path, many):
    images, records = many

    def written(name, given, **options):
        return contents(
            tfrecord.write(
                given,
                LABELS,
                images,
                tmp_path / name / "a.record",
                tfrecord.RecordOptions(shards=2, **options),
            ).paths
        )

    first = written("one", records, max_side=20)
    assert first == written("two", records[::-1], max_side=20, jobs=1)
    assert first == written("three", records, max_side=20, jobs=7)
    assert first != written("four", records, max_side=20, seed=1)
    order = [
        image.filename
        for image in tfrecord.read([tmp_path / "one" / "a.record-00000-of-00002"], LABELS)
    ]
    assert order != sorted(order)


def test_shards_of_an_earlier_run_go_and_other_files_stay(tmp_path, many):
    images, records = many
    tfrecord.write(
        records, LABELS, images, tmp_path / "train.record", tfrecord.RecordOptions(shards=3)
    )
    for other in ("train.record-backup", "train.records", "train.record.md5", "mytrain.record"):
        (tmp_path / other).write_text("other")
    tfrecord.write(
        records, LABELS, images, tmp_path / "train.record", tfrecord.RecordOptions(shards=2)
    )
    assert sorted(path.name for path in tmp_path.glob("*train*") if path.name[0] != ".") == [
        "mytrain.record",
        "train.record-00000-of-00002",
        "train.record-00001-of-00002",
        "train.record-backup",
        "train.record.md5",
        "train.records",
    ]
    tfrecord.write(records, LABELS, images, tmp_path / "train.record")
    assert tfrecord.existing(tmp_path / "train.record") == [tmp_path / "train.record"]


def test_what_is_finished_is_not_written_again(tmp_path, many, record):
    images, records = many
    first = tfrecord.write(
        records, LABELS, images, tmp_path / "a.record", tfrecord.RecordOptions(shards=3)
    )
    assert first.kept == 0
    stamps = [path.stat().st_mtime_ns for path in first.paths]
    again = tfrecord.write(
        records, LABELS, images, tmp_path / "a.record", tfrecord.RecordOptions(shards=3)
    )
    assert again == (first.paths, 3)
    assert [path.stat().st_mtime_ns for path in first.paths] == stamps


def spoil_a_shard(images, paths):
    paths[0].write_bytes(paths[1].read_bytes())


def change_an_image(images, paths):
    stored = next(tfrecord.read([paths[0]], LABELS))
    image = images / stored.filename
    image.write_bytes(image.read_bytes() + b"\0")


@pytest.mark.parametrize(
    "change, kept",
    [
        (lambda images, paths: None, 3),
        (lambda images, paths: paths[0].unlink(), 2),
        (spoil_a_shard, 2),
        (change_an_image, 2),
    ],
)
def test_only_what_has_changed_is_written_again(tmp_path, many, change, kept):
    images, records = many
    paths = tfrecord.write(
        records, LABELS, images, tmp_path / "a.record", tfrecord.RecordOptions(shards=3)
    ).paths
    change(images, paths)
    again = tfrecord.write(
        records, LABELS, images, tmp_path / "a.record", tfrecord.RecordOptions(shards=3)
    )
    assert again.kept == kept
    fresh = tfrecord.write(
        records, LABELS, images, tmp_path / "fresh" / "a.record", tfrecord.RecordOptions(shards=3)
    )
    assert contents(again.paths) == contents(fresh.paths)


@pytest.mark.parametrize(
    "options, names",
    [({"max_side": 20}, LABELS.names), ({"seed": 1}, LABELS.names), ({}, ("bird", "dog", "cat"))],
)
def test_other_options_write_everything_again(tmp_path, many, options, names):
    images, records = many
    tfrecord.write(records, LABELS, images, tmp_path / "a.record", tfrecord.RecordOptions(shards=2))
    written = tfrecord.write(
        records,
        LabelMap.of(names),
        images,
        tmp_path / "a.record",
        tfrecord.RecordOptions(shards=2, **options),
    )
    assert written.kept == 0


def broken(content):
    return content[:-10]


@pytest.mark.parametrize(
    "change, message",
    [
        (
            lambda path: path.write_bytes(broken(path.read_bytes())),
            "4.jpg: found pixels that do not",
        ),
        (lambda path: path.write_bytes(b""), "4.jpg: found 0 bytes that are no readable image"),
        (lambda path: path.unlink(), "4.jpg: no such image"),
        (
            lambda path: shutil.copy(str(path.with_name("5.jpg")), str(path)),
            "4.jpg: found an image of 40x35, expected 40x34 as in the table",
        ),
    ],
)
@pytest.mark.parametrize("shards", [1, 2])
def test_a_bad_image_is_named_and_the_good_file_stays(tmp_path, many, change, message, shards):
    images, records = many
    paths = tfrecord.write(
        records, LABELS, images, tmp_path / "a.record", tfrecord.RecordOptions(shards=shards)
    ).paths
    good = contents(paths)
    change(images / "4.jpg")
    with pytest.raises(BadInput, match="cannot become records: .*" + message):
        tfrecord.write(
            records, LABELS, images, tmp_path / "a.record", tfrecord.RecordOptions(shards=shards)
        )
    assert contents(paths) == good
    assert (
        sorted(
            path
            for path in tmp_path.iterdir()
            if path.suffix.startswith(".record") and not path.name.startswith(".")
        )
        == paths
    )


def test_every_bad_image_is_named_at_once(tmp_path, many):
    images, records = many
    for number in (2, 5, 7):
        (images / f"{number}.jpg").unlink()
    with pytest.raises(BadInput) as caught:
        tfrecord.write(
            records, LABELS, images, tmp_path / "a.record", tfrecord.RecordOptions(shards=2)
        )
    message = str(caught.value)
    assert message.index("2.jpg") < message.index("5.jpg") < message.index("7.jpg")
    assert not tfrecord.existing(tmp_path / "a.record")


def test_a_class_that_the_map_does_not_know_is_named(tmp_path, many, record):
    images, records = many
    records[3] = record("3.jpg", ("cat", 1, 2, 3, 4), ("lynx", 1, 2, 3, 4), size=(40, 33))
    with pytest.raises(BadInput, match="3.jpg: found the class 'lynx', expected one of"):
        tfrecord.write(records, LABELS, images, tmp_path / "a.record")
    assert names_in(tmp_path) == ["img"]


@pytest.mark.parametrize(
    "count, options, message",
    [
        (0, {}, "no image, expected at least one"),
        (3, {"shards": 4}, "4 shards for 3 images, expected 1 to 3"),
        (3, {"shards": 0}, "0 shards"),
        (3, {"max_side": -1}, "a longest edge of -1 pixels"),
        (3, {"jobs": -1}, "-1 processes"),
    ],
)
def test_numbers_that_cannot_be(tmp_path, many, count, options, message):
    images, records = many
    with pytest.raises(BadInput, match=f"a.record: found .*{message}|{message}"):
        tfrecord.write(
            records[:count],
            LABELS,
            images,
            tmp_path / "a.record",
            tfrecord.RecordOptions(**options),
        )
    assert names_in(tmp_path) == ["img"]


def test_a_folder_in_the_place_of_the_records_is_refused(tmp_path, many):
    images, records = many
    with pytest.raises(BadInput, match="img: found a folder, expected a file such as train.rec"):
        tfrecord.write(records, LABELS, images, images)
    assert names_in(tmp_path) == ["img"]


def test_an_image_twice_is_refused(tmp_path, many):
    images, records = many
    with pytest.raises(BadInput, match="3.jpg twice, expected each image once"):
        tfrecord.write(records + [records[3]], LABELS, images, tmp_path / "a.record")


WRITER = """
import resource, sys
from helpers.tfrecords import tfrecord
from helpers.annotations import csv_table as table
from helpers.structures.label_map import LabelMap
folder, shards, limit = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
records = table.read(folder + "/data.csv")
tfrecord.write(records, LabelMap.of(["cat"]), folder + "/img", folder + "/a.record",
               tfrecord.RecordOptions(shards=shards, jobs=2))
"""


def writer(folder, shards, limit=0):
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(shards), str(limit)],
        stderr=subprocess.PIPE,
        universal_newlines=True,
        start_new_session=True,
    )


@pytest.mark.parametrize("shards", [1, 2])
def test_a_disk_that_takes_no_more_leaves_the_good_files(tmp_path, many, shards):
    images, records = many
    paths = tfrecord.write(
        records[:shards],
        LABELS,
        images,
        tmp_path / "a.record",
        tfrecord.RecordOptions(shards=shards),
    ).paths
    csv_table.write(records, tmp_path / "data.csv")
    good = contents(paths)
    message = writer(tmp_path, shards, 3000).communicate()[1].strip().splitlines()[-1]
    assert message.startswith("helpers.structures.errors.BadInput"), message
    assert "a.record" in message and "cannot be written or read (File too large)" in message
    assert contents(paths) == good
    assert not [name for name in names_in(tmp_path) if name.endswith(".part")]


def swallowing(stream, raws, write=framing.write_frames):
    write(stream, list(raws)[1:])


def spoiling(stream, raws, write=framing.write_frames):
    write(stream, raws)
    stream.seek(100)
    stream.write(b"????")


@pytest.mark.parametrize(
    "fault, message",
    [
        (swallowing, "there are 9 records when it was read back, not the 10 records just written"),
        (spoiling, "record 1 is a record that does not fit its checksum when it was read back"),
    ],
)
def test_what_a_failing_disk_did_is_noticed(tmp_path, many, monkeypatch, fault, message):
    images, records = many
    good = contents(tfrecord.write(records, LABELS, images, tmp_path / "a.record").paths)
    monkeypatch.setattr(framing, "write_frames", fault)
    with pytest.raises(HelpersError, match=f"a.record: {message}"):
        tfrecord.write(
            records, LABELS, images, tmp_path / "a.record", tfrecord.RecordOptions(seed=1)
        )
    assert contents([tmp_path / "a.record"]) == good
    assert names_in(tmp_path) == [".a.record.json", "a.record", "img"]


def killed_after(folder, shards, files, seconds):
    """Kills a writer and its processes so long after so many files; tells whether it still ran."""
    parts, parts_seen = folder / ".a.record.unfinished", set()
    before = set(parts.glob("*.part"))
    process = writer(folder, shards)
    while process.poll() is None and len(parts_seen) < files:
        parts_seen |= set(parts.glob("*.part")) - before
        time.sleep(0.001)
    time.sleep(seconds)
    writing = process.poll() is None
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return writing


def test_killed_ten_times_and_run_again_the_bytes_are_the_same(tmp_path, paint, record):
    """The kills go to all processes at once, as when a machine is switched off."""
    for number in range(40):
        paint(tmp_path / "img" / f"{number}.png", (640, 480))
        for copy in range(1, 10):
            os.link(
                str(tmp_path / "img" / f"{number}.png"),
                str(tmp_path / "img" / f"{number}-{copy}.png"),
            )
    names = names_in(tmp_path / "img")
    records = [record(name, ("cat", 1, 2, 30, 20), size=(640, 480)) for name in names]
    csv_table.write(records, tmp_path / "data.csv")
    label_map = LabelMap.of(["cat"])
    whole = tfrecord.write(
        records,
        label_map,
        tmp_path / "img",
        tmp_path / "whole" / "a.record",
        tfrecord.RecordOptions(shards=80, jobs=1),
    ).paths
    chosen = random.Random(7)
    writing = [
        killed_after(tmp_path, 80, chosen.randint(1, 6), chosen.uniform(0, 0.1)) for _ in range(10)
    ]
    assert writing == [True] * 10
    finished = [path for path in tmp_path.glob(".a.record.unfinished/*") if not path.suffix]
    written = tfrecord.write(
        records,
        label_map,
        tmp_path / "img",
        tmp_path / "a.record",
        tfrecord.RecordOptions(shards=80),
    )
    assert 0 < len(finished) - 1 <= written.kept < 80  # one is the lock
    assert contents(written.paths) == contents(whole)
    assert names_in(tmp_path) == [
        ".a.record.json",
        *(path.name for path in written.paths),
        "data.csv",
        "img",
        "whole",
    ]


class Killed(BaseException):
    """Nothing that any code would catch."""


@pytest.mark.parametrize("moment", range(12))
def test_killed_at_any_rename_and_run_again_the_bytes_are_the_same(
    tmp_path, many, monkeypatch, moment
):
    images, records = many
    tfrecord.write(
        records, LABELS, images, tmp_path / "a.record", tfrecord.RecordOptions(shards=2, seed=1)
    )
    whole = tfrecord.write(
        records, LABELS, images, tmp_path / "whole" / "a.record", tfrecord.RecordOptions(shards=4)
    ).paths
    replace, calls = os.replace, []

    def counted(source, target):
        calls.append(target)
        if len(calls) > moment:
            raise Killed
        replace(source, target)

    monkeypatch.setattr(os, "replace", counted)
    if moment < 9:  # four shards finished, the manifest, four shards moved
        with pytest.raises(Killed):
            tfrecord.write(
                records,
                LABELS,
                images,
                tmp_path / "a.record",
                tfrecord.RecordOptions(shards=4, jobs=1),
            )
    else:
        tfrecord.write(
            records, LABELS, images, tmp_path / "a.record", tfrecord.RecordOptions(shards=4, jobs=1)
        )
    monkeypatch.undo()
    written = tfrecord.write(
        records, LABELS, images, tmp_path / "a.record", tfrecord.RecordOptions(shards=4)
    )
    assert written.kept == min(moment, 4)
    assert contents(written.paths) == contents(whole)
    assert tfrecord.existing(tmp_path / "a.record") == written.paths


def test_two_writers_of_one_set_are_one_too_many(tmp_path, many):
    images, records = many
    for number in range(10):
        shutil.copyfile(str(images / "0.jpg"), str(images / f"x{number}.jpg"))
    csv_table.write(records, tmp_path / "data.csv")
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys\nfrom helpers.tfrecords.staging import Staging\n"
            "with Staging(sys.argv[1], []):\n    print('in', flush=True)\n    sys.stdin.read()",
            str(tmp_path / "a.record"),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout.readline() == b"in\n"
    with pytest.raises(BadInput, match="a.record: found another process that is writing it"):
        tfrecord.write(records, LABELS, images, tmp_path / "a.record")
    holder.communicate()
    assert len(tfrecord.write(records, LABELS, images, tmp_path / "a.record").paths) == 1


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda content: content[:-10], "record 10: found a record that is cut off"),
        (
            lambda content: content[:50] + b"?" + content[51:],
            "record 1: found a record that does not fit its checksum",
        ),
        (
            lambda content: b"no record at all, but more than a header",
            "record 1: found a length that is cut off or broken",
        ),
    ],
)
def test_a_broken_record_file_is_named(tmp_path, many, change, message):
    images, records = many
    (path,) = tfrecord.write(records, LABELS, images, tmp_path / "a.record").paths
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(BadInput, match=f"a.record, {message}"):
        list(tfrecord.read([path], LABELS))


def test_a_missing_record_file_and_another_label_map_are_named(tmp_path, many):
    images, records = many
    with pytest.raises(BadInput, match="b.record: no such record file"):
        list(tfrecord.read([tmp_path / "b.record"], LABELS))
    (path,) = tfrecord.write(records, LABELS, images, tmp_path / "a.record").paths
    with pytest.raises(BadInput, match="a.record, record 1: found box 1: the class 'cat' is not"):
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
    for got in decoded(paths):
        record = by_name.pop(got["source_id"].decode())
        boxes_rel = got["groundtruth_boxes"][:, [1, 0, 3, 2]]
        size = [record.width, record.height] * 2
        np.testing.assert_allclose(boxes_rel * size, record.objects.boxes, atol=1e-3)
        assert got["groundtruth_classes"].tolist() == [1] * len(record.objects)
        assert got["image"].shape == (record.height, record.width, 3)
        count += len(boxes_rel)
    assert (count, by_name) == (217, {})

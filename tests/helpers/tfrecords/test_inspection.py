"""What record files hold; TensorFlow wrote them, and the verb says the same as the library."""

import json
import os

import pytest
import tensorflow as tf
from builders import all_match
from plain_records import example, jpeg, write

from helpers.__main__ import main
from helpers.annotations import label_map_file
from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap
from helpers.tfrecords import inspection

TWO = LabelMap.of(["cat", "dog"])


def named(name, *classes, **changed):
    ids = [TWO.id_of(label.decode()) for label in classes]
    return example(ids, classes, source_id=[name], filename=[name], **changed)


@pytest.fixture()
def shards(tmp_path):
    """Three images, and two of another size, in two shards."""
    wide = {"encoded": [jpeg((50, 30))], "width": [50]}
    return [
        write(
            tmp_path / "a.record-00000-of-00002",
            named(b"a.jpg", b"cat", b"cat"),
            named(b"b.jpg"),
            named(b"c.jpg", b"dog"),
        ),
        write(
            tmp_path / "a.record-00001-of-00002",
            named(b"d.jpg", b"cat", **wide),
            named(b"e.jpg", **wide),
        ),
    ]


def test_what_is_counted(shards):
    inspected = inspection.inspect(shards, TWO)
    assert inspected.problems == []
    assert [
        (file.path, file.size, file.images, file.negatives, file.classes, file.image_sizes)
        for file in inspected.files
    ] == [
        (shards[0], os.path.getsize(str(shards[0])), 3, 1, {"cat": 2, "dog": 1}, {(40, 30): 3}),
        (shards[1], os.path.getsize(str(shards[1])), 2, 1, {"cat": 1}, {(50, 30): 2}),
    ]
    assert inspection.inspect(shards[::-1], TWO, jobs=1).files == inspected.files[::-1]
    for path, file in zip(shards, inspected.files):
        assert file.images == sum(1 for _ in tf.compat.v1.io.tf_record_iterator(str(path)))


def test_as_rows_text_and_json(shards):
    inspected = inspection.inspect(shards, TWO)
    assert inspection.as_rows(inspected)[1] == {
        "file": shards[1].name,
        "MB": 0.0,
        "images": 2,
        "without boxes": 1,
        "problems": 0,
        "cat": 1,
        "dog": 0,
    }
    lines = inspection.as_text(inspected)
    assert lines[0].startswith(f"{shards[0]}: 3 images, ")
    assert lines[2:] == [
        "5 images in 2 files, 2 without boxes; 4 boxes:",
        "        3 cat",
        "        1 dog",
        "images by size: 3 of 40x30, 2 of 50x30",
        "no problems",
    ]
    totals = json.loads(json.dumps(inspection.as_dict(inspected)))
    assert [file["images"] for file in totals.pop("files")] == [3, 2]
    assert totals == {
        "images": 5,
        "without_boxes": 2,
        "classes": {"cat": 3, "dog": 1},
        "sizes": [
            {"width": 40, "height": 30, "images": 3},
            {"width": 50, "height": 30, "images": 2},
        ],
        "problems": [],
    }


def spoil(path, place):
    content = path.read_bytes()
    path.write_bytes(content[:place] + b"\xee" + content[place + 1 :])


def test_every_kind_of_problem_has_its_place(shards):
    first, second = shards
    write(
        first,
        named(b"a.jpg"),
        b"\xff\xff",
        named(b"b.jpg", encoded=[b"?"]),
        named(b"a.jpg"),
        example([7], source_id=[b"z.jpg"], filename=None),
        named(b"c.jpg"),
    )
    spoil(first, first.stat().st_size - 30)
    write(second, named(b"d.jpg"), named(b"b.jpg"))
    content = second.read_bytes()
    second.write_bytes(content + content[:9])
    inspected = inspection.inspect(shards, TWO)
    assert [(problem.file, problem.record, problem.name) for problem in inspected.problems] == [
        (str(first), 2, ""),
        (str(first), 3, "b.jpg"),
        (str(first), 5, "z.jpg"),
        (str(first), 6, ""),
        (str(second), 3, ""),
        (str(first), 4, "a.jpg"),
        (str(second), 2, "b.jpg"),
    ]
    assert all_match(
        [
            "tf.train.Example",
            "no image",
            "box 1: .*id 7 .*label map",
            "checksum",
            "length",
            f"source_id of record 1 of {first.name}",
            f"source_id of record 3 of {first.name}",
        ],
        [problem.what for problem in inspected.problems],
    )
    assert [
        (row["images"], row["without boxes"], row["problems"])
        for row in inspection.as_rows(inspected)
    ] == [(6, 3, 5), (3, 2, 2)]
    lines = inspection.as_text(inspected)
    problem = inspected.problems[1]
    assert f"{first}, record 3 (b.jpg): {problem.what}" in lines
    assert lines[-1] == "problems: 7"


def test_a_source_id_in_the_same_place_of_another_file(shards):
    write(shards[1], named(b"a.jpg"))
    (problem,) = inspection.inspect(shards, TWO).problems
    assert (problem.file, problem.record, problem.name) == (str(shards[1]), 1, "a.jpg")
    assert f"source_id of record 1 of {shards[0].name}" in problem.what


def test_a_shard_that_is_missing_is_a_problem_of_the_set(shards):
    shards[0].unlink()
    inspected = inspection.inspect(shards[1:], TWO)
    (problem,) = inspected.problems
    assert (problem.file, problem.record, problem.name) == (str(shards[0]), 0, "")
    assert "missing" in problem.what
    assert inspection.as_text(inspected)[-2] == f"{shards[0]}: {problem.what}"
    with pytest.raises(BadInput, match="a.record-00000-of-00002: no such"):
        inspection.inspect(shards, TWO)


def test_without_a_label_map_and_without_pixels(tmp_path):
    path = write(tmp_path / "a.record", example([7], encoded=[b"?"]))
    inspected = inspection.inspect([path], pixels=False)
    assert (inspected.problems, inspected.files[0].classes) == ([], {"id 7": 1})
    assert len(inspection.inspect([path]).problems) == 1


def test_control_characters_in_names_are_escaped(tmp_path):
    path = write(tmp_path / "a.record", example([1], [b"\x1b[31m"], filename=[b"\xff\n.jpg"]))
    lines = "\n".join(inspection.as_text(inspection.inspect([path], TWO)))
    assert "\x1b" not in lines and "\ufffd" in lines
    assert len(lines.splitlines()) == 6


def test_very_many_problems_are_counted_and_the_first_shown(tmp_path):
    path = write(tmp_path / "a.record", *[example([1], [b"owl"])] * 150)
    lines = inspection.as_text(inspection.inspect([path], TWO))
    assert lines[-2:] == ["... and 99 more", "problems: 299"]
    assert sum("record" in line and "owl" in line for line in lines) == 150


@pytest.mark.parametrize("lost", [0, 5])
def test_every_byte_is_reported_so_that_a_progress_bar_ends(shards, tmp_path, lost):
    path, progress = tmp_path / "a.record", []
    path.write_bytes(shards[0].read_bytes()[lost:])
    inspection.contents(path, progress.append)
    assert sum(progress) == path.stat().st_size and min(progress) >= 0


def test_no_record_at_all(tmp_path):
    inspected = inspection.inspect([write(tmp_path / "a.record")])
    assert inspection.as_text(inspected)[1:] == [
        "0 images in 1 files, 0 without boxes; 0 boxes:",
        "images by size: ",
        "no problems",
    ]
    assert inspection.as_dict(inspection.inspect([]))["images"] == 0


def test_the_verb(shards, tmp_path, capsys):
    label_map = str(label_map_file.write(TWO, tmp_path / "label_map.pbtxt"))
    by_name = str(tmp_path / "a.record")
    for targets in ([by_name], [str(tmp_path)], [by_name + "-*"], [by_name, str(shards[1])]):
        assert main(["inspect", *targets, "--label-map", label_map, "--jobs", "1"]) == 0
        assert capsys.readouterr().out.splitlines() == inspection.as_text(
            inspection.inspect(shards, TWO)
        )
    assert main(["inspect", by_name, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["classes"] == {"cat": 3, "dog": 1}


def test_the_verb_ends_with_1_when_there_are_problems(shards, tmp_path, capsys):
    label_map = str(label_map_file.write(LabelMap.of(["cat"]), tmp_path / "label_map.pbtxt"))
    assert main(["inspect", str(shards[0]), "--label-map", label_map]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert (
        lines[-1] == "problems: 2"
        and "record 3 (c.jpg): box 1" in lines[-3]
        and "'dog'" in lines[-3]
    )
    assert main(["inspect", str(tmp_path / "none.record")]) == 1
    captured = capsys.readouterr()
    assert (
        captured.out == "" and "none.record: " in captured.err and "train.record*" in captured.err
    )

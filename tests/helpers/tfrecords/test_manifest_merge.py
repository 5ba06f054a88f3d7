"""The parts of several machines: they add up, or the message says what does not."""

import json

import pytest

from helpers.annotations import csv_table, label_map_file
from helpers.structures.errors import BadInput
from helpers.system import files
from helpers.tfrecords import framing, manifest, manifest_merge, tfrecord
from helpers.workspace import TrainingChannel

TWO = "train.record-00001-of-00002"


@pytest.fixture()
def job_output(tmp_path, many, three_labels):
    """Tables of seven and three images, and what two machines made of them."""
    images, records = many
    tables, out = tmp_path / "tables", tmp_path / "out"
    splits = {"train": records[:7], "eval": records[7:]}
    for split, records_of_split in splits.items():
        csv_table.write(records_of_split, tables / f"data_{split}.csv")
    label_map_file.write(three_labels, tables / "label_map.pbtxt")
    out.mkdir()
    for number in range(2):
        written = []
        for split, records_of_split in splits.items():
            path = out / f"{split}.record-{number:05d}-of-00002"
            tfrecord.write(records_of_split[number::2], three_labels, images, path)
            written += manifest.entries([path], three_labels)
        manifest.write_part(
            manifest.part_path(out, number, 2), written, TrainingChannel(tables), {"max_side": 0}
        )
    for hidden in out.glob(".*"):  # notes of the writer; a job's output has none
        hidden.unlink()
    return out, tables


def test_what_adds_up_is_in_the_manifest(job_output):
    out, tables = job_output
    merged = manifest_merge.merge(out, TrainingChannel(tables))
    assert merged == json.loads((out / "manifest.json").read_text())
    assert merged["machines"] == 2 and merged["options"] == {"max_side": 0}
    assert {key: merged["train"][key] for key in ("files", "images", "boxes")} == {
        "files": 2,
        "images": 7,
        "boxes": 7,
    }
    assert merged["eval"]["images"] == 3
    assert merged["train"]["bytes"] == sum(path.stat().st_size for path in out.glob("train.*"))
    assert [entry["file"] for entry in merged["shards"]] == sorted(
        path.name for path in out.glob("*.record-*")
    )
    assert {entry["file"]: entry["sha256"] for entry in merged["shards"]} == {
        path.name: files.sha256(path) for path in out.glob("*.record-*")
    }
    assert manifest_merge.merge(out, TrainingChannel(tables)) == merged


def part(out, number, change):
    path = manifest.part_path(out, number, 2)
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def shard(content, name):
    return next(entry for entry in content["shards"] if entry["file"] == name)


def drop_a_source(content):
    shard(content, TWO)["sources"].pop()


def double_an_image(out, tables):
    """The second machine wrote one of the first one's images again, too."""
    first = json.loads(manifest.part_path(out, 0, 2).read_text())["shards"][0]
    frames = [
        frame.content for name in (TWO, first["file"]) for frame in framing.frames(out / name)
    ]
    with open(str(out / TWO), "wb") as stream:
        framing.write_frames(stream, frames[:4])
    (entry,) = manifest.entries([out / TWO], label_map_file.read(tables / "label_map.pbtxt"))
    part(out, 1, lambda content: shard(content, TWO).update(entry._asdict()))


def forget_a_file(out, tables):
    (out / TWO).unlink()
    part(out, 1, lambda content: content["shards"].remove(shard(content, TWO)))


def flip_a_byte(out, tables):
    content = bytearray((out / TWO).read_bytes())
    content[100] ^= 1
    (out / TWO).write_bytes(bytes(content))


def twice_written(out, tables):
    entry = json.loads(manifest.part_path(out, 0, 2).read_text())["shards"][0]
    part(out, 1, lambda content: content["shards"].append(entry))


def add_to_table(name):
    def change(out, tables):
        path = tables / "data_train.csv"
        path.write_text(path.read_text() + f"{name},40,30,,,,,\n")
        for number in range(2):
            part(
                out,
                number,
                lambda content: content["made_from"].update({"data_train.csv": files.sha256(path)}),
            )

    return change


def take_from_table(out, tables):
    path = tables / "data_train.csv"
    path.write_text(
        "".join(line for line in path.read_text().splitlines(True) if not line.startswith("3.jpg"))
    )
    for number in range(2):
        part(
            out,
            number,
            lambda content: content["made_from"].update({"data_train.csv": files.sha256(path)}),
        )


def another_table(out, tables):
    path = tables / "data_eval.csv"
    path.write_text(path.read_text().replace("cat", "dog"))


@pytest.mark.parametrize(
    "spoil, expected",
    [
        (lambda out, tables: [path.unlink() for path in out.glob("part-*")], "out: .*no machines"),
        (
            lambda out, tables: manifest.part_path(out, 1, 2).unlink(),
            "part-00001-of-00002.json: .*not finish",
        ),
        (
            lambda out, tables: (out / "part-00000-of-00003.json").write_text("{}"),
            r"\[2, 3\] machines",
        ),
        (
            lambda out, tables: manifest.part_path(out, 0, 2).write_text("{"),
            "part-00000-of-00002.json: .*broken JSON",
        ),
        (
            lambda out, tables: manifest.part_path(out, 0, 2).write_text("[]"),
            "part-00000-of-00002.json: no part",
        ),
        (
            lambda out, tables: part(out, 0, lambda content: content["shards"][0].pop("boxes")),
            "part-00000-of-00002.json: no part",
        ),
        (
            lambda out, tables: part(out, 1, lambda content: content["options"].update(max_side=9)),
            "part-00001-of-00002.json: .*{'max_side': 9}, .*{'max_side': 0}",
        ),
        (another_table, "part-00000-of-00002.json: .*another data_eval.csv"),
        (lambda out, tables: (out / TWO).unlink(), f"{TWO}: missing"),
        (forget_a_file, f"{TWO}: missing"),
        (
            lambda out, tables: part(
                out, 1, lambda content: content["shards"].remove(shard(content, TWO))
            ),
            f"{TWO}: .*no part",
        ),
        (lambda out, tables: (out / "train.record").write_bytes(b""), "train.record: .*no part"),
        (twice_written, "train.record-00000-of-00002: .*2 machines"),
        (
            lambda out, tables: (out / TWO).write_bytes((out / TWO).read_bytes()[:-1]),
            rf"{TWO}: .*\d+ bytes, sha256",
        ),
        (flip_a_byte, rf"{TWO}: .*\d+ bytes, sha256"),
        (double_an_image, rf"\d.jpg: 2 times: in train.record-00000-of-00002, {TWO}"),
        (add_to_table("7b.jpg"), "7b.jpg: .*no machine"),
        (take_from_table, f"3.jpg: in {TWO}, .*data_train.csv"),
        (
            lambda out, tables: part(out, 1, drop_a_source),
            f"{TWO}: .*3 images and 3 boxes, .*2 and 2",
        ),
        (
            lambda out, tables: part(out, 1, lambda content: shard(content, TWO).update(boxes=4)),
            f"{TWO}: .*3 images and 4 boxes, .*3 and 3",
        ),
        (
            lambda out, tables: (tables / "label_map.pbtxt").write_text(""),
            "another label_map.pbtxt",
        ),
    ],
    ids=[
        "no part",
        "missing part",
        "two jobs",
        "broken part",
        "no object",
        "no key",
        "options",
        "another table",
        "missing file",
        "forgotten file",
        "unlisted file",
        "stray file",
        "written twice",
        "cut",
        "changed",
        "doubled image",
        "missing image",
        "foreign image",
        "sources",
        "boxes",
        "label map",
    ],
)
def test_what_does_not_add_up_is_named(job_output, spoil, expected):
    out, tables = job_output
    manifest_merge.merge(out, TrainingChannel(tables))
    spoil(out, tables)
    with pytest.raises(BadInput, match=expected):
        manifest_merge.merge(out, TrainingChannel(tables))
    assert not (out / "manifest.json").exists()


def test_everything_that_is_amiss_is_named_at_once(job_output):
    out, tables = job_output
    add_to_table("7b.jpg")(out, tables)
    flip_a_byte(out, tables)
    with pytest.raises(BadInput, match="^2 records .*add up") as error:
        manifest_merge.merge(out, TrainingChannel(tables))
    assert TWO in str(error.value) and "7b.jpg" in str(error.value)

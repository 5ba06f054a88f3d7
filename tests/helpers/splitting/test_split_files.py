"""Tables of a split in a folder: images stay where they were, and nothing stale is left."""

import re
import shutil

import numpy as np
import pytest
import workflow
from PIL import Image

from helpers.__main__ import main
from helpers.annotations import csv_table
from helpers.splitting.split import SplitOptions
from helpers.splitting.split_files import split_dataset
from helpers.structures.errors import BadInput
from helpers.structures.findings import KINDS
from helpers.workspace import Workspace


@pytest.fixture(autouse=True)
def own_work_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("WORK", str(tmp_path / "work"))


@pytest.fixture()
def records(record):
    def of(count, start=0, name="cat"):
        return [
            record(f"{number:03d}.jpg", (name, 1, 2, 3, 4))
            for number in range(start, start + count)
        ]

    return of


def split_tables(records, out, fraction=0.8, seed=0, images=None, **options):
    return split_dataset(records, out, SplitOptions(fraction, seed, **options), images)


def stored(folder):
    """The names in each table below a folder."""
    return {
        path.relative_to(folder).as_posix(): [image.path for image in csv_table.read(path)]
        for path in sorted(folder.glob("**/*.csv"))
    }


def as_bytes(folder):
    return {path: path.read_bytes() for path in sorted(folder.glob("**/*")) if path.is_file()}


def test_tables_hold_what_was_split(records, tmp_path, plain):
    annotated = records(20)
    [made] = split_tables(annotated, tmp_path / "new" / "out", 0.7, test=0.1)
    tables = stored(tmp_path / "new" / "out")
    assert {name: len(names) for name, names in tables.items()} == {
        "data_eval.csv": 4,
        "data_test.csv": 2,
        "data_train.csv": 14,
    }
    read = [
        image
        for path in sorted((tmp_path / "new" / "out").iterdir())
        for image in csv_table.read(path)
    ]
    assert plain(sorted(read, key=lambda image: image.path)) == plain(annotated)
    assert [finding.code for finding in made.findings] == ["split-near-duplicates-unchecked"]


def test_images_stay_where_they_were_unless_told_otherwise(records, tmp_path):
    split_tables(records(40), tmp_path, 0.75, seed=1)
    before = stored(tmp_path)
    [made] = split_tables(records(50, start=10), tmp_path, 0.75, seed=2)
    after = stored(tmp_path)
    assert made.kept == 30 and sum(map(len, after.values())) == 50
    for name in before:
        assert [path for path in before[name] if path >= "010.jpg"] == [
            path for path in after[name] if path < "040.jpg"
        ]
    [made] = split_tables(records(50, start=10), tmp_path, 0.75, seed=2, reset=True)
    assert made.kept == 0 and stored(tmp_path) != after
    fresh = tmp_path / "fresh"
    split_tables(records(50, start=10), fresh, 0.75, seed=2)
    assert stored(fresh) == {
        name: names for name, names in stored(tmp_path).items() if "/" not in name
    }


def test_the_earlier_split_may_lie_elsewhere(records, tmp_path):
    split_tables(records(40), tmp_path / "first", 0.75, seed=1)
    split_tables(records(40), tmp_path / "second", 0.75, seed=2, earlier=tmp_path / "first")
    assert stored(tmp_path / "first") == stored(tmp_path / "second")
    with pytest.raises(BadInput, match="third: .*no table"):
        split_tables(records(40), tmp_path / "second", earlier=tmp_path / "third")


NAMES = [f"photo{number:02d}.jpg" for number in range(12)]
COPIES = [f"z{number}.png" for number in range(4)]


@pytest.fixture()
def photos(tmp_path):
    """Twelve smooth photos, and smaller copies of the first four."""
    for number, name in enumerate(NAMES):
        pixels = np.random.RandomState(number).randint(0, 256, (6, 8, 3)).astype(np.uint8)
        photo = Image.fromarray(pixels).resize((160, 120), Image.BICUBIC)
        photo.save(str(tmp_path / name))
        if number < len(COPIES):
            photo.resize((80, 60), Image.BILINEAR).save(str(tmp_path / COPIES[number]))
    return tmp_path


def test_a_near_duplicate_follows_the_image_that_was_split_before(photos, record, tmp_path):
    split_before = [record(name, ("cat", 1, 2, 3, 4)) for name in NAMES]
    added = [record(name, ("cat", 1, 2, 3, 4)) for name in COPIES]
    for seed in range(5):
        out = tmp_path / str(seed)
        split_tables(split_before, out, 0.5, seed, images=photos)
        [made] = split_tables(split_before + added, out, 0.5, seed, images=photos)
        where = {image.path: split for split, part in made.by_name().items() for image in part}
        assert [where[name] for name in COPIES] == [where[name] for name in NAMES[:4]]
        assert made.kept == 12
        assert "split-near-duplicates-unchecked" not in [finding.code for finding in made.findings]


def test_images_that_cannot_be_compared_are_named(photos, record, tmp_path):
    (photos / NAMES[1]).write_bytes(b"")
    annotated = [record(name) for name in (*NAMES[:3], "zz.jpg")]
    [made] = split_tables(annotated, tmp_path / "out", 0.5, images=photos)
    [finding] = made.findings
    assert (finding.code, finding.path) == ("split-near-duplicates-unchecked", NAMES[1])
    assert finding.message.startswith("2 of 4 images, ") and "0 bytes" in finding.message
    with pytest.raises(BadInput, match="nowhere: .*no such"):
        split_tables(annotated, tmp_path / "other", images=tmp_path / "nowhere")
    assert not (tmp_path / "other").exists()


def test_a_test_split_is_not_lost_by_accident(records, tmp_path):
    split_tables(records(20), tmp_path, 0.7, test=0.1)
    before = as_bytes(tmp_path)
    for options in ({}, {"earlier": tmp_path}):
        with pytest.raises(BadInput, match="data_test.csv: .*test split"):
            split_tables(records(30), tmp_path, 0.7, **options)
    assert as_bytes(tmp_path) == before
    [made] = split_tables(records(30), tmp_path, 0.7, test=0.1)
    assert set(stored(tmp_path)["data_test.csv"]) >= {
        line.split(",")[0] for line in before[tmp_path / "data_test.csv"].decode().split()[1:]
    }
    split_tables(records(30), tmp_path, 0.7, reset=True)
    assert sorted(stored(tmp_path)) == ["data_eval.csv", "data_train.csv"]


def test_folds_lie_in_folders_of_their_own(records, tmp_path):
    (tmp_path / "fold_of_paper").mkdir()
    shutil.copyfile(
        str(csv_table.write(records(1), tmp_path / "mine.csv")),
        str(tmp_path / "fold_of_paper" / "data_train.csv"),
    )
    split_tables(records(20), tmp_path, folds=4, test=0.2)
    tables = stored(tmp_path)
    assert len(tables) == 2 + 4 * 3
    held_out = [tables[f"fold_{number}/data_eval.csv"] for number in range(1, 5)]
    assert list(map(len, held_out)) == [4] * 4 and len(set(sum(held_out, []))) == 16
    split_tables(records(25), tmp_path, folds=4, test=0.2, seed=9)
    for number in range(1, 5):
        assert set(held_out[number - 1]) < set(stored(tmp_path)[f"fold_{number}/data_eval.csv"])
    split_tables(records(25), tmp_path, folds=2, test=0.2)
    after = stored(tmp_path)
    assert sorted({name.split("/")[0] for name in after}) == [
        "fold_1",
        "fold_2",
        "fold_of_paper",
        "mine.csv",
    ]
    assert not (tmp_path / "fold_3").exists()
    assert set(tables["fold_1/data_test.csv"]) < set(after["fold_2/data_test.csv"])


@pytest.mark.parametrize(
    "content, expected",
    [
        pytest.param("name,width\na.jpg,3\n", "KeyError", id="no column filename"),
        pytest.param('filename\n"a.jpg\n', "(Error", id="open quotes"),
        pytest.param(b"filename\n\xff\xfe\n", "not text", id="not UTF-8"),
    ],
)
def test_an_earlier_table_that_cannot_be_read_is_named(records, tmp_path, content, expected):
    path = tmp_path / "data_eval.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BadInput, match="data_eval.csv: ") as error:
        split_tables(records(10), tmp_path)
    assert expected in str(error.value)
    assert list(as_bytes(tmp_path)) == [path]
    split_tables(records(10), tmp_path, reset=True)
    assert len(stored(tmp_path)["data_eval.csv"]) == 2


def test_all_tables_are_written_or_none(records, tmp_path):
    split_tables(records(20), tmp_path, 0.7, test=0.1)
    before = as_bytes(tmp_path)
    (tmp_path / "data_test.csv").unlink()
    (tmp_path / "data_test.csv").mkdir()
    (tmp_path / "data_test.csv" / "in the way").write_text("")
    with pytest.raises(BadInput, match="data_test.csv"):
        split_tables(records(30), tmp_path, 0.7, test=0.1)
    after = as_bytes(tmp_path)
    for name in ("data_train.csv", "data_eval.csv"):
        assert after[tmp_path / name] == before[tmp_path / name]
    assert not list(tmp_path.glob(".*"))


@pytest.fixture()
def split_verb(records, tmp_path, capsys):
    """Runs the verb on a table of cats and one dog; gives exit code, output and errors."""
    source = csv_table.write(records(19) + records(1, 19, "dog"), tmp_path / "all.csv")

    def run(*options):
        code = main(["split", str(source), "-o", str(tmp_path / "out"), *map(str, options)])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err
        return code, captured.out.splitlines(), captured.err

    return run


def test_the_verb_shows_every_share(split_verb, tmp_path):
    code, lines, errors = split_verb("-f", "0.80", "--test", 0.1)
    assert code == 0 and lines[:3] == [
        f"{tmp_path}/out/data_{split}.csv: {count} images, {count} boxes"
        for split, count in (("train", 16), ("eval", 2), ("test", 2))
    ]
    assert [" ".join(line.split()) for line in lines[4:]] == [
        "(images) 20 16 80.0 80.0 2 10.0 10.0 2 10.0 10.0 0.0",
        "cat 19 15 78.9 80.0 2 10.5 10.0 2 10.5 10.0 1.1",
        "dog 1 1 100.0 80.0 0 0.0 10.0 0 0.0 10.0 20.0",
    ]
    assert "'dog' in eval, 1 " in errors
    assert KINDS["split-near-duplicates-unchecked"].title in errors
    code, lines, _ = split_verb("-f", "0.80", "--test", 0.1, "--seed", 5)
    assert lines[-1].startswith("20 images stay ") and "--reset" in lines[-1]
    code, lines, errors = split_verb("-f", "0.80")
    assert (code, lines) == (1, []) and re.search("data_test.csv: .*test split", errors)
    assert split_verb("-f", "0.80", "--reset")[0] == 0
    assert sorted(stored(tmp_path / "out")) == ["data_eval.csv", "data_train.csv"]


def test_the_verb_makes_folds(split_verb, tmp_path):
    code, lines, errors = split_verb("--folds", 5)
    assert code == 0 and f"{tmp_path}/out/fold_5/data_eval.csv: 4 images, 4 boxes" in lines
    assert errors.count(KINDS["split-near-duplicates-unchecked"].title) == 1
    assert errors.count("'dog' in eval of fold_") == 4


@pytest.mark.parametrize(
    "options, expected",
    [
        (["-f", "80"], "fraction 80.0, .*0 and 1"),
        (["-f", "0.9", "--test", "0.1"], "test share 0.1"),
        (["--folds", "1"], " 1 folds, .*two"),
        (["--folds", "50"], "20 images in 50 folds"),
        (["--images", "nowhere"], "nowhere: .*no such"),
        (["--earlier", "nowhere"], "nowhere: .*no table"),
    ],
    ids=["fraction", "test share", "one fold", "many folds", "images", "earlier"],
)
def test_what_the_verb_refuses(split_verb, tmp_path, options, expected):
    code, lines, errors = split_verb(*options)
    assert (code, lines) == (1, []) and re.search(expected, errors)
    assert not (tmp_path / "out").exists()


def test_the_verb_does_not_overwrite_its_input(records, tmp_path, capsys):
    source = csv_table.write(records(10), tmp_path / "fold_1" / "data_train.csv")
    for out in (tmp_path, tmp_path / "fold_1"):
        assert main(["split", str(source), "-o", str(out)]) == 1
        assert "overwrite" in capsys.readouterr().err
    assert len(as_bytes(tmp_path)) == 1


def test_the_step_knows_the_photos(photos, record):
    work = Workspace.at(photos / "work")
    csv_table.write([record(name, ("cat", 1, 2, 3, 4)) for name in NAMES + COPIES], work.table)
    made = workflow.split_dataset(work, 0.5)
    assert [finding.code for finding in made.findings] == ["split-near-duplicates-unchecked"]
    work.remember(images=str(photos))
    made = workflow.split_dataset(work, 0.5, test=0.25, reset=True)
    where = {image.path: split for split, part in made.by_name().items() for image in part}
    assert [where[name] for name in COPIES] == [where[name] for name in NAMES[:4]]
    assert sorted(stored(work.training)) == ["data_eval.csv", "data_test.csv", "data_train.csv"]
    assert (made.kept, made.findings) == (0, [])
    work.remember(images=str(photos / "moved away"))
    assert workflow.split_dataset(work, 0.5, test=0.25).kept == 16

"""The built-in sample on disk: reads back, is not drawn twice, and overwrites nothing of others."""

import json

import pytest
from builders import plain

from helpers.annotations.formats import voc
from helpers.annotations.image_index import ImageIndex
from helpers.structures.errors import BadInput
from helpers.synthetic import sample

SEED, COUNT, FEW = 3, 30, 6


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A folder with the first images of the sample, and their records."""
    folder = tmp_path_factory.mktemp("sample")
    return folder, sample.write(folder, COUNT, SEED)


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*/*"))}


@pytest.fixture()
def drawn(monkeypatch):
    """The numbers of the images that are drawn from here on, in this process."""
    numbers, render = [], sample.render
    monkeypatch.setattr(
        sample, "render", lambda index, seed: numbers.append(index) or render(index, seed)
    )
    return numbers


def test_any_prefix_is_the_same_and_writing_twice_changes_nothing(written, tmp_path):
    steps = []
    records = sample.write(tmp_path, FEW, SEED, lambda done, total: steps.append((done, total)))
    first = contents(tmp_path)
    sample.write(tmp_path, FEW, SEED)
    assert contents(tmp_path) == first
    assert len(first) == 2 * FEW
    images = {path.name: path.read_bytes() for path in (tmp_path / "img").iterdir()}
    assert images == {name: (written[0] / "img" / name).read_bytes() for name in images}
    assert plain(records) == plain(written[1][:FEW])
    assert steps == [(done, FEW) for done in range(1, FEW + 1)]


def test_annotations_read_back_as_the_records(written):
    folder, records = written
    annotations = voc.read(folder / "annotations", folder / "img")
    assert annotations.findings == []
    assert plain(annotations.records) == plain(records)
    assert ImageIndex(folder / "img").paths == [f"sample-{n:04d}.jpg" for n in range(1, COUNT + 1)]


def test_a_complete_sample_is_not_drawn_again(tmp_path, drawn):
    records = sample.write(tmp_path, FEW, SEED)
    assert drawn == list(range(FEW))
    before, steps = contents(tmp_path), []
    again = sample.write(tmp_path, FEW, SEED, lambda done, total: steps.append((done, total)))
    assert drawn == list(range(FEW)) and contents(tmp_path) == before
    assert plain(again) == plain(records)
    assert steps == [(done, FEW) for done in range(1, FEW + 1)]


@pytest.mark.parametrize("name", ["img/sample-0003.jpg", "annotations/sample-0003.xml"])
def test_what_is_missing_is_drawn_again(tmp_path, drawn, name):
    records = sample.write(tmp_path, FEW, SEED)
    before = contents(tmp_path)
    (tmp_path / name).unlink()
    del drawn[:]
    assert plain(sample.write(tmp_path, FEW, SEED)) == plain(records)
    assert drawn == [2] and contents(tmp_path) == before


@pytest.mark.parametrize(
    "spoil",
    [lambda content: content[:-9], lambda content: content[:-1] + b"x"],
    ids=["cut", "byte"],
)
def test_an_image_that_changed_is_drawn_again(tmp_path, drawn, spoil):
    sample.write(tmp_path, FEW, SEED)
    before, image = contents(tmp_path), tmp_path / "img" / "sample-0005.jpg"
    image.write_bytes(spoil(image.read_bytes()))
    del drawn[:]
    sample.write(tmp_path, FEW, SEED)
    assert drawn == [4] and contents(tmp_path) == before


def test_an_annotation_that_was_edited_is_kept(tmp_path, drawn):
    sample.write(tmp_path, FEW, SEED)
    edited = tmp_path / "annotations" / "sample-0001.xml"
    edited.write_text(edited.read_text().replace("apple", "pear"))
    before = contents(tmp_path)
    del drawn[:]
    sample.write(tmp_path, FEW, SEED)
    assert drawn == [] and contents(tmp_path) == before


def test_a_larger_sample_draws_only_what_is_new(tmp_path, drawn, written):
    sample.write(tmp_path, 4, SEED)
    del drawn[:]
    assert plain(sample.write(tmp_path, FEW, SEED)) == plain(written[1][:FEW])
    assert drawn == [4, 5]


@pytest.mark.parametrize("spoiled", ["seed", "generator", "manifest"])
def test_a_sample_of_another_kind_is_drawn_in_full(tmp_path, drawn, monkeypatch, spoiled):
    sample.write(tmp_path, 3, SEED + (spoiled == "seed"))
    if spoiled == "generator":
        monkeypatch.setattr(sample, "GENERATOR", sample.GENERATOR + 1)
    if spoiled == "manifest":
        (tmp_path / sample.MANIFEST).unlink()
    del drawn[:]
    sample.write(tmp_path, 3, SEED)
    assert drawn == [0, 1, 2]
    manifest = json.loads((tmp_path / sample.MANIFEST).read_text())
    assert (manifest["seed"], manifest["generator"]) == (SEED, sample.GENERATOR)


@pytest.mark.parametrize(
    "count, seed, other, expected",
    [
        pytest.param(0, 0, None, "count 0", id="no images"),
        pytest.param(1, -1, None, "seed -1", id="negative seed"),
        pytest.param(1, 2**32, None, "seed 4294967296", id="large seed"),
        pytest.param(1, 0, "img/sample-0002.jpg", "img", id="another image"),
        pytest.param(
            1, 0, "img/sample-0001.png", "sample-0001.png", id="another image of that name"
        ),
        pytest.param(1, 0, "annotations/sample-0002.xml", "annotations", id="another annotation"),
    ],
)
def test_what_cannot_be_written_is_named_and_nothing_is_written(
    tmp_path, count, seed, other, expected
):
    if other:
        (tmp_path / other).parent.mkdir()
        (tmp_path / other).write_bytes(b"")
    with pytest.raises(BadInput, match=expected):
        sample.write(tmp_path, count, seed)
    left = [path for path in tmp_path.glob("*/*")]
    assert left == ([tmp_path / other] if other else [])


def test_a_file_where_the_folder_should_be_is_bad_input(tmp_path):
    (tmp_path / "out").write_text("not a folder")
    with pytest.raises(BadInput, match="out"):
        sample.write(tmp_path / "out", 1)

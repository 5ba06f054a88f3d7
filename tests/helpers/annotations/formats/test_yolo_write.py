"""What is written of YOLO lines that hold more than a box: never what would be read otherwise."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from builders import paint
from hypothesis import given, settings
from hypothesis import strategies as st
from yolo_sources import KINDS, SIZE, line, random_box

from helpers.annotations.formats import yolo
from helpers.annotations.reading import ReadOptions
from helpers.structures.errors import BadInput

FOUR = "0.500000 0.500000 0.250000 0.250000"
POSE = FOUR + " 0.5 0.5 0.45 0.45"


@pytest.fixture()
def rewritten(tmp_path, single_image):
    """Reads a line as YOLO and writes it; gives the line, after the box came back."""

    def rewrite(text, layout="", yaml="names: [cat]"):
        (tmp_path / "ann").mkdir()
        (tmp_path / "ann" / "data.yaml").write_text(yaml)
        (tmp_path / "ann" / "a.txt").write_text(text)
        annotations = yolo.read(tmp_path / "ann", single_image, ReadOptions(layout=layout))
        yolo.write(annotations.records, tmp_path / "out", single_image)
        again = yolo.read(tmp_path / "out", single_image)
        boxes = [annotation.records[0].objects.boxes for annotation in (annotations, again)]
        np.testing.assert_array_equal(*boxes)
        return (tmp_path / "out" / "a.txt").read_text().splitlines()[0]

    return rewrite


@pytest.mark.parametrize(
    "text, layout, expected",
    [
        pytest.param(f"0 {FOUR} 0.9 1", "track", f"0 {FOUR}", id="confidence and track go"),
        pytest.param(f"0 {FOUR} 0.9", "confidence", f"0 {FOUR} 0.9", id="confidence stays"),
        pytest.param(f"0 {POSE}", "pose2", f"0 {FOUR}", id="keypoints not declared go"),
        pytest.param(
            "0 .1 .1 .9 .1 .9 .9 0.5 1",
            "segment-track",
            "0 .1 .1 .9 .1 .9 .9",
            id="outline stays, track goes",
        ),
        pytest.param(
            "0 .5 .1 .9 .5 .5 .9 .1 .5 .7",
            "obb",
            "0 .5 .1 .9 .5 .5 .9 .1 .5",
            id="corners stay, confidence goes",
        ),
        pytest.param(
            "0 10 6 30 24",
            "corners",
            "0 0.500000 0.500000 0.500000 0.600000",
            id="pixels become fractions",
        ),
    ],
)
def test_lines_are_written_with_what_every_reader_takes_as_the_same_box(
    rewritten, text, layout, expected
):
    assert rewritten(text, layout) == expected


def test_declared_keypoints_stay_with_their_declaration(rewritten, tmp_path):
    assert rewritten(f"0 {POSE}", yaml="names: [cat]\nkpt_shape: [2, 2]") == f"0 {POSE}"
    assert "kpt_shape: [2, 2]" in (tmp_path / "out" / "data.yaml").read_text()


def test_sources_with_other_keypoints_are_merged_as_boxes(tmp_path, paint):
    rng, records = np.random.RandomState(1), []
    for name, kind, yaml in (("a", "pose2", "kpt_shape: [5, 2]"), ("b", "detect", "")):
        paint(tmp_path / "img" / f"{name}.png", SIZE)
        (tmp_path / name).mkdir()
        (tmp_path / name / "data.yaml").write_text(f"names: [cat]\n{yaml}")
        words = line(kind, random_box(rng), rng)
        (tmp_path / name / f"{name}.txt").write_text(f"0 {' '.join(words)}\n")
        records += yolo.read(tmp_path / name, tmp_path / "img").records
    yolo.write(records, tmp_path / "out", tmp_path / "img")
    assert [len((tmp_path / "out" / f"{name}.txt").read_text().split()) for name in "ab"] == [5, 5]
    assert not (tmp_path / "out" / "data.yaml").exists()


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(KINDS), st.integers(0, 2**31), st.integers(1, 12), st.integers(1, 7))
def test_what_is_written_is_read_as_the_same_boxes_or_refused(sized, kind, seed, count, points):
    rng = np.random.RandomState(seed)
    words = [
        line(kind, random_box(rng), rng, track, points=points + rng.randint(3))
        for track in range(1, count + 1)
    ]
    layout = {"track-only": "track", "obb-confidence": "obb"}.get(kind, kind.partition("-pix")[0])
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder, "in"), Path(folder, "out")
        source.mkdir()
        (source / "classes.txt").write_text("cat\n")
        (source / "a.txt").write_text("".join(f"0 {' '.join(own)}\n" for own in words))
        records = yolo.read(source, sized, ReadOptions(layout=layout)).records
        yolo.write(records, out, sized)
        try:
            again = yolo.read(out, sized).records
        except BadInput as error:
            assert "--layout" in str(error)
            return
    np.testing.assert_array_equal(again[0].objects.boxes, records[0].objects.boxes)


@pytest.fixture(scope="module")
def sized(tmp_path_factory):
    """An image folder with a.png, 640x480."""
    folder = tmp_path_factory.mktemp("sized")
    paint(folder / "a.png", SIZE)
    return folder

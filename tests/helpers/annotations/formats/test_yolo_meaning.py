"""YOLO lines of every tool: the boxes they mean, or a refusal, never other boxes."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from builders import IMAGE_SIZES, paint
from hypothesis import given, settings
from hypothesis import strategies as st
from yolo_sources import KINDS, SIZE, in_fractions, line, outline, random_box

from helpers.annotations.formats import yolo
from helpers.annotations.reading import ReadOptions
from helpers.structures.errors import BadInput

# Where the number of points of each object varies, as drawn outlines do.
VARIES = ("segment", "segment-confidence", "segment-track", "segment-pixels")
NAMES_ASKED = {"track-only": "track", "obb-confidence": "obb"}


@pytest.fixture(scope="module")
def vga(tmp_path_factory):
    """An image folder with 0.png to 5.png, 640x480."""
    folder = tmp_path_factory.mktemp("vga")
    for number in range(6):
        paint(folder / f"{number}.png", SIZE)
    return folder


def read(lines_of_files, images, yaml="names: [cat, dog]", layout=""):
    """Reads files of lines by name; gives the boxes by file, and the findings."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "data.yaml").write_text(yaml)
        for name, lines in lines_of_files.items():
            text = "".join(
                f"{number % 2} {' '.join(words)}\n" for number, words in enumerate(lines)
            )
            Path(folder, f"{name}.txt").parent.mkdir(exist_ok=True)
            Path(folder, f"{name}.txt").write_text(text)
        annotations = yolo.read(folder, images, ReadOptions(layout=layout))
    boxes = {record.path.rsplit(".", 1)[0]: record.objects.boxes for record in annotations.records}
    return boxes, annotations.findings


def objects(rng, kind, files=6, each=4):
    """Boxes and lines of a kind on 640x480, by file, and the points that each has."""
    boxes = {str(name): [random_box(rng) for _ in range(each)] for name in range(files)}
    lines = {
        name: [
            line(kind, box, rng, track, points=5 + (rng.randint(9) if kind in VARIES else 0))
            for track, box in enumerate(own, start=1)
        ]
        for name, own in boxes.items()
    }
    return boxes, lines


@pytest.mark.parametrize("kind", KINDS)
def test_an_ordinary_source_is_read_without_being_asked(vga, kind):
    boxes, lines = objects(np.random.RandomState(7), kind)
    actual, findings = read(lines, vga)
    for name, expected in boxes.items():
        np.testing.assert_allclose(actual[name], expected, atol=0.02)
    said = [one.path for one in findings if one.code == "annotation-interpreted"]
    assert len(said) == (kind not in ("detect", "segment", "obb", "obb-confidence"))
    assert {one.code for one in findings} <= {"annotation-interpreted", "box-from-shape"}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.endswith("pixels")])
def test_the_smallest_source_is_read_as_its_layout_is_named(vga, kind):
    boxes, lines = objects(np.random.RandomState(3), kind, files=1, each=1)
    actual, _ = read(lines, vga, layout=NAMES_ASKED.get(kind, kind))
    np.testing.assert_allclose(actual["0"], boxes["0"], atol=0.02)


@pytest.mark.parametrize("kind, each", [("pose2", 2), ("pose3", 3)])
def test_data_yaml_declares_keypoints_of_the_smallest_source(vga, kind, each):
    boxes, lines = objects(np.random.RandomState(5), kind, files=1, each=1)
    actual, findings = read(lines, vga, f"names: [cat]\nkpt_shape: [5, {each}]")
    np.testing.assert_allclose(actual["0"], boxes["0"], atol=0.02)
    assert [one.code for one in findings if one.object is None][0] == "annotation-interpreted"


def test_boxes_and_outlines_may_be_in_one_source(vga):
    rng = np.random.RandomState(11)
    boxes, lines = objects(rng, "segment")
    for name, own in boxes.items():
        own.append(random_box(rng))
        lines[name].append(line("detect", own[-1], rng))
    actual, findings = read(lines, vga)
    for name, expected in boxes.items():
        np.testing.assert_allclose(actual[name], expected, atol=0.02)
    assert [one.code for one in findings] == ["box-from-shape"] * 24


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(KINDS),
    st.integers(0, 2**31),
    st.lists(st.integers(1, 6), min_size=1, max_size=2),
    st.integers(1, 8),
    st.booleans(),
)
def test_no_source_is_read_as_other_boxes(sized_images, kind, seed, counts, points, declared):
    rng, boxes, lines = np.random.RandomState(seed), {}, {}
    large = [(path, size) for path, size in sorted(IMAGE_SIZES.items()) if min(size) >= 16]
    for count, (path, size) in zip(counts, large):
        name = path.rsplit(".", 1)[0]
        boxes[name] = [random_box(rng, size) for _ in range(count)]
        lines[name] = [
            line(
                kind, box, rng, track + 1, size, points + (rng.randint(5) if kind in VARIES else 0)
            )
            for track, box in enumerate(boxes[name])
        ]
    yaml = "names: [cat, dog]"
    if declared and kind in ("pose2", "pose3"):
        yaml += f"\nkpt_shape: [{points}, {kind[-1]}]"
    try:
        actual, findings = read(lines, sized_images, yaml)
    except BadInput as error:
        assert "--layout" in str(error) or "in pixels and" in str(error)
        assert not (declared and kind in ("pose2", "pose3"))
        return
    invalid = {
        (one.path.rsplit(".", 1)[0], one.object) for one in findings if one.code == "box-invalid"
    }
    for name, own in boxes.items():
        for number, (box, expected) in enumerate(zip(actual[name], own), start=1):
            if (name, number) not in invalid:
                np.testing.assert_allclose(box, expected, atol=0.02)


REFUSED = [
    pytest.param([["0.5", "0.5", "0.5", "0.5", "0.9", "1"]], "track.*segment", id="track 1"),
    pytest.param(
        [["0.4", "0.4", "0.6", "0.4", "0.6", "0.6", "0.4", "0.6"]], "pose2.*obb", id="quad"
    ),
    pytest.param([["300", "200", "100", "100"]], "detect.*xywh", id="pixels, two readings"),
    pytest.param([["1.5", "300", "900", "900"]], "detect.*corners.*xywh", id="pixels, no reading"),
    pytest.param([["0.7", "0.8", "0.9", "0.9"]], "detect.*corners", id="fractions as corners"),
    pytest.param([["0.5", "0.5", "0.2", "0.1", "-0.8"]], "--layout confidence", id="angle"),
    pytest.param([["0.5"] * 4 + ["90"]] * 2, "--layout confidence", id="angle in degrees"),
    pytest.param(
        [["100", "100", "9", "9"], ["0.1", "0.1", "0.1", "0.2"]], "pixels", id="two units"
    ),
]


@pytest.mark.parametrize("lines, message", REFUSED)
def test_lines_of_several_meanings_are_refused_with_them(vga, lines, message):
    with pytest.raises(BadInput, match=message):
        read({"0": lines}, vga)


def test_a_declaration_that_no_line_fits_is_refused(vga):
    with pytest.raises(BadInput, match="kpt_shape.*--layout"):
        read({"0": [["0.5"] * 8]}, vga, "names: [cat]\nkpt_shape: [17, 3]")


def test_an_unknown_layout_is_refused(vga):
    with pytest.raises(BadInput, match="'polygons'.*segment-track, obb"):
        read({"0": [["0.5"] * 4]}, vga, layout="polygons")


def test_a_broken_line_changes_no_meaning(vga):
    rng = np.random.RandomState(2)
    boxes, lines = objects(rng, "pose2", each=5)
    lines["0"][0] = lines["0"][0][:-3]
    actual, findings = read(lines, vga)
    np.testing.assert_allclose(actual["0"][1:], boxes["0"][1:], atol=0.02)
    assert [one.object for one in findings if one.code == "box-invalid"] == [1]


def test_one_track_through_many_images_is_a_track(vga):
    rng = np.random.RandomState(9)
    boxes = [random_box(rng) for _ in range(12)]
    lines = {str(name): [line("track", boxes[name], rng, track=1)] for name in range(6)}
    with pytest.raises(BadInput, match="track.*segment"):
        read(lines, vga)
    for name in range(6):
        lines[str(name)].append(line("track", boxes[6 + name], rng, track=0))
    actual, _ = read(lines, vga)
    np.testing.assert_allclose(actual["2"], [boxes[2], boxes[8]], atol=0.02)


def test_keypoints_that_are_not_labelled_stand_at_zero(vga):
    rng = np.random.RandomState(4)
    boxes, lines = objects(rng, "pose2", each=5)
    for own in lines.values():
        own[0][4:6] = ["0", "0"]
    actual, _ = read(lines, vga)
    np.testing.assert_allclose(actual["3"], boxes["3"], atol=0.02)


def test_outlines_of_one_length_in_all_places_are_outlines(vga):
    rng = np.random.RandomState(6)
    boxes = {str(name): [random_box(rng) for _ in range(5)] for name in range(6)}
    lines = {
        name: [in_fractions(outline(rng, box, 7)) for box in own] for name, own in boxes.items()
    }
    actual, _ = read(lines, vga)
    np.testing.assert_allclose(actual["5"], boxes["5"], atol=0.02)


FOUR_OF_A_PERSON = ["0.5", "0.5", "0.2", "0.4"]
CASES = [
    pytest.param(
        {
            "0": [
                FOUR_OF_A_PERSON + ["0.45", "0.40", "0.55", "0.40", "0.46", "0.66", "0.54", "0.66"]
            ]
        },
        "names: [hand, person]\nkpt_shape: [4, 2]",
        {"0": [[256, 144, 384, 336]]},
        id="keypoints of two numbers",
    ),
    pytest.param(
        {"0": [FOUR_OF_A_PERSON + ["0.45", "0.40", "2", "0.55", "0.40", "2", "0.46", "0.66", "2"]]},
        "names: [hand, person]",
        {"0": [[256, 144, 384, 336]]},
        id="keypoints of three numbers",
    ),
    pytest.param(
        {
            "0": [
                ["0.434902", "0.609438", "0.20036", "0.321719", "0.91", "1"],
                ["0.2", "0.2", "0.1", "0.1", "0.88", "2"],
            ],
            "1": [["0.482824", "0.601169", "0.315139", "0.355268", "7"]],
        },
        "names: [car, bus]",
        {
            "0": [[214.22, 215.32, 342.45, 369.74], [96, 72, 160, 120]],
            "1": [[208.16, 203.3, 409.85, 373.83]],
        },
        id="tracks, with and without a confidence",
    ),
]


@pytest.mark.parametrize("lines, yaml, expected", CASES)
def test_lines_of_tools_mean_what_their_tools_say(vga, lines, yaml, expected):
    actual, findings = read(lines, vga, yaml)
    for name, boxes in expected.items():
        np.testing.assert_allclose(actual[name], boxes, atol=0.01)
    assert "annotation-interpreted" in {one.code for one in findings}

"""Which class names a YOLO data set has, and for which of its files."""

import pytest

from helpers.annotations.formats import yolo_classes
from helpers.structures.errors import BadInput


@pytest.mark.parametrize(
    "name, text, expected",
    [
        ("classes.txt", "cat\r\ndog\n", {0: "cat", 1: "dog"}),
        ("obj.names", "cat", {0: "cat"}),
        ("_darknet.labels", "cat\n\ndog", {0: "cat", 1: "", 2: "dog"}),
        ("data.yaml", "names: [cat, no]", {0: "cat", 1: "no"}),
        ("data.yaml", "names: {3: cat, x: dog}", {3: "cat"}),
        ("data.yaml", "path: names", None),
        ("data.yaml", "train: images", None),
        ("notes.txt", "cat", None),
        ("classes.txt", "", {}),
    ],
    ids=[
        "lines",
        "darknet",
        "Roboflow",
        "list",
        "by id",
        "no list",
        "other yaml",
        "other",
        "empty",
    ],
)
def test_class_names_of_a_file(tmp_path, name, text, expected):
    (tmp_path / name).write_bytes(text.encode())
    assert yolo_classes.names_in(tmp_path / name) == expected


def test_broken_yaml_is_named(tmp_path):
    (tmp_path / "data.yaml").write_text("names: [")
    with pytest.raises(BadInput, match="data.yaml"):
        yolo_classes.names_in(tmp_path / "data.yaml")
    lists, _, problems = yolo_classes.below(tmp_path)
    assert (lists, list(problems)) == ({}, [tmp_path / "data.yaml"])


def test_the_nearest_list_counts(tmp_path):
    lists = {tmp_path: {0: "cat"}, tmp_path / "sub": {0: "dog"}}
    assert yolo_classes.nearest(tmp_path / "a.txt", lists) == {0: "cat"}
    assert yolo_classes.nearest(tmp_path / "sub" / "deep" / "a.txt", lists) == {0: "dog"}
    elsewhere = tmp_path.parent / "a.txt"
    assert yolo_classes.nearest(elsewhere, lists) == {}
    assert yolo_classes.nearest(elsewhere, {tmp_path: {0: "cat"}}) == {0: "cat"}


def test_lists_beside_the_labels_folder_are_read(tmp_path):
    (tmp_path / "labels" / "train").mkdir(parents=True)
    (tmp_path / "labels" / "train" / "a.txt").write_text("0 1 1 1 1")
    (tmp_path / "data.yaml").write_text("names: [cat]")
    lists, _, problems = yolo_classes.below(tmp_path / "labels" / "train")
    assert (lists, problems) == ({tmp_path: {0: "cat"}}, {})


@pytest.mark.parametrize(
    "value, expected",
    [("0", 0), (3, 3), ("3.0", 3), ("-1", None), ("1.5", None), ("x", None), (100_000, None)],
)
def test_a_class_id_is_a_whole_number_from_0(value, expected):
    assert yolo_classes.class_id(value) == expected


@pytest.mark.parametrize(
    "value, expected",
    [
        pytest.param("[17, 3]", {(17, 3)}, id="list"),
        pytest.param("\n- 4\n- 2", {(4, 2)}, id="block list"),
        pytest.param("[17]", set(), id="one number"),
        pytest.param("[17, 4]", set(), id="four numbers each"),
        pytest.param("[0, 2]", set(), id="no keypoint"),
        pytest.param("many", set(), id="word"),
    ],
)
def test_declared_keypoints_are_read(tmp_path, value, expected):
    (tmp_path / "data.yaml").write_text(f"names: [cat]\nkpt_shape: {value}")
    (tmp_path / "classes.txt").write_text("cat")
    assert yolo_classes.below(tmp_path).keypoints == expected

"""Class names and ids: from 1, in the map's order."""

import pytest

from helpers.structures.errors import BadInput
from helpers.structures.label_map import LabelMap

NAMES = ["raccoon", "red panda", "Eichhörnchen", 'a "quoted" \\ one']


def test_ids_count_from_1_in_the_order_given():
    label_map = LabelMap.of(NAMES)
    assert [label_map.id_of(name) for name in NAMES] == [1, 2, 3, 4]
    assert [label_map.name_of(label_map.id_of(name)) for name in NAMES] == NAMES
    assert (len(label_map), label_map.names) == (4, tuple(NAMES))


@pytest.mark.parametrize(
    "names, expected",
    [
        pytest.param([], "no class", id="no class"),
        pytest.param(["a", "b", "a"], "'a' more than", id="class twice"),
        pytest.param([""], "name ''", id="empty"),
        pytest.param([" a"], "name ' a'", id="leading blank"),
        pytest.param(["a", " \t"], r"' \\t'", id="blanks alone"),
        pytest.param(["a\nb"], r"'a\\nb'", id="line break"),
        pytest.param(["a\u2028b"], r"'a\\u2028b'", id="line separator"),
        pytest.param(["a\tb"], r"'a\\tb'", id="tab"),
        pytest.param(["a\x00"], r"'a\\x00'", id="NUL"),
        pytest.param(["a\x85b"], r"'a\\x85b'", id="next line"),
        pytest.param(["\ufeffa"], r"'\\ufeffa'", id="byte order mark"),
        pytest.param(["a\ud83e"], r"'a\\ud83e'", id="lone surrogate"),
        pytest.param(["\u3000a"], r"'\\u3000a'", id="wide blank"),
    ],
)
def test_names_that_cannot_be_classes(names, expected):
    with pytest.raises(BadInput, match=f"classes.csv: .*{expected}"):
        LabelMap.of(names, "classes.csv")


@pytest.mark.parametrize(
    "names, expected",
    [([], ("b", "a")), (["a", "b"], ("b", "a")), (["d", "a", "c", "d"], ("b", "a", "d", "c"))],
    ids=["nothing", "all known", "new ones once, in order"],
)
def test_extending_keeps_the_ids(names, expected):
    label_map = LabelMap.of(["b", "a"])
    assert label_map.extended(names).names == expected
    assert label_map.names == ("b", "a")


@pytest.mark.parametrize("class_id", [-1, 0, 3])
def test_ids_and_names_that_are_not_there(class_id):
    pair = LabelMap.of(["a", "b"])
    with pytest.raises(BadInput, match=f"id {class_id}, .*1 to 2"):
        pair.name_of(class_id)
    with pytest.raises(BadInput, match=r"no class 'c', .*\['a', 'b'\]"):
        pair.id_of("c")
    assert pair.unknown(["z", "a", "c", "z"]) == ["c", "z"]

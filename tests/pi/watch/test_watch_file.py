"""Every mistake in a watch.json is named by its path, with what was found and expected."""

import json

import pytest

from detection.errors import InputError
from detection.structures import Line, Zone
from detection.watch.plan import Action, WatchPlan
from detection.watch.watch_file import check_watch_file, read_watch_file

LABELS = ("cat", "dog")
TRIANGLE = [[0, 0], [1, 0], [1, 0.5]]


@pytest.fixture()
def write(tmp_path):
    def write(content):
        path = tmp_path / "watch.json"
        text = content if isinstance(content, (str, bytes)) else json.dumps(content)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def zone(**changes):
    return {"zones": [{"name": "lawn", "polygon": TRIANGLE, **changes}]}


def line(**changes):
    return {"lines": [{"name": "door", "from": [0, 0], "to": [1, 1], **changes}]}


def action(**changes):
    return {"actions": [{"class": "cat", "command": "true", **changes}]}


def test_everything_that_it_may_have(write):
    path = write(
        {
            **zone(classes=["dog"]),
            "masks": [{"name": "tv", "polygon": TRIANGLE}],
            **line(directions=["down", "up"]),
            **action(zone="lawn", frames=5, cooldown=0, timeout=2.5),
            "thresholds": {"cat": 0.25},
            "min_size": {"height": 0.1},
            "anchor": "center",
            "track": True,
            "lost_after": 4,
        }
    )
    corners = tuple(map(tuple, TRIANGLE))
    assert read_watch_file(path, LABELS) == WatchPlan(
        (Zone("lawn", corners, ("dog",)),),
        (Zone("tv", corners),),
        (Line("door", (0, 0), (1, 1), ("down", "up")),),
        (Action("cat", "true", "lawn", 5, 0, 2.5),),
        {"cat": 0.25},
        (0, 0.1),
        "center",
        True,
        4,
    )


@pytest.mark.parametrize("content", ["{}", b"\xef\xbb\xbf{}"], ids=["empty", "byte order mark"])
def test_everything_may_be_left_out(write, content):
    assert read_watch_file(write(content), LABELS) == WatchPlan()


@pytest.mark.parametrize(
    "content, path, said",
    [
        ([], "the file", "[]"),
        ({"zone": []}, "zone", '"zones"'),
        ({"zones": {}}, "zones", "{}"),
        ({"zones": [3]}, "zones[0]", "3"),
        ({"zones": [{}, {}]}, "zones[0].name", "missing"),
        (zone(name=""), "zones[0].name", '""'),
        (zone(polygn=1), "zones[0].polygn", '"polygon"'),
        (zone(polygon=TRIANGLE[:2]), "zones[0].polygon", "3"),
        (zone(polygon=[[0, 0], [1, 0], [1, 1.5]]), "zones[0].polygon[2][1]", "1.5"),
        (zone(polygon=[[0, 0], [1, 0], [640, 480]]), "zones[0].polygon[2][0]", "640"),
        (zone(polygon=[[0, 0], [1, 0], 0.5]), "zones[0].polygon[2]", "0.5"),
        (zone(polygon=[[0, 0], [1, 0], [0.5, 0]]), "zones[0].polygon", "0.5"),
        (zone(polygon=[[0, 0], [1, 1], [1, 0], [0, 1]]), "zones[0].polygon", "[1, 0]"),
        (zone(classes=["cta"]), "zones[0].classes[0]", '"cat"'),
        (zone(classes="cat"), "zones[0].classes", '"cat"'),
        ({"masks": [{"name": "tv"}]}, "masks[0].polygon", "missing"),
        ({"zones": zone()["zones"] * 2}, "zones[1].name", "zones[0]"),
        (line(to=[0, 0]), "lines[0].to", "[0, 0]"),
        (line(to=[0, "1"]), "lines[0].to[1]", '"1"'),
        (line(directions=["in"]), "lines[0].directions", '["in"]'),
        (line(directions=["in", "in"]), "lines[0].directions", '["in", "in"]'),
        (line(form=[0, 0]), "lines[0].form", '"from"'),
        ({"actions": [{"command": "true"}]}, "actions[0].class", "missing"),
        (action(command=["rm"]), "actions[0].command", '["rm"]'),
        (action(command="a\0b"), "actions[0].command", "\\u0000"),
        (action(zone="lawn"), "actions[0].zone", '"lawn"'),
        (action(frames=0), "actions[0].frames", "0"),
        (action(frames=2.5), "actions[0].frames", "2.5"),
        (action(cooldown=-1), "actions[0].cooldown", "-1"),
        (action(timeout=0), "actions[0].timeout", "0"),
        ({"thresholds": {"bird": 0.5}}, "thresholds.bird", "cat, dog"),
        ({"thresholds": {"cat": 50}}, "thresholds.cat", "50"),
        ({"thresholds": 0.5}, "thresholds", "0.5"),
        ({"min_size": 0.1}, "min_size", "0.1"),
        ({"min_size": {"width": 40}}, "min_size.width", "40"),
        ({"anchor": "botom"}, "anchor", '"bottom"'),
        ({"track": "yes"}, "track", '"yes"'),
        ({"lost_after": -2}, "lost_after", "-2"),
    ],
    ids=lambda value: json.dumps(value)[:70] if not isinstance(value, str) else value,
)
def test_mistakes(write, content, path, said):
    file = write(content)
    with pytest.raises(InputError) as refused:
        read_watch_file(file, LABELS)
    message = str(refused.value)
    assert message.startswith(f"{file}: {path}") and said in message
    assert "\n" not in message


def test_all_mistakes_are_collected(write):
    file = write({**zone(name=3), "track": 1, "maks": []})
    _, problems = check_watch_file(file, LABELS)
    assert sorted(problem.split()[0] for problem in problems) == ["maks:", "track", "zones[0].name"]
    with pytest.raises(InputError) as refused:
        read_watch_file(file, LABELS)
    assert "2 more" in str(refused.value)


@pytest.mark.parametrize(
    "content, said",
    [
        (b'{"zones": [}', "line 1 column"),
        (b"\xff\xfe{\x00", "UTF-8"),
        (b"[" * 100000, "recursion"),
        (b'{"track": true, "track": false}', '"track"'),
        (b"", "line 1 column"),
    ],
    ids=["syntax", "another encoding", "deep", "a key twice", "empty"],
)
def test_what_is_no_json(write, content, said):
    file = write(content)
    with pytest.raises(InputError) as refused:
        check_watch_file(file, LABELS)
    assert str(file) in str(refused.value) and said in str(refused.value)


def test_files_that_cannot_be_read(tmp_path):
    for path in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(InputError) as refused:
            check_watch_file(path, LABELS)
        assert str(path) in str(refused.value)

"""Sources told by names: what is joined, and what only looks so."""

import pytest

from helpers.splitting import name_rules
from helpers.structures.errors import BadInput


def grouped(keys):
    """The paths with the same key, as sorted lists."""
    groups = {}
    for path in sorted(keys):
        groups.setdefault(keys[path], []).append(path)
    return sorted(groups.values())


@pytest.mark.parametrize(
    "path, source",
    [
        ("train/IMG_1_jpg.rf.1027c4d1c386bbc4.jpg", "IMG_1"),
        ("cam/1a2b3c4d-IMG_1.png", "cam/IMG_1"),
        ("1a2b3c4d-.png", "1a2b3c4d-"),
        ("a.b.jpg", "a.b"),
    ],
)
def test_what_tools_put_around_a_name(path, source):
    assert name_rules.source_name(path) == source


def test_copies_of_one_photo():
    paths = [
        "train/a_jpg.rf.1027c4d1c386bbc4.jpg",
        "test/a_jpg.rf.91b7584a2265b1f5.jpg",
        "train/b.rf.cd613e30d8f16adfAZ.jpg",
        "train/b.rf.jpg",
        "c.jpg",
    ]
    assert grouped(name_rules.copies(paths)) == [[paths[1], paths[0]], [paths[2]]]


@pytest.mark.parametrize(
    "paths, expected",
    [
        pytest.param(
            ["clip_frame_0001.jpg", "clip_frame_0002.jpg", "street-frame12.png"],
            [["clip_frame_0001.jpg", "clip_frame_0002.jpg"], ["street-frame12.png"]],
            id="the word frame",
        ),
        pytest.param(
            ["a_mp4-1_jpg.rf.1027c4d1c386.jpg", "a_mp4-12_jpg.rf.91b7584a2265.jpg"],
            [["a_mp4-12_jpg.rf.91b7584a2265.jpg", "a_mp4-1_jpg.rf.1027c4d1c386.jpg"]],
            id="Roboflow's frames of a video",
        ),
        pytest.param(
            ["one/frame_000001.png", "one/frame_000002.png", "two/frame_000001.png"],
            [["one/frame_000001.png", "one/frame_000002.png"], ["two/frame_000001.png"]],
            id="a folder a video",
        ),
        pytest.param(
            ["IMG_0001.jpg", "raccoon-1.jpg", "mainframe12.jpg", "frame.jpg", "2007_000027.jpg"],
            [],
            id="no frames",
        ),
    ],
)
def test_frames_of_one_video(paths, expected):
    assert grouped(name_rules.frames(paths)) == sorted(map(sorted, expected))


@pytest.mark.parametrize(
    "paths, expected",
    [
        pytest.param(
            ["photo_0_0.jpg", "photo_1024_512.jpg", "other_0_512.jpg"],
            [["other_0_512.jpg"], ["photo_0_0.jpg", "photo_1024_512.jpg"]],
            id="pixels",
        ),
        pytest.param(
            ["a_0_0_512_512.jpg", "a_480_0_992_512.jpg"],
            [["a_0_0_512_512.jpg", "a_480_0_992_512.jpg"]],
            id="boxes in pixels",
        ),
        pytest.param(
            ["IMG_1_0_0.jpg", "IMG_1_0_1.jpg", "IMG_2_0_0.jpg", "IMG_2_1_1.jpg"],
            [["IMG_1_0_0.jpg", "IMG_1_0_1.jpg"], ["IMG_2_0_0.jpg", "IMG_2_1_1.jpg"]],
            id="rows and columns",
        ),
        pytest.param(
            ["q_tile_3.png", "q_tile_4.png", "z_r0_c1.jpg", "z_r1_c1.jpg"],
            [["q_tile_3.png", "q_tile_4.png"], ["z_r0_c1.jpg", "z_r1_c1.jpg"]],
            id="words",
        ),
        pytest.param(
            ["P1__1__0___824.png", "P1__1__824___0.png"],
            [["P1__1__0___824.png", "P1__1__824___0.png"]],
            id="DOTA",
        ),
        pytest.param(["IMG_20200101_123456.jpg", "IMG_20200101_123457.jpg"], [], id="date, time"),
        pytest.param(["cam_1_0001.jpg", "cam_1_0002.jpg", "cam_2_0001.jpg"], [], id="padded"),
        pytest.param(["cam_1_1.jpg", "cam_1_2.jpg", "cam_2_1.jpg"], [], id="from 1 on"),
        pytest.param(["cam_0_0.jpg", "cam_0_1.jpg", "cam_0_2.jpg"], [], id="one row"),
        pytest.param(["cam_0_0.jpg", "cam_3_1.jpg", "cam_1_9.jpg"], [], id="no grid"),
        pytest.param(["cat_0_0.jpg", "cat_0_1.jpg", "cat_1_0.jpg", "cat_1_1.jpg"], [], id="class"),
        pytest.param([], [], id="no image"),
    ],
)
def test_tiles_of_one_photo(paths, expected):
    assert grouped(name_rules.tiles(paths, ["Cat"])) == expected


@pytest.mark.parametrize(
    "pattern, expected",
    [
        pytest.param(r"^(.+)_\d+", [["day/a_1.jpg", "day/a_2.jpg"], ["night/a_1.jpg"]], id="group"),
        pytest.param("^[a-z]+/", [["day/a_1.jpg", "day/a_2.jpg"], ["night/a_1.jpg"]], id="match"),
        pytest.param("night", [["night/a_1.jpg"]], id="some match"),
    ],
)
def test_groups_by_an_expression(pattern, expected):
    paths = ["day/a_1.jpg", "day/a_2.jpg", "night/a_1.jpg"]
    assert grouped(name_rules.given(paths, pattern)) == expected


@pytest.mark.parametrize("pattern", [pytest.param("(", id="broken"), pytest.param("x", id="none")])
def test_an_expression_that_cannot_group_is_refused(pattern):
    with pytest.raises(BadInput, match="group by: "):
        name_rules.given(["a.jpg"], pattern)

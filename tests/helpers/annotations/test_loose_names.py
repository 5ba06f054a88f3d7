"""Names that differ by what tools do to them, and the nearest name where none fits."""

import pytest

from helpers.annotations import loose_names
from helpers.annotations.loose_names import LooseNames

LOCAL = ["b.jpg", "sub/my photo 1.jpg", "000139.jpg", "c_jpg.rf.1027c4d1c386bbc4.jpg",
         "1a2b3c4d-d.png", "20200101-e.jpg", "f.g.jpg"]  # fmt: skip


@pytest.mark.parametrize(
    "stem, expected",
    [
        ("IMG_1_jpg.rf.1027c4d1c386bbc4", "|IMG_1|1027c4d1c386bbc4"),
        ("IMG_1.rf.jpg", "|IMG_1.rf.jpg|"),
        ("1a2b3c4d-IMG_1", "1a2b3c4d|IMG_1|"),
        ("1a2b3c4d-0000-1111-2222-333344445555-x", "1a2b3c4d-0000-1111-2222-333344445555|x|"),
        ("20200101-120000", "|20200101-120000|"),
        ("1a2b3c4d-", "|1a2b3c4d-|"),
        ("", "||"),
    ],
)
def test_a_name_is_taken_apart(stem, expected):
    assert "|".join(loose_names.parts(stem)) == expected


@pytest.mark.parametrize(
    "name, expected",
    [
        ("90fbb0c7-b.jpg", "b.jpg"),
        ("/data/upload/3/90fbb0c7-B.JPG", "b.jpg"),
        ("/data/local-files/?d=x%2Fmy%20photo%201.jpg", "sub/my photo 1.jpg"),
        ("C:\\photos\\my+photo+1.jpg", "sub/my photo 1.jpg"),
        ("my%20photo%201", "sub/my photo 1.jpg"),
        ("139", "000139.jpg"),
        ("0139.png", "000139.jpg"),
        ("c.jpg", "c_jpg.rf.1027c4d1c386bbc4.jpg"),
        ("c_jpg.rf.91b7584a2265b1f5.jpg", ""),
        ("d.png", "1a2b3c4d-d.png"),
        ("5e6f7a8b-d.png", ""),
        ("20210202-e.jpg", ""),
        ("f.g", "f.g.jpg"),
        ("zebra.jpg", ""),
        ("", ""),
    ],
)
def test_what_tools_do_to_a_name_is_undone(name, expected):
    assert LooseNames(LOCAL).fits(name) == [expected] * bool(expected)


def test_several_that_fit_are_told():
    names = LooseNames(["one/b.jpg", "two/b.jpg"])
    assert names.fits("90fbb0c7-b.jpg") == ["one/b.jpg", "two/b.jpg"]


@pytest.mark.parametrize(
    "name, expected",
    [
        ("IMG_0012.jpg", "sub/IMG_0012.jpeg"),
        ("DMG_0012.jpeg", "sub/IMG_0012.jpeg"),
        ("photos\\img_0012.jpeg", "sub/IMG_0012.jpeg"),
        ("zebra.jpg", ""),
    ],
)
def test_the_nearest_name(name, expected):
    assert LooseNames(["sub/IMG_0012.jpeg", "q.png"]).nearest(name) == expected


def test_guessing_ends_after_many_names():
    names = LooseNames([f"photo{number}.jpg" for number in range(100)])
    guesses = [names.nearest(f"photos{number}.jpg") for number in range(60)]
    assert all(guesses[:50]) and not any(guesses[50:])

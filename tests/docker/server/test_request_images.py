"""The photos of a request, and what is said about one that has none."""

import pytest
from served_model import as_json, photo, text

from helpers.structures.errors import BadInput
from server import request_images

LEAST = (10, 10)


@pytest.mark.parametrize(
    "kind, body, sizes",
    [
        ("image/jpeg", photo(), [(40, 20)]),
        ("image/png", photo(form="PNG"), [(40, 20)]),
        ("image/jpeg", photo(orientation=6), [(20, 40)]),
        (
            "application/json",
            as_json(text(photo()), text(photo((30, 60), "PNG"))),
            [(40, 20), (30, 60)],
        ),
    ],
    ids=["JPEG", "PNG", "on its side", "two as JSON"],
)
def test_photos_come_out_upright(kind, body, sizes):
    photos = request_images.images(kind, body, LEAST)
    assert [(item.width, item.height) for item in photos] == sizes
    assert all(item.pixels[..., 0].min() > 200 for item in photos)


@pytest.mark.parametrize(
    "kind, body, named",
    [
        ("image/jpeg", b"no photo", "body"),
        ("image/jpeg", b"", "body"),
        ("image/png", photo()[:300], "body"),
        ("application/json", b"\xff", "body"),
        ("application/json", b"[1]", "body"),
        ("application/json", as_json(), "0 images"),
        ("application/json", as_json(*["a"] * 65), "65 images"),
        ("application/json", as_json(text(photo()), 7), r"images\[1\]"),
        ("application/json", as_json("%%%"), r"images\[0\]"),
        ("application/json", as_json(text(b"no photo")), r"images\[0\]"),
    ],
    ids=[
        "no photo",
        "empty",
        "cut off",
        "not UTF-8",
        "a list",
        "none",
        "too many",
        "a number",
        "not base64",
        "base64 of no photo",
    ],
)
def test_what_is_wrong_is_named(kind, body, named):
    with pytest.raises(BadInput, match=named):
        request_images.images(kind, body, LEAST)


def test_a_type_that_is_not_known_lists_those_that_are():
    with pytest.raises(request_images.UnknownType, match="image/jpeg"):
        request_images.images("text/csv", b"a,b", LEAST)

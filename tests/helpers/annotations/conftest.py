"""What tests of several formats share."""

import pytest
from builders import paint


@pytest.fixture()
def images(tmp_path):
    """An image folder with a.jpg and sub/b.jpg, 40x30."""
    paint(tmp_path / "img" / "a.jpg")
    paint(tmp_path / "img" / "sub" / "b.jpg")
    return tmp_path / "img"

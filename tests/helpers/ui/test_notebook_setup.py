"""What notebooks show: images side by side, and whole cells of tables."""

import base64
import re

from PIL import Image

from helpers.ui import notebook_setup


def test_images_stand_side_by_side_with_their_names(tmp_path, paint):
    paths = [paint(tmp_path / "b & <c>.png"), paint(tmp_path / "a.jpg", size=(20, 10))]
    shown = notebook_setup.show(paths, width=77).data
    assert re.findall('alt="([^"]*)"', shown) == ["a.jpg", "b &amp; &lt;c&gt;.png"]
    assert shown.count("width:77px") == 2
    kinds, images = zip(*re.findall('src="data:image/([a-z]+);base64,([^"]+)"', shown))
    assert kinds == ("jpeg", "png")
    for path, data in zip(sorted(paths), images):
        assert base64.b64decode(data) == path.read_bytes()
    assert Image.open(str(paths[1])).size == (20, 10)


def test_nothing_to_show():
    assert notebook_setup.show([]).data == ""
    assert notebook_setup.rows([]).empty


def test_a_table_keeps_its_columns_in_order():
    table = notebook_setup.rows([{"file": "z", "kB": 2}, {"file": "a", "kB": 1}])
    assert list(table.columns) == ["file", "kB"]
    assert table.values.tolist() == [["z", 2], ["a", 1]]

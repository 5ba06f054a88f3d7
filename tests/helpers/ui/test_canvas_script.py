"""The front end beside jupyter_bbox_widget's: both sides use the same names."""

import json
import re
import shutil
import subprocess

import pytest

from helpers.ui import canvas_script
from helpers.ui.bbox_widget import new_bbox_widget

SOURCE = 'export default { render() { return "KEYS MARK DRAFT"; } };\n'


def test_the_module_of_the_widget_is_in_it_as_it_was():
    (quoted,) = re.findall(r"new Blob\(\[(.*?)\], \{", canvas_script.script(SOURCE))
    assert json.loads(quoted) == SOURCE


def test_traits_are_those_of_the_widget():
    names = set(re.findall(r'model\.get\("(\w+)"', canvas_script.script("")))
    assert names == {"bboxes", "selected_index", "marks"}
    assert names <= set(new_bbox_widget().keys)


def test_messages_are_documented():
    types = set(re.findall(r'type: "(\w+)"', canvas_script.script("")))
    assert types == set(canvas_script.GESTURES)
    assert all(f"``{kind}``" in canvas_script.__doc__ for kind in types)


@pytest.mark.parametrize("name", [canvas_script.DRAFT_CLASS, canvas_script.MARK_CLASS])
def test_the_style_sheet_knows_the_classes(name):
    assert f".{name}" in canvas_script.STYLE and name in canvas_script.script("")


@pytest.mark.skipif(not shutil.which("node"), reason="no node here to parse JavaScript")
def test_the_module_parses(tmp_path):
    path = tmp_path / "canvas.mjs"
    path.write_text(canvas_script.script(SOURCE))
    subprocess.run(["node", "--check", str(path)], check=True)

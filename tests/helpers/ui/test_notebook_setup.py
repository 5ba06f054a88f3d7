"""What notebooks show: images side by side, and whole cells of tables."""

import base64
import re

import pandas
import pytest
from PIL import Image

from helpers.structures.errors import BadInput, HelpersError
from helpers.system import logging_setup
from helpers.ui import notebook_setup


class Shell:
    """Records what a notebook's shell is asked to do."""

    def __init__(self):
        self.magics, self.handlers, self.shown = [], [], []

    def run_line_magic(self, name, value):
        self.magics.append((name, value))

    def set_custom_exc(self, kinds, handler):
        self.handlers.append((kinds, handler))

    def _showtraceback(self, kind, error, lines):
        self.shown.append(lines)


@pytest.fixture
def shell(monkeypatch):
    shell = Shell()
    monkeypatch.setattr(notebook_setup, "get_ipython", lambda: shell)
    monkeypatch.setattr(logging_setup, "quiet", lambda: None)
    names = ("display.max_colwidth", "display.float_format")
    options = {name: pandas.get_option(name) for name in names}
    yield shell
    for name, value in options.items():
        pandas.set_option(name, value)


def test_a_notebook_shows_plots_inline_and_whole_cells_of_tables(shell):
    notebook_setup.start()
    assert shell.magics == [("matplotlib", "inline")]
    assert pandas.get_option("display.max_colwidth") is None
    assert "x" * 500 in repr(notebook_setup.rows([{"remedy": "x" * 500}]))


@pytest.mark.parametrize(
    "value, shown",
    [
        pytest.param(0.74122, "0.7412", id="share"),
        pytest.param(1.0, "1", id="whole"),
        pytest.param(8.36e-9, "8.36e-09", id="tiny"),
        pytest.param(1234.56, "1235", id="four digits before the point"),
        pytest.param(57600.25, "57600", id="large"),
        pytest.param(None, "", id="none"),
        pytest.param(float("nan"), "", id="not a number"),
        pytest.param(1234567, "1234567", id="integer"),
    ],
)
def test_numbers_are_read_at_a_glance(shell, value, shown):
    notebook_setup.start()
    table = notebook_setup.rows([{"x": value}, {"x": 12345678e-12}])
    assert table.to_string(header=False, index=False).splitlines()[0].strip() == shown


def test_an_error_of_ours_is_shown_without_a_traceback(shell):
    notebook_setup.start()
    ((kinds, handler),) = shell.handlers
    assert kinds == (HelpersError,)
    error = BadInput("a.xml: broken. Annotate it again.")
    assert handler(shell, BadInput, error, None) == [f"BadInput: {error}"]
    assert shell.shown == [[f"BadInput: {error}"]]


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

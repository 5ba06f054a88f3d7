"""TensorBoard in a frame, and as a link."""

import re

from helpers.ui import tensorboard_view


def test_a_frame_and_a_link_on_this_machine():
    html = tensorboard_view.view("http://127.0.0.1:6006/", True, 321).data
    assert re.findall(r'href="([^"]+)"', html) == ["http://127.0.0.1:6006/"]
    assert re.findall(r'<iframe src="([^"]+)" height="(\d+)"', html) == [
        ("http://127.0.0.1:6006/", "321")
    ]
    assert "ssh -L 6006:127.0.0.1:6006" in html


def test_a_link_alone_behind_a_proxy():
    html = tensorboard_view.view("/jupyter/default/proxy/6006/", False).data
    assert re.findall(r'href="([^"]+)"', html) == ["/jupyter/default/proxy/6006/"]
    assert "iframe" not in html


def test_the_button_stops_once_and_says_so():
    calls = []
    button = tensorboard_view.stop_button(lambda: calls.append(1))
    before = button.description
    button.click()
    assert calls == [1] and button.disabled and button.description != before

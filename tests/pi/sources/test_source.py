"""What every source does."""

import pytest

from detection.sources.source import Source


class Endless(Source):
    def __init__(self, kind):
        self.kind = kind

    def frames(self, report):
        raise KeyboardInterrupt


def test_ctrl_c_is_how_a_camera_ends():
    source = Endless("live")
    with source.interruptible():
        source.frames(print)


@pytest.mark.parametrize("kind", ["image", "folder", "video"])
def test_ctrl_c_breaks_off_a_file(kind):
    source = Endless(kind)
    with pytest.raises(KeyboardInterrupt), source.interruptible():
        source.frames(print)

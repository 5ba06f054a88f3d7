"""How a backend runs."""

import pytest

from detection.backends.settings import DEFAULTS, Settings
from detection.device.cpu_limit import usable_cores


@pytest.mark.parametrize(
    "settings, expected",
    [(DEFAULTS, usable_cores()), (Settings(threads=3), 3)],
    ids=["the cores to use", "as asked"],
)
def test_threads(settings, expected):
    assert settings.thread_count() == expected

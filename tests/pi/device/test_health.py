"""Temperature and throttling as the kernel tells them."""

import pytest

from detection.device.health import Health, health


@pytest.mark.parametrize(
    "files, expected",
    [
        ({}, Health(None, None)),
        ({"temp": "48312\n"}, Health(48.312, None)),
        ({"temp": "81000", "get_throttled": "0\n"}, Health(81.0, [])),
        ({"get_throttled": "50005\n"}, Health(None, ["under-voltage", "throttled"])),
    ],
    ids=["no Pi", "temperature", "well", "under-voltage"],
)
def test_health(tmp_path, files, expected):
    folders = {
        "temp": tmp_path / "sys/class/thermal/thermal_zone0",
        "get_throttled": tmp_path / "sys/devices/platform/soc/soc:firmware",
    }
    for name, text in files.items():
        folders[name].mkdir(parents=True)
        (folders[name] / name).write_text(text)
    assert health(tmp_path) == expected

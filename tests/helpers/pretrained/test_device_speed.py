"""What published measurements let one expect on a Raspberry Pi 4."""

import pytest

from helpers.pretrained import device_speed, model_zoo

MODEL = model_zoo.find("ssd_mobilenet_v2_openimages")  # 112.6 ms at 300x300
SIZES = (160, 224, 300, 320)


@pytest.mark.parametrize(
    "size, expected", [(300, 8.881), (150, 35.52), (600, 2.220)], ids=["published", "half", "twice"]
)
def test_images_per_second_follow_the_pixels(size, expected):
    assert device_speed.frames_per_second(MODEL, size) == pytest.approx(expected, rel=1e-3)


def test_a_model_without_measurement_has_no_speed():
    unknown = model_zoo.find("ssdlite_mobilenet_v2_coco")
    assert device_speed.frames_per_second(unknown, 300) is None


@pytest.mark.parametrize(
    "wanted, expected",
    [(0, 320), (5, 320), (8, 300), (8.88, 300), (8.89, 224), (20, 160), (99, 160)],
    ids=str,
)
def test_largest_size(wanted, expected):
    assert device_speed.largest_size(MODEL, wanted, SIZES) == expected


@pytest.mark.parametrize(
    "size, wanted, narrower, said",
    [
        (300, 8, False, ["8.9 images/s", "Raspberry Pi 4", "Allan", "112.6 ms"]),
        (160, 99, False, ["99", "31 images/s", "nearest"]),
        (160, 20, True, ["at least", "31 images/s"]),
    ],
    ids=["reached", "not reached", "narrower network"],
)
def test_explanation_names_device_source_and_what_is_to_be_had(size, wanted, narrower, said):
    text = device_speed.explanation(MODEL, size, wanted, narrower)
    assert [part for part in said if part not in text] == []
    assert ("nearest" in text) is ("nearest" in said)

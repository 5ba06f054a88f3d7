"""Image probes: headers, pixels, and the hash that near-duplicates share."""

import hashlib

import numpy as np
import pytest
from PIL import Image

from helpers.validation import image_probe


def distance(first, second):
    return bin(first ^ second).count("1")


@pytest.fixture()
def photo():
    """A smooth image of its own for each seed."""

    def make(seed, size=(320, 240)):
        random = np.random.RandomState(seed)
        rough = Image.fromarray(random.randint(0, 256, (6, 8, 3)).astype(np.uint8))
        return rough.resize(size, Image.BICUBIC)

    return make


def test_headers_alone_leave_the_pixels(tmp_path, paint):
    paint(tmp_path / "a.jpg", (40, 30), orientation=6)
    (tmp_path / "cut.jpg").write_bytes((tmp_path / "a.jpg").read_bytes()[:-60])
    probes = image_probe.probe_images(["a.jpg", "cut.jpg"], tmp_path, pixels=False)
    assert (
        probes["a.jpg"] == probes["cut.jpg"] == image_probe.ImageProbe(("JPEG", "RGB", 40, 30, 6))
    )
    assert probes["a.jpg"].header.upright == (30, 40)


def test_pixels_are_decoded_in_full(tmp_path, paint):
    paint(tmp_path / "sub" / "a.png")
    content = paint(tmp_path / "a.jpg", (200, 100)).read_bytes()
    (tmp_path / "cut.jpg").write_bytes(content[: -len(content) // 3])
    (tmp_path / "none.jpg").write_bytes(b"")
    probes = image_probe.probe_images(
        ["sub/a.png", "a.jpg", "cut.jpg", "none.jpg", "gone.jpg"], tmp_path
    )
    assert [probe.decoded for probe in probes.values()] == [True, True, False, False, False]
    assert probes["a.jpg"].digest == hashlib.sha256(content).hexdigest()
    assert probes["a.jpg"].problem == "" and probes["sub/a.png"].header.format == "PNG"
    assert probes["cut.jpg"].header.width == 200 and "truncated" in probes["cut.jpg"].problem
    assert probes["none.jpg"].header is None and "0 bytes" in probes["none.jpg"].problem
    assert probes["gone.jpg"].header is None and "no such" in probes["gone.jpg"].problem


@pytest.mark.parametrize("edge", [7000, 20000])
def test_a_huge_image_is_measured_and_not_decoded(tmp_path, edge):
    Image.new("1", (edge, edge)).save(str(tmp_path / "a.png"))
    limit = Image.MAX_IMAGE_PIXELS
    probes = image_probe.probe_images(["a.png"], tmp_path)["a.png"]
    assert (probes.header.width, probes.decoded, probes.problem) == (edge, False, "")
    assert limit == Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            lambda image, path: image.save(str(path), "JPEG", quality=60), id="low quality"
        ),
        pytest.param(
            lambda image, path: image.resize((160, 120), Image.LANCZOS).save(str(path), "PNG"),
            id="half size",
        ),
        pytest.param(
            lambda image, path: image.point(lambda value: min(255, value + 8)).save(
                str(path), "PNG"
            ),
            id="brighter",
        ),
    ],
)
def test_an_image_saved_again_keeps_its_hash(tmp_path, photo, change):
    for seed in range(5):
        change(photo(seed), tmp_path / "b.jpg")
        before = image_probe.difference_hash(photo(seed))
        after = image_probe.probe_images(["b.jpg"], tmp_path)["b.jpg"].dhash
        assert distance(before, after) <= 3


def test_other_images_have_other_hashes(photo):
    hashes = [image_probe.difference_hash(photo(seed)) for seed in range(20)]
    assert min(distance(a, b) for i, a in enumerate(hashes) for b in hashes[:i]) > 10


@pytest.mark.parametrize("mode", ["L", "CMYK", "RGBA", "P", "1", "I;16"])
def test_every_kind_of_pixel_has_a_hash(tmp_path, paint, mode):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    paint(tmp_path / "a", (64, 64), mode, kind)
    probes = image_probe.probe_images(["a"], tmp_path)["a"]
    assert probes.decoded and 0 <= probes.dhash < 2**64


def test_a_second_probe_is_read_from_the_cache(tmp_path, paint):
    paint(tmp_path / "a.jpg")
    cache = tmp_path / "cache.sqlite"
    for pixels in (True, False):
        first = image_probe.probe_images(["a.jpg"], tmp_path, pixels, cache)
        assert image_probe.probe_images(["a.jpg"], tmp_path, pixels, cache) == first
    paint(tmp_path / "a.jpg", (80, 60))
    assert image_probe.probe_images(["a.jpg"], tmp_path, True, cache)["a.jpg"].header.width == 80


def test_camera_and_time_are_read_where_a_photo_has_them(tmp_path, paint):
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Canon", "EOS 5D"
    exif[0x8769] = {0x9003: "2020:01:31 12:59:59"}
    Image.new("RGB", (40, 30)).save(str(tmp_path / "a.jpg"), exif=exif.tobytes())
    paint(tmp_path / "b.jpg", orientation=6)
    paint(tmp_path / "c.png")
    probes = image_probe.probe_images(["a.jpg", "b.jpg", "c.png"], tmp_path)
    assert [(one.camera, one.taken) for one in probes.values()] == [
        ("Canon EOS 5D", "2020:01:31 12:59:59"),
        ("", ""),
        ("", ""),
    ]

"""Images are read whole, upright and red first, and written whole or not at all."""

import errno
import os
import re
import struct

import cv2
import numpy as np
import pytest

from detection import images
from detection.errors import InputError
from detection.images import (
    from_bgr,
    read_image,
    read_photo,
    replacing,
    resized,
    to_bgr,
    write_image,
)


def jpeg(image, exif=b"", after=b""):
    """A JPEG of an RGB image, with an EXIF segment behind its start marker and bytes at its end."""
    data = cv2.imencode(".jpg", image[..., ::-1])[1].tobytes()
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif if exif else b""
    return data[:2] + segment + data[2:] + after


def orientation(value):
    """EXIF data with nothing but the orientation tag (0x0112) in its first directory."""
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, value, 0)
    return b"Exif\0\0MM\0\x2a\0\0\0\x08" + struct.pack(">H", 1) + entry + b"\0\0\0\0"


@pytest.mark.parametrize("suffix", [".bmp", ".png", ".tif", ".PNG"])
def test_round_trip(tmp_path, suffix):
    image = np.random.RandomState(0).randint(0, 256, (7, 5, 3)).astype(np.uint8)
    before = image.copy()
    write_image(tmp_path / f"one{suffix}", image)
    assert np.array_equal(read_image(tmp_path / f"one{suffix}"), before)
    assert np.array_equal(image, before)
    assert [path.name for path in tmp_path.iterdir()] == [f"one{suffix}"]


def test_red_comes_first(tmp_path):
    # A portable pixmap states its bytes' order: red, green, blue.
    path = tmp_path / "red.ppm"
    path.write_bytes(b"P6 1 1 255\n\xff\x10\x00")
    assert read_image(path).tolist() == [[[255, 16, 0]]]
    write_image(tmp_path / "again.ppm", read_image(path))
    assert (tmp_path / "again.ppm").read_bytes().endswith(b"\xff\x10\x00")
    assert to_bgr(read_image(path)).tolist() == [[[0, 16, 255]]]


RANDOM = np.random.RandomState(0).randint(0, 256, (90, 120, 3)).astype(np.uint8)


def test_what_opencv_gives_is_given_back_uncopied():
    assert np.array_equal(from_bgr(RANDOM), RANDOM[:, :, ::-1])
    given = to_bgr(from_bgr(RANDOM))
    assert np.shares_memory(given, RANDOM)
    assert given.flags.c_contiguous


@pytest.mark.parametrize(
    "image",
    [RANDOM, from_bgr(RANDOM), RANDOM[20:, 5:50], from_bgr(RANDOM)[20:, 5:50], RANDOM[:, ::-1]],
    ids=["RGB", "BGR below", "part of RGB", "part with BGR below", "mirrored"],
)
def test_red_stays_red_however_the_pixels_lie(image):
    plain = np.ascontiguousarray(image)
    assert np.array_equal(to_bgr(image), plain[:, :, ::-1])
    for size in ((30, 40), (200, 100)):
        small = resized(image, size)
        assert small.flags.c_contiguous
        assert np.array_equal(small, cv2.resize(plain, size))


@pytest.mark.parametrize(
    "pixels",
    [
        np.full((4, 6), 99, np.uint8),
        np.full((4, 6), 99 * 257, np.uint16),
        np.full((4, 6, 4), 99, np.uint8),
    ],
    ids=["grayscale", "16-bit", "transparent"],
)
def test_grey_deep_and_transparent_images(tmp_path, pixels):
    cv2.imwrite(str(tmp_path / "one.png"), pixels)
    image = read_image(tmp_path / "one.png")
    assert image.shape == (4, 6, 3)
    assert image.dtype == np.uint8
    assert set(image.reshape(-1).tolist()) == {99}


@pytest.mark.parametrize(
    "value, shape, bright",
    [(1, (40, 60, 3), (20, 5)), (3, (40, 60, 3), (20, 55)), (6, (60, 40, 3), (5, 20))],
    ids=["upright", "upside down", "on its side"],
)
def test_exif_turns_the_image_upright(tmp_path, value, shape, bright):
    image = np.zeros((40, 60, 3), np.uint8)
    image[:, :30] = 255
    path = tmp_path / "turned.jpg"
    path.write_bytes(jpeg(image, orientation(value)))
    read = read_image(path)
    assert read.shape == shape
    assert read[bright].min() > 200


def test_what_phones_add_to_a_jpeg_is_no_damage(tmp_path, make_image):
    image = make_image(tmp_path / "plain.jpg")
    thumbnail = orientation(1) + jpeg(image[:8, :8])
    path = tmp_path / "phone.jpg"
    path.write_bytes(jpeg(image, thumbnail, after=b"\xff\xda motion photo \x00\xff"))
    assert read_image(path).shape == image.shape


@pytest.mark.parametrize("suffix", [".bmp", ".jpg", ".png", ".tif", ".webp"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_an_image_cut_short(tmp_path, make_image, suffix, share, capfd):
    path = tmp_path / f"cut{suffix}"
    make_image(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(InputError, match=f"cut{suffix}"):
        read_image(path)
    assert capfd.readouterr().err == ""


def test_a_jpeg_cut_behind_its_thumbnail(tmp_path, make_image):
    image = make_image(tmp_path / "plain.jpg")
    data = jpeg(image, orientation(1) + jpeg(image[:8, :8]))
    (tmp_path / "cut.jpg").write_bytes(data[:-20])
    with pytest.raises(InputError, match="cut.jpg: cut "):
        read_image(tmp_path / "cut.jpg")


@pytest.mark.parametrize(
    "content, message",
    [
        pytest.param(b"", r"bad.jpg: empty \(0 bytes\)", id="empty"),
        pytest.param(b"just text\n", "bad.jpg: not ", id="text"),
        pytest.param(b"\xff\xd8", "bad.jpg: cut ", id="JPEG start marker only"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "bad.jpg: a PNG ", id="PNG signature only"),
    ],
)
def test_a_file_that_is_no_image(tmp_path, content, message, capfd):
    (tmp_path / "bad.jpg").write_bytes(content)
    with pytest.raises(InputError, match=message):
        read_image(tmp_path / "bad.jpg")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "name, reason", [("missing.jpg", errno.ENOENT), (".", errno.EISDIR)], ids=["missing", "folder"]
)
def test_a_path_that_is_no_file(tmp_path, name, reason):
    with pytest.raises(InputError, match=re.escape(os.strerror(reason))) as caught:
        read_image(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)


@pytest.mark.parametrize(
    "name, message",
    [
        pytest.param("one.xyz", r"one.xyz: .*OpenCV.* \.xyz", id="unknown suffix"),
        pytest.param("nowhere/one.png", "one.png: .*written", id="missing folder"),
        pytest.param("folder.png", "folder.png: .*written", id="folder of that name"),
    ],
)
def test_an_image_that_cannot_be_written(tmp_path, name, message):
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(InputError, match=message):
        write_image(tmp_path / name, np.zeros((2, 2, 3), np.uint8))
    assert [path.name for path in tmp_path.iterdir()] == ["folder.png"]


def test_a_full_disk_leaves_the_old_image(tmp_path):
    resource = pytest.importorskip("resource")
    path = tmp_path / "one.png"
    write_image(path, np.zeros((2, 2, 3), np.uint8))
    before = path.read_bytes()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))
    try:
        with pytest.raises(InputError, match="one.png: .*written"):
            write_image(path, np.random.RandomState(0).randint(0, 9, (99, 99, 3)).astype("uint8"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_replacing_keeps_the_suffix_and_cleans_up(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_text("old")
    with pytest.raises(KeyError):
        with replacing(path) as part:
            assert part.parent == tmp_path
            assert part.suffix == ".mp4"
            part.write_text("half")
            raise KeyError
    assert path.read_text() == "old"
    with replacing(path) as part:
        part.write_text("new")
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def smooth(width, height, seed=0):
    rough = np.random.RandomState(seed).randint(0, 256, (6, 8, 3)).astype(np.uint8)
    return cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC)


@pytest.mark.parametrize("rest", [b"", b"\xff", b"\0\0\0\0"], ids=["nothing", "half", "zeros"])
def test_a_jpeg_that_lacks_its_end_marker_alone(tmp_path, rest):
    """ESP32-CAM sends such."""
    whole = jpeg(smooth(160, 120))
    (tmp_path / "esp32.jpg").write_bytes(whole[:-2] + rest)
    (tmp_path / "whole.jpg").write_bytes(whole)
    shown = read_image(tmp_path / "esp32.jpg")
    assert np.array_equal(shown, read_image(tmp_path / "whole.jpg"))


@pytest.mark.parametrize("lacking", [4, 6, 12, 40, 400, 2000])
@pytest.mark.parametrize("progressive", [0, 1], ids=["baseline", "progressive"])
def test_a_jpeg_that_lacks_more(tmp_path, lacking, progressive, capfd):
    flags = [cv2.IMWRITE_JPEG_PROGRESSIVE, progressive]
    data = cv2.imencode(".jpg", smooth(160, 120), flags)[1].tobytes()
    (tmp_path / "cut.jpg").write_bytes(data[:-lacking])
    with pytest.raises(InputError, match="cut.jpg: cut "):
        read_image(tmp_path / "cut.jpg")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_float_pixels_are_refused(tmp_path, channels, kind):
    """What is white in them, nobody knows."""
    pixels = np.linspace(0, 1, 48 * 64 * channels).reshape(48, 64, channels).astype(kind)
    if not cv2.imwrite(str(tmp_path / "float.tif"), pixels):
        pytest.skip("this OpenCV cannot write float TIFF")
    with pytest.raises(InputError, match=f"float.tif: .*{np.dtype(kind)}"):
        read_image(tmp_path / "float.tif")


def test_a_video_called_an_image(tmp_path, make_video):
    make_video(tmp_path / "clip.avi", frames=2)
    (tmp_path / "clip.avi").rename(tmp_path / "clip.jpg")
    with pytest.raises(InputError, match=r"clip.jpg: .*AVI.*\.mp4"):
        read_image(tmp_path / "clip.jpg")


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".bmp"])
@pytest.mark.parametrize(
    "size, factor",
    [((160, 100), 1), ((161, 101), 2), ((333, 200), 4), ((1000, 400), 8)],
    ids=["whole", "half", "quarter", "eighth"],
)
def test_a_large_photo_is_reduced(tmp_path, monkeypatch, suffix, size, factor):
    monkeypatch.setattr(images, "MOST_PIXELS", 160 * 100)
    path = tmp_path / f"large{suffix}"
    assert cv2.imwrite(str(path), smooth(*size))
    image, full = read_photo(path)
    assert full == size
    expected = [length / factor for length in size[::-1]]
    np.testing.assert_allclose(image.shape[:2], expected, atol=1)
    whole = cv2.resize(read_image(path), image.shape[1::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(image.astype(int) - whole).mean() < 6


@pytest.mark.parametrize(
    "value, full", [(1, (400, 300)), (3, (400, 300)), (6, (300, 400))], ids=["1", "3", "6"]
)
def test_a_large_photo_is_turned_upright(tmp_path, monkeypatch, value, full):
    monkeypatch.setattr(images, "MOST_PIXELS", 200 * 150)
    (tmp_path / "turned.jpg").write_bytes(jpeg(smooth(400, 300), orientation(value)))
    image, size = read_photo(tmp_path / "turned.jpg")
    assert size == full
    assert image.shape == (full[1] // 2, full[0] // 2, 3)

"""Images and videos are told by their content."""

import shutil
import subprocess

import cv2
import numpy as np
import pytest

from detection.media_kind import is_mjpeg, media_kind, media_of
from detection.sources.opening import open_sources

FORMATS = {
    "a.avi": "AVI",
    "a.m4v": "MP4 or MOV",
    "a.mkv": "Matroska or WebM",
    "a.mov": "MP4 or MOV",
    "a.mpg": "MPEG",
    "a.vob": "MPEG",
    "a.webm": "Matroska or WebM",
    "a.ts": "MPEG-TS",
    "a.m2ts": "MPEG-TS",
    "a.flv": "FLV",
    "a.wmv": "WMV",
    "a.gif": "GIF",
    "a.ogv": "Ogg",
    "a.h264": "H.264",
    "a.hevc": "H.265",
    "a.3gp": "MP4 or MOV",
}


@pytest.fixture(scope="module")
def videos(tmp_path_factory):
    """A folder with a short video of each format, written by ffmpeg."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is missing: apt-get install ffmpeg")
    folder = tmp_path_factory.mktemp("videos")
    codec = {"a.3gp": ["-c:v", "mpeg4"], "a.ogv": ["-c:v", "libtheora"]}
    source = ["-f", "lavfi", "-i", "testsrc=size=176x144:rate=25:duration=0.4"]
    for name in [*FORMATS, "a.mjpeg"]:
        command = ["ffmpeg", "-v", "error", *source, *codec.get(name, []), str(folder / name)]
        subprocess.run(command, check=True, stderr=subprocess.PIPE)
    return folder


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_videos_of_every_format_and_any_name(videos, name, tmp_path):
    assert media_kind(videos / name) == ("video", FORMATS[name])
    shutil.copy(str(videos / name), str(tmp_path / "photo.jpg"))
    source = open_sources([str(tmp_path / "photo.jpg")])
    frames = [frame.image.shape for frame in source.frames(print)]
    source.close()
    assert source.kind == "video"
    assert set(frames) == {(144, 176, 3)} and len(frames) >= 9


def test_jpeg_images_one_after_another_are_a_video(videos, tmp_path):
    shutil.copy(str(videos / "a.mjpeg"), str(tmp_path / "photo.jpg"))
    assert is_mjpeg(tmp_path / "photo.jpg", media_kind(tmp_path / "photo.jpg"))
    image = cv2.imencode(".jpg", np.zeros((8, 8, 3), np.uint8))[1].tobytes()
    (tmp_path / "one.jpg").write_bytes(image)
    assert not is_mjpeg(tmp_path / "one.jpg", media_kind(tmp_path / "one.jpg"))
    (tmp_path / "one.mjpeg").write_bytes(image)
    assert is_mjpeg(tmp_path / "one.mjpeg", media_kind(tmp_path / "one.mjpeg"))
    assert not is_mjpeg(videos / "a.gif", media_kind(videos / "a.gif"))


@pytest.mark.parametrize(
    "suffix, name",
    [
        (".bmp", "BMP"),
        (".jpg", "JPEG"),
        (".png", "PNG"),
        (".ppm", "PNM"),
        (".tif", "TIFF"),
        (".webp", "WebP"),
        (".hdr", "Radiance HDR"),
    ],
)
def test_images(tmp_path, suffix, name):
    done, data = cv2.imencode(suffix, np.zeros((8, 8, 3), np.uint8))
    assert done
    (tmp_path / "image.mp4").write_bytes(data.tobytes())
    assert media_kind(tmp_path / "image.mp4") == ("image", name)


@pytest.mark.parametrize(
    "head, name",
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0", "HEIC"),
        (b"\0\0\0\x1cftypavif\0\0\0\0", "AVIF"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
        (b"\0\0\0\x1cftypisom\0\0\0\0", "MP4 or MOV"),
    ],
)
def test_brands_of_one_container(head, name):
    assert media_of(head).name == name


@pytest.mark.parametrize(
    "head",
    [b"", b"text\n" * 99, b"BM is no bitmap", b"<annotation>", b"Go " * 140, b"\0" * 400, b"P3 is"],
    ids=["empty", "text", "BM", "XML", "G at times", "zeros", "P3"],
)
def test_neither(head):
    assert media_of(head) is None

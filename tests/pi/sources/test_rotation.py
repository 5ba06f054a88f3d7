"""Videos stand upright, under every OpenCV that a Pi may have."""

import shutil
import struct
import subprocess

import cv2
import numpy as np
import pytest
from turned_videos import MATRICES, STORED, matrix_bytes, scene, turned_video

from detection.sources.opening import open_sources
from detection.sources.rotation import UPRIGHT, Turn, read_turn

TURNS = {
    0: UPRIGHT,
    90: Turn(True, True, False),
    180: Turn(False, True, True),
    270: Turn(True, False, True),
    "mirrored": Turn(False, True, False),
    "mirrored on its side": Turn(True, False, False),
}


def expected_scene(matrix):
    """Where the matrix sends each quarter of the scene: x' = a x + c y, y' = b x + d y."""
    a, b, c, d = matrix
    image = scene(2, 2)
    shown = np.empty_like(image)
    for y in range(2):
        for x in range(2):
            # Around the center of the image.
            to_x = a * (x - 0.5) + c * (y - 0.5) + 0.5
            to_y = b * (x - 0.5) + d * (y - 0.5) + 0.5
            shown[int(to_y), int(to_x)] = image[y, x]
    return shown[..., ::-1]  # RGB


def quarters(image):
    return cv2.resize(image, (2, 2), interpolation=cv2.INTER_AREA)


@pytest.mark.parametrize("name", list(MATRICES), ids=str)
def test_the_matrix_of_an_mp4(tmp_path, name):
    turned_video(tmp_path / "clip.mp4", MATRICES[name])
    assert read_turn(tmp_path / "clip.mp4") == TURNS[name]
    (frame, *_) = open_sources([str(tmp_path / "clip.mp4")]).frames(print)
    width, height = STORED[::-1] if TURNS[name].transpose else STORED
    assert frame.image.shape == (height, width, 3)
    np.testing.assert_allclose(
        quarters(frame.image).astype(int), expected_scene(MATRICES[name]).astype(int), atol=60
    )


def test_ffmpeg_shows_the_same(tmp_path):
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is missing: apt-get install ffmpeg")
    for name in (90, 180, 270):
        path = tmp_path / f"{name}.mp4"
        turned_video(path, MATRICES[name])
        shown = tmp_path / f"{name}.png"
        command = ["ffmpeg", "-v", "error", "-i", str(path), "-frames:v", "1", str(shown)]
        subprocess.run(command, check=True)
        (frame, *_) = open_sources([str(path)]).frames(print)
        theirs = quarters(cv2.imread(str(shown)))[..., ::-1]
        np.testing.assert_allclose(quarters(frame.image).astype(int), theirs.astype(int), atol=20)


def box(kind, *content):
    data = b"".join(content)
    return struct.pack(">I4s", 8 + len(data), kind) + data


def track(handler, matrix, version=0):
    before = bytes([version]) + bytes(39 + 12 * version)
    return box(
        b"trak",
        box(b"tkhd", before, matrix_bytes(*matrix), bytes(8)),
        box(b"mdia", box(b"hdlr", bytes(8), handler, bytes(12))),
    )


def movie(*tracks, matrix=(1, 0, 0, 1)):
    return box(b"moov", box(b"mvhd", bytes(36), matrix_bytes(*matrix), bytes(28)), *tracks)


FILE_TYPE = box(b"ftyp", b"qt  \0\0\0\0")
LARGE = struct.pack(">I4sQ", 1, b"mdat", 16 + 5) + b"bytes"


@pytest.mark.parametrize(
    "content, name",
    [
        pytest.param(movie(track(b"vide", MATRICES[90])), 90, id="MOV without a type"),
        pytest.param(FILE_TYPE + LARGE + movie(track(b"vide", MATRICES[90])), 90, id="behind data"),
        pytest.param(
            FILE_TYPE + movie(track(b"soun", MATRICES[180]), track(b"vide", MATRICES[270], 1)),
            270,
            id="sound first, 64-bit times",
        ),
        pytest.param(
            FILE_TYPE + movie(track(b"vide", MATRICES[90]), matrix=MATRICES[180]),
            270,
            id="the movie is turned too",
        ),
        pytest.param(FILE_TYPE + movie(track(b"soun", MATRICES[90])), 0, id="sound alone"),
        pytest.param(FILE_TYPE, 0, id="no movie"),
        pytest.param(FILE_TYPE + movie(track(b"vide", MATRICES[90]))[:140], 0, id="cut short"),
        pytest.param(FILE_TYPE + b"\0\0\0\x02moov", 0, id="impossible size"),
        pytest.param(b"RIFF", 0, id="another container"),
        pytest.param(b"", 0, id="empty"),
    ],
)
def test_boxes(tmp_path, content, name):
    (tmp_path / "clip.mov").write_bytes(content)
    assert read_turn(tmp_path / "clip.mov") == TURNS[name]


def element(identity, content):
    size = len(content)
    return bytes.fromhex(identity) + bytes([0x08, *size.to_bytes(4, "big")]) + content


def matroska(roll, unknown_size=False):
    """Tracks as FFmpeg 6.1 writes them: ``rotation of 90 degrees`` becomes a roll of 90."""
    projection = element("7670", element("7675", roll))
    sound = element("ae", element("83", b"\x02"))
    video = element("ae", element("83", b"\x01") + element("e0", projection))
    inside = element("ec", b"void") + element("1654ae6b", sound + video)
    size = b"\xff" if unknown_size else bytes([0x08, *len(inside).to_bytes(4, "big")])
    return element("1a45dfa3", b"\x42\x86\x81\x01") + b"\x18\x53\x80\x67" + size + inside


@pytest.mark.parametrize(
    "content, name",
    [
        pytest.param(matroska(struct.pack(">f", 90)), 270, id="quarter to the left"),
        pytest.param(matroska(struct.pack(">d", -90), unknown_size=True), 90, id="to the right"),
        pytest.param(matroska(struct.pack(">f", 180)), 180, id="upside down"),
        pytest.param(matroska(struct.pack(">f", 0)), 0, id="upright"),
        pytest.param(matroska(b"\0\0"), 0, id="damaged"),
        pytest.param(matroska(struct.pack(">f", 90))[:40], 0, id="cut short"),
    ],
)
def test_matroska(tmp_path, content, name):
    (tmp_path / "clip.mkv").write_bytes(content)
    assert read_turn(tmp_path / "clip.mkv") == TURNS[name]

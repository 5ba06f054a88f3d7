"""Detections leave as text, JSON, images and videos."""

import io
import json

import cv2
import numpy as np
import pytest

from detector import Detection
from draw import PALETTE, class_colours, draw
from errors import InputError
from images import read_image
from recording import VideoFile
from sinks import ImageFile, ImageFolder, JsonLines, Lines, Progress
from sources import Frame

CUP = Detection("cup", 0.98765432, (10.12345, 5.0, 40.6, 30.0))
BALL = Detection("ball", 0.75, (0.0, 0.0, 64.0, 48.0))
COLOURS = class_colours(["cup", "ball"])


def grey(level=128, width=64, height=48, name="one.png", number=None):
    return Frame(np.full((height, width, 3), level, np.uint8), name, number)


def video_frames(path):
    capture = cv2.VideoCapture(str(path))
    frames = []
    while True:
        read, image = capture.read()
        if not read:
            return frames
        frames.append(image)


def test_json_lines():
    stream = io.StringIO()
    with JsonLines(stream) as sink:
        sink.write(grey(name="B\u00e4r.png"), [CUP, BALL])
        sink.write(grey(name="clip.mp4", number=7), [])
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert first == {
        "source": "B\u00e4r.png",
        "frame": None,
        "width": 64,
        "height": 48,
        "detections": [
            {"label": "cup", "score": 0.987654, "box": [10.123, 5.0, 40.6, 30.0]},
            {"label": "ball", "score": 0.75, "box": [0.0, 0.0, 64.0, 48.0]},
        ],
    }
    assert second == {"source": "clip.mp4", "frame": 7, "width": 64, "height": 48, "detections": []}


@pytest.mark.parametrize(
    "frame, detections, lines",
    [
        (grey(), [], []),
        (
            grey(),
            [CUP, BALL],
            [
                "one.png: cup 0.99 from (10, 5) to (41, 30)",
                "one.png: ball 0.75 from (0, 0) to (64, 48)",
            ],
        ),
        (
            grey(name="clip.avi", number=3),
            [BALL],
            ["clip.avi frame 3: ball 0.75 from (0, 0) to (64, 48)"],
        ),
    ],
)
def test_lines(frame, detections, lines):
    stream = io.StringIO()
    Lines(stream).write(frame, detections)
    assert stream.getvalue().splitlines() == lines


def test_an_image_file(tmp_path):
    frame = grey()
    with ImageFile(tmp_path / "out.png", COLOURS) as sink:
        sink.write(frame, [CUP])
    assert np.array_equal(read_image(tmp_path / "out.png"), draw(frame.image, [CUP], COLOURS))


def test_a_folder_of_images(tmp_path):
    with ImageFolder(tmp_path / "new" / "out", COLOURS) as sink:
        sink.write(grey(name="a.png"), [])
        sink.write(grey(name="a.jpg"), [])
        sink.write(grey(name="my clip.mp4", number=12), [])
        sink.write(grey(name="rtsp://10.0.0.1/live", number=1), [])
    names = sorted(path.name for path in (tmp_path / "new" / "out").iterdir())
    assert names == ["a.jpg", "a.png", "live_000001.jpg", "my_clip_000012.jpg"]


def test_a_folder_where_a_file_is(tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(InputError, match="out: cannot be made a folder"):
        ImageFolder(tmp_path / "out", COLOURS).write(grey(), [])


@pytest.mark.parametrize("name", ["out.avi", "out.mp4", "out.mov"])
@pytest.mark.parametrize("frames", [1, 12])
def test_a_video(tmp_path, name, frames):
    with VideoFile(tmp_path / name, COLOURS, 10.0) as sink:
        for number in range(frames):
            sink.write(grey(20 + 15 * number, number=number + 1), [])
    written = video_frames(tmp_path / name)
    np.testing.assert_allclose(
        [image.mean() for image in written], [20 + 15 * number for number in range(frames)], atol=8
    )
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_video_that_breaks_off_leaves_the_old_one(tmp_path):
    path = tmp_path / "out.avi"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt):
        with VideoFile(path, COLOURS, 10.0) as sink:
            sink.write(grey(), [])
            raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_video_without_frames_leaves_the_old_one(tmp_path):
    (tmp_path / "out.avi").write_text("old")
    with VideoFile(tmp_path / "out.avi", COLOURS, 10.0):
        pass
    assert (tmp_path / "out.avi").read_text() == "old"


def test_a_video_that_cannot_be_written(tmp_path):
    with pytest.raises(InputError, match="out.avi: cannot be written"):
        with VideoFile(tmp_path / "nowhere" / "out.avi", COLOURS, 10.0) as sink:
            sink.write(grey(), [])


def test_frames_that_change_their_size(tmp_path):
    with pytest.raises(InputError, match="out.avi.*changed"):
        with VideoFile(tmp_path / "out.avi", COLOURS, 10.0) as sink:
            sink.write(grey(), [])
            sink.write(grey(width=32), [])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["out.avi", "out.mp4", "out.mov"])
@pytest.mark.parametrize("frames", [50, 300])
def test_a_video_on_a_full_disk_leaves_the_old_one(tmp_path, name, frames):
    resource = pytest.importorskip("resource")
    path = tmp_path / name
    path.write_text("old")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        with pytest.raises(InputError, match=f"{name}: the end could not be written"):
            with VideoFile(path, COLOURS, 10.0) as sink:
                sink.write(grey(), [])
                resource.setrlimit(resource.RLIMIT_FSIZE, (20000, hard))
                for number in range(frames):
                    rough = np.random.RandomState(number).randint(0, 256, (48, 64, 3))
                    sink.write(Frame(rough.astype(np.uint8), "clip", 1), [])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "times, levels",
    [
        ([0.0, 0.1, 0.2, 0.3], [40, 80, 120, 160]),
        ([0.0, 0.3, 0.4], [40, 80, 80, 80, 120]),
        ([0.0, 0.05, 0.1], [40, 120]),
    ],
)
def test_a_live_video_lasts_as_long_as_what_it_shows(tmp_path, times, levels):
    clock = iter([0.0] + [time + 1e-6 for time in times])
    with VideoFile(tmp_path / "live.avi", COLOURS, 10.0, lambda: next(clock)) as sink:
        for number, _ in enumerate(times, start=1):
            sink.write(grey(40 * number, number=number), [])
    found = [image.mean() for image in video_frames(tmp_path / "live.avi")]
    np.testing.assert_allclose(found, levels, atol=8)


def test_progress():
    stream = io.StringIO()
    with Progress(2, stream) as sink:
        sink.write(grey(), [CUP, BALL])
        sink.write(grey(), [])
    assert "\r2/2 images, 2 found, " in stream.getvalue()
    assert stream.getvalue().endswith("\n")


def test_colours_belong_to_classes():
    labels = [f"class {number}" for number in range(len(PALETTE) + 1)]
    colours = class_colours(labels)
    assert len({colours[label] for label in labels[:-1]}) == len(PALETTE)
    assert colours[labels[-1]] == PALETTE[0]


@pytest.mark.parametrize("width, height", [(64, 48), (1280, 720), (3, 2), (2000, 20)])
@pytest.mark.parametrize("box", [(0, 0, 1, 1), (0.25, 0.5, 0.75, 1), (0.999, 0.999, 1, 1)])
def test_draw_on_any_size(width, height, box):
    image = np.full((height, width, 3), 128, np.uint8)
    before = image.copy()
    pixels = tuple(share * side for share, side in zip(box, (width, height) * 2))
    drawn = draw(image, [Detection("cup", 0.9, pixels)], COLOURS)
    assert np.array_equal(image, before)
    assert drawn.shape == image.shape
    assert drawn.dtype == np.uint8
    assert not np.array_equal(drawn, image)


def test_draw_puts_the_box_where_it_is():
    image = np.zeros((200, 300, 3), np.uint8)
    drawn = draw(image, [Detection("cup", 0.9, (100, 80, 200, 160))], COLOURS)
    for x, y in ((100, 120), (200, 120), (150, 160), (190, 80)):
        assert tuple(drawn[y, x]) == COLOURS["cup"]
    assert drawn[90:150, 110:190].max() == 0
    assert drawn[170:].max() == drawn[:, 210:].max() == drawn[:, :90].max() == 0


def test_draw_nothing():
    image = np.full((5, 5, 3), 7, np.uint8)
    assert np.array_equal(draw(image, [], COLOURS), image)


@pytest.mark.parametrize("label", ["B\u00e4r", "\u718a", ""])
def test_draw_labels_beyond_ascii(label):
    image = np.zeros((100, 200, 3), np.uint8)
    drawn = draw(image, [Detection(label, 0.9, (50, 40, 150, 90))], class_colours([label]))
    assert drawn[:40].max() > 0

"""Images of what appears, under a quota; only our own files go."""

import shutil

import numpy as np
import pytest
from pi_results import result

from detection.drawing import Painter
from detection.errors import InputError
from detection.images import read_image
from detection.sinks.snapshots import Snapshots
from detection.structures import Detection, Frame

PAINTER = Painter(["cup", "a/b"])


def seen(time, *labels):
    rough = np.random.RandomState(int(time)).randint(0, 256, (48, 64, 3)).astype(np.uint8)
    frame = Frame(rough, "camera", int(time) + 1, 1e9 + time, time)
    return result(frame, *(Detection(label, 0.9, (5.0, 5.0, 40.0, 40.0)) for label in labels))


def names(folder):
    return [path.name[16:] for path in sorted(folder.iterdir())]


def test_one_for_each_appearance(tmp_path):
    with Snapshots(tmp_path / "new", PAINTER, 10.0, 10**6) as sink:
        for time in range(25):
            sink.write(seen(time, "cup"))
        sink.write(seen(25))
        sink.write(seen(26, "cup", "a/b"))
    assert names(tmp_path / "new") == ["000_cup.jpg"] * 3 + ["000_a_b.jpg"]
    assert read_image(sorted((tmp_path / "new").iterdir())[0]).shape == (48, 64, 3)


def test_the_oldest_of_ours_go(tmp_path):
    users = ["20000101-000000-000_mine.jpg", "holiday.jpg"]
    for name in users:
        (tmp_path / name).write_bytes(b"\xff\xd8 a photo" * 2000)
    Snapshots(tmp_path, PAINTER, 1.0, 10**6).write(seen(0, "cup"))
    size = max(path.stat().st_size for path in tmp_path.iterdir() if path.name not in users)
    sink = Snapshots(tmp_path, PAINTER, 1.0, 3 * size + 1000)
    for time in range(2, 12):
        sink.write(seen(time, "cup"))
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert set(users) < set(kept)
    ours = [name for name in kept if name not in users]
    # Seconds 9 to 11 of the minute that begins at 1e9 s: 01:46:40.
    assert [name[13:15] for name in ours] == ["49", "50", "51"]


def test_a_folder_that_goes_is_said_once(tmp_path, caplog):
    sink = Snapshots(tmp_path / "usb", PAINTER, 1.0, 10**6)
    shutil.rmtree(str(tmp_path / "usb"))
    for time in range(0, 8, 2):
        sink.write(seen(time, "cup"))
    assert len(caplog.records) == 1 and "usb" in caplog.text
    (tmp_path / "usb").mkdir()
    sink.write(seen(10, "cup"))
    assert names(tmp_path / "usb") == ["000_cup.jpg"]


def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("text")
    with pytest.raises(InputError, match="file: "):
        Snapshots(tmp_path / "file", PAINTER, 1.0, 10**6)

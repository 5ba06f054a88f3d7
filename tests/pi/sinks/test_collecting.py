"""What the model is least sure of is kept, under a quota, and nothing of others is removed."""

import time

import cv2
import numpy as np
import pytest

from detection.errors import InputError
from detection.sinks.collecting import Collector
from detection.sinks.draft_xml import DATABASE, read_draft
from detection.structures import Detection, Frame


def cup(score, left=0):
    return Detection("cup", score, (left, 0, left + 20, 20))


def shot(seed, seconds=None, name="door"):
    """A frame of a scene of its own; of a camera where it has a time."""
    coarse = np.random.RandomState(seed).randint(40, 200, (6, 8, 3)).astype(np.uint8)
    image = np.kron(coarse, np.ones((8, 8, 1), np.uint8))
    number = None if seconds is None else int(seconds * 10) + 1
    return Frame(image, name, number, 1700000000.0 + (seconds or seed), seconds)


@pytest.fixture()
def collect(tmp_path):
    """Offers pairs of a frame and detections; the uncertainties that are kept, in order."""

    def collect(*offered, limit=3):
        said = []
        with Collector(tmp_path / "kept", limit, 0.5, said.append) as collector:
            for frame, detections in offered:
                collector.offer(frame, detections)
                wait_until(collector._queue.empty)
        assert not said
        return stored(tmp_path / "kept")

    return collect


def wait_until(condition):
    for _ in range(500):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("nothing happened")


def stored(folder):
    """The uncertainties of the drafts, highest first; each has its image."""
    drafts = [read_draft(path) for path in (folder / "drafts").iterdir()]
    images = sorted(path.name for path in (folder / "img").iterdir())
    assert images == sorted(draft.name for draft in drafts)
    return sorted((round(draft.uncertainty, 2) for draft in drafts), reverse=True)


@pytest.mark.parametrize(
    "offered, expected",
    [
        ([], []),
        ([(shot(1), [])], []),
        ([(shot(1), [cup(0.95)])], []),
        ([(shot(1), [cup(0.5)])], [1]),
        ([(shot(1), [cup(0.5)]), (shot(1), [cup(0.5, 1)])], [1]),
        ([(shot(1), [cup(0.5)]), (shot(1), [cup(0.5, 40)])], [1, 1]),
        ([(shot(1), [cup(0.5)]), (shot(2), [cup(0.6)])], [1, 0.64]),
        (
            [(shot(seed), [cup(score)]) for seed, score in enumerate([0.6, 0.5, 0.7, 0.55, 0.75])],
            [1, 0.81, 0.64],
        ),
        ([(shot(seed, seed / 4), [cup(0.5)]) for seed in range(9)], [1, 1, 1]),
        ([(shot(seed, 0.5, f"video {seed}"), [cup(0.5)]) for seed in range(2)], [1, 1]),
    ],
    ids=[
        "nothing",
        "no detections",
        "sure",
        "unsure",
        "the like of it",
        "an object elsewhere",
        "another scene",
        "more than the quota",
        "one a second",
        "two videos",
    ],
)
def test_what_is_kept(collect, offered, expected):
    assert collect(*offered) == expected


def test_the_image_is_the_frame_and_the_draft_what_is_sure_enough(collect, tmp_path):
    frame = shot(1)
    collect((frame, [cup(0.6), cup(0.4, 40)]))
    (path,) = (tmp_path / "kept" / "img").iterdir()
    image = cv2.imread(str(path))[..., ::-1]
    assert np.abs(image.astype(int) - frame.image).mean() < 6
    (xml,) = (tmp_path / "kept" / "drafts").iterdir()
    assert (xml.stem, xml.suffix) == (path.stem, ".xml")
    assert [one.score for one in read_draft(xml).detections] == [0.6]


def test_a_second_run_goes_on_under_the_same_quota(collect):
    assert collect((shot(1), [cup(0.6)]), (shot(2), [cup(0.55)])) == [0.81, 0.64]
    assert collect((shot(1), [cup(0.6)])) == [0.81, 0.64]
    assert collect((shot(3), [cup(0.5)]), (shot(4), [cup(0.5)])) == [1, 1, 0.81]


def test_what_a_person_has_saved_or_put_there_stays(tmp_path):
    images, drafts = tmp_path / "kept" / "img", tmp_path / "kept" / "drafts"
    with Collector(tmp_path / "kept", 1, 0.5, print) as collector:
        collector.offer(shot(1), [cup(0.6)])
        wait_until(lambda: any(drafts.glob("[!.]*.xml")))
        (xml,) = drafts.glob("[!.]*.xml")
        xml.write_text(xml.read_text().replace(DATABASE, "Unknown"))  # as LabelImg saves it
        (images / "mine.jpg").write_bytes(b"mine")
        for seed, score in ((2, 0.58), (3, 0.55), (4, 0.5)):
            collector.offer(shot(seed), [cup(score)])
            wait_until(collector._queue.empty)
    assert xml.exists() and (images / f"{xml.stem}.jpg").exists()
    assert (images / "mine.jpg").read_bytes() == b"mine"
    assert len(list(images.iterdir())) == 3


def test_a_folder_that_cannot_be(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError) as refused:
        Collector(tmp_path / "file", 1, 0.5, print)
    assert str(tmp_path / "file") in str(refused.value)


def test_where_nothing_can_be_written_that_is_said_once_and_detection_goes_on(tmp_path):
    said = []
    with Collector(tmp_path / "kept", 5, 0.5, said.append) as collector:
        (tmp_path / "kept" / "img").rmdir()
        for seed in range(3):
            collector.offer(shot(seed), [cup(0.5)])
            wait_until(collector._queue.empty)
    assert len(said) == 1


def test_a_slow_disk_leaves_images_out(tmp_path, monkeypatch):
    def slowly(path, image):
        time.sleep(0.2)
        path.write_bytes(b"")

    monkeypatch.setattr("detection.sinks.collecting.write_image", slowly)
    with Collector(tmp_path / "kept", 99, 0.5, print) as collector:
        started = time.monotonic()
        for seed in range(20):
            collector.offer(shot(seed), [cup(0.5)])
        assert time.monotonic() - started < 0.2
    assert 1 <= len(stored(tmp_path / "kept")) <= 4

"""Events read back: TensorFlow's own, restarted, cut off, damaged, and of a job that writes."""

import threading

import event_files
import pytest
from event_files import MAP, losses

from helpers.structures.errors import MissingPart
from helpers.training import event_reader
from helpers.training.event_reader import EventImage, Point


def test_what_tensorflow_wrote(tmp_path):
    tf = pytest.importorskip("tensorflow")
    for folder, step, tag in ((tmp_path, 3, "loss_1"), (tmp_path / "eval_0", 4, MAP)):
        writer = tf.compat.v1.summary.FileWriter(str(folder), graph=tf.Graph())
        value = tf.compat.v1.Summary.Value(tag=tag, simple_value=0.5)
        writer.add_summary(tf.compat.v1.Summary(value=[value]), step)
        writer.close()
    events = event_reader.read(tmp_path)
    assert events.training == {"loss_1": [Point(3, 0.5)]}
    assert events.evaluation == {MAP: [Point(4, 0.5)]}
    assert (events.images, events.problems) == ([], [])


@pytest.mark.parametrize(
    "first, second, expected",
    [
        pytest.param([0, 10, 20, 30], [20, 30, 40], [0, 10, 20, 30, 40], id="repeats steps"),
        pytest.param([0, 10, 20, 30], [15], [0, 10, 15], id="is not as far yet"),
        pytest.param([10, 20], [1], [1], id="from scratch"),
        pytest.param([10, 20], [], [10, 20], id="wrote nothing yet"),
    ],
)
def test_of_a_restart_the_later_steps_count(tmp_path, first, second, expected):
    event_files.write(tmp_path, losses(first), number=1)
    event_files.write(tmp_path, losses(second, scale=2), number=2)
    curve = dict(event_reader.read(tmp_path).training["loss_1"])
    assert list(curve) == expected
    assert {step for step in curve if curve[step] == pytest.approx(20 / (1 + step))} == set(second)


def test_two_files_at_a_time_with_other_tags_do_not_replace_each_other(tmp_path):
    event_files.write(tmp_path, losses([10, 20]), number=1)
    event_files.write(tmp_path, losses([5, 15], tag="rate"), number=2)
    points = event_reader.read(tmp_path).training
    assert {tag: [step for step, _ in points[tag]] for tag in points} == {
        "loss_1": [10, 20],
        "rate": [5, 15],
    }


def test_images_of_the_newest_step_in_the_order_of_their_numbers(tmp_path):
    rows = [(1, f"image/{number}/0", b"old") for number in range(12)]
    rows += [(2, f"image/{number}/0", b"%d" % number) for number in (10, 9, 1)]
    event_files.write(tmp_path / "eval_0", rows)
    assert event_reader.read(tmp_path).images == [
        EventImage(f"image/{number}/0", 2, b"%d" % number) for number in (1, 9, 10)
    ]


@pytest.mark.parametrize("cut", range(1, 30, 4))
def test_a_file_cut_in_its_last_record(tmp_path, cut):
    path = event_files.write(tmp_path, losses([10, 20, 30]))
    path.write_bytes(path.read_bytes()[:-cut])
    events = event_reader.read(tmp_path)
    assert [step for step, _ in events.training["loss_1"]] == [10, 20]
    assert len(events.problems) == 1 and str(path) in events.problems[0]


def test_a_damaged_record_and_one_of_another_kind_are_named(tmp_path):
    path = event_files.write(tmp_path, losses([10, 20, 30]))
    content = bytearray(path.read_bytes())
    middle = content.index(b"loss_1", content.index(b"loss_1") + 1)
    content[middle] ^= 1
    path.write_bytes(bytes(content))
    with open(str(path), "ab") as stream:
        event_files.framing.write_frames(stream, [b"\xff\xff\xff"])
    events = event_reader.read(tmp_path)
    assert [step for step, _ in events.training["loss_1"]] == [10, 30]
    assert [problem.split(" is ")[0] for problem in events.problems] == [
        f"{path}: record 3",
        f"{path}: record 5",
    ]


def test_an_empty_file_and_none(tmp_path):
    with pytest.raises(MissingPart, match=f"{tmp_path}: .*04_train"):
        event_reader.read(tmp_path)
    (tmp_path / f"{event_files.PREFIX}1").write_bytes(b"")
    events = event_reader.read(tmp_path)
    assert (events.training, events.problems) == ({}, [])


def test_several_readers_while_a_job_writes(tmp_path):
    path = event_files.write(tmp_path, losses([0]))
    done, seen = threading.Event(), []

    def follow():
        while not done.is_set():
            events = event_reader.read(tmp_path)
            seen.append([step for step, _ in events.training["loss_1"]])

    readers = [threading.Thread(target=follow) for _ in range(3)]
    for reader in readers:
        reader.start()
    for step in range(1, 60):
        event_files.append(path, losses([step]))
    done.set()
    for reader in readers:
        reader.join()
    assert all(steps == list(range(len(steps))) for steps in seen)
    assert len(event_reader.read(tmp_path).training["loss_1"]) == 60

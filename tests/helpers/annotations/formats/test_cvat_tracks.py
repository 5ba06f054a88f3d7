"""CVAT's tracks: frames are images by number, and no box is put on the image beside its own."""

import pytest
from builders import codes, paint, rows_of

from helpers.annotations import registry
from helpers.structures.errors import BadInput

CAT = ("cat", 1, 2, 20, 25)


def box(frame, outside=0, right=20):
    return (
        f'<box frame="{frame}" outside="{outside}" occluded="0" keyframe="1" '
        f'xtl="1" ytl="2" xbr="{right}" ybr="25"/>'
    )


def track(*boxes, number=0, label="cat"):
    return f'<track id="{number}" label="{label}">{"".join(boxes)}</track>'


def xml(*tracks, task="<size>9</size>"):
    return f"<annotations><meta><task>{task}</task></meta>{''.join(tracks)}</annotations>"


@pytest.fixture()
def read_video(tmp_path):
    """Reads tracks, with images of these names; gives rows by image, and codes."""

    def read(content, names):
        for name in names:
            paint(tmp_path / "img" / name)
        (tmp_path / "x.xml").write_text(content)
        annotations = registry.read("auto", tmp_path / "x.xml", tmp_path / "img")
        rows = {one.path: rows_of(one) for one in annotations.records}
        return rows, codes(annotations.findings)

    return read


FRAMES = [f"frame_{number:06d}.png" for number in range(4)]


def test_each_frame_has_the_boxes_of_all_tracks_but_for_those_outside(read_video):
    content = xml(
        track(box(0), box(1), box(2, outside=1)),
        track(box(1), box(2, right=30), number=1, label="dog"),
    )
    assert read_video(content, FRAMES) == (
        {FRAMES[0]: [CAT], FRAMES[1]: [CAT, ("dog", *CAT[1:])], FRAMES[2]: [("dog", 1, 2, 30, 25)]},
        [("image-without-annotation", FRAMES[3], None)],
    )


@pytest.mark.parametrize(
    "names",
    [["0.png", "1.png"], ["video_00.jpg", "video_01.jpg"], ["clip/f-0.png", "clip/f-001.png"]],
    ids=["numbers", "of a video", "in a folder"],
)
def test_a_frame_is_the_image_whose_name_ends_in_its_number(read_video, names):
    assert read_video(xml(track(box(0), box(1))), names) == ({name: [CAT] for name in names}, [])


def test_images_from_1_are_no_frames_from_0(read_video):
    with pytest.raises(BadInput, match="x.xml.*from 0.*from 1"):
        read_video(xml(track(box(0), box(1))), ["f1.png", "f2.png"])


def test_a_task_may_begin_later(read_video):
    content = xml(track(box(2), box(3)), task="<start_frame>2</start_frame>")
    assert read_video(content, FRAMES[2:])[0] == {FRAMES[2]: [CAT], FRAMES[3]: [CAT]}
    with pytest.raises(BadInput):
        read_video(xml(track(box(2)), task="<start_frame>1</start_frame>"), [])


def test_two_images_of_one_number_are_refused(read_video):
    with pytest.raises(BadInput, match="one/0.png.*two/0.png"):
        read_video(xml(track(box(0))), ["one/0.png", "two/0.png"])


def test_frames_without_image_are_one_finding(read_video):
    rows, found = read_video(xml(track(*map(box, range(9)))), FRAMES[:2])
    assert list(rows) == FRAMES[:2]
    assert found == [("annotation-without-image", "x.xml", None)]


def test_a_frame_that_a_track_leaves_out_is_a_finding(read_video):
    _, found = read_video(xml(track(box(0), box(2)), track(box(1), number=1)), FRAMES[:3])
    assert found == [("annotation-broken-file", FRAMES[1], None)]


def test_an_object_that_was_outside_in_between_is_no_gap(read_video):
    content = xml(track(box(0), box(1, outside=1), box(3)))
    rows, found = read_video(content, [FRAMES[0], FRAMES[2], FRAMES[3]])
    assert list(rows) == [FRAMES[0], FRAMES[3]]
    assert found == [("image-without-annotation", FRAMES[2], None)]


def test_what_was_tracks_is_written_as_images(read_video, tmp_path):
    read_video(xml(track(box(0), box(1))), FRAMES[:2])
    records = registry.read("cvat", tmp_path / "x.xml", tmp_path / "img").records
    registry.FORMATS["cvat"].write(records, tmp_path / "y.xml", tmp_path / "img")
    again, findings = registry.read("cvat", tmp_path / "y.xml", tmp_path / "img")
    assert [(one.path, rows_of(one)) for one in again] == [(name, [CAT]) for name in FRAMES[:2]]
    assert findings == []

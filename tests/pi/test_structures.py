"""What the parts pass to each other."""

from pi_results import grey, result

from detection.structures import Detection


def test_what_is_not_known_is_none():
    frame = grey()
    assert (frame.number, frame.stream_time) == (None, None)
    assert Detection("cup", 0.5, (0.0, 0.0, 1.0, 1.0)).track is None
    assert result(frame).detections == () and result(frame).counts == {}


def test_boxes_of_an_image_that_was_reduced():
    frame = grey(width=50, height=20)._replace(full_size=(101, 40))
    cup = Detection("cup", 0.5, (0.0, 5.0, 50.0, 10.0))
    assert frame.size == (101, 40)
    found = result(frame, cup)
    assert found.detections == (cup,)
    assert [one.box for one in found.in_file_pixels()] == [(0.0, 10.0, 101.0, 20.0)]


def test_boxes_of_a_whole_image_stay_as_they_are():
    cup = Detection("cup", 0.5, (0.1, 5.0, 50.0, 10.0))
    assert grey(width=50, height=20).size == (50, 20)
    assert result(grey(), cup).in_file_pixels() == (cup,)

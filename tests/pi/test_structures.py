"""What the parts pass to each other."""

from pi_results import grey, result

from detection.structures import Detection


def test_what_is_not_known_is_none():
    frame = grey()
    assert (frame.number, frame.stream_time) == (None, None)
    assert Detection("cup", 0.5, (0.0, 0.0, 1.0, 1.0)).track is None
    assert result(frame).detections == () and result(frame).counts == {}

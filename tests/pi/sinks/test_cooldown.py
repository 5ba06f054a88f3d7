"""A class is due once, then not for a while."""

import pytest
from pi_results import grey, result

from detection.sinks.cooldown import Cooldown
from detection.structures import Detection


def at(time, *labels):
    frame = grey(number=1)._replace(stream_time=time)
    return result(frame, *(Detection(label, 0.5, (0.0, 0.0, 9.0, 9.0)) for label in labels))


@pytest.mark.parametrize(
    "results, due",
    [
        ([at(0.0)], [[]]),
        ([at(0.0, "cup", "cup"), at(1.0, "cup")], [["cup"], []]),
        ([at(0.0, "cup"), at(9.9, "cup"), at(10.0, "cup")], [["cup"], [], ["cup"]]),
        ([at(0.0, "cup"), at(1.0, "cup", "ball")], [["cup"], ["ball"]]),
        ([at(50.0, "cup"), at(0.0, "cup")], [["cup"], ["cup"]]),
        ([at(None, "cup"), at(None, "cup")], [["cup"], ["cup"]]),
    ],
    ids=["nothing", "again", "over", "another class", "another video", "images"],
)
def test_due(results, due):
    cooldown = Cooldown(10.0)
    assert [cooldown.due(one) for one in results] == due

"""Frames in, results out."""

from pi_results import grey

from detection import pipeline
from detection.sinks.sink import Sink
from detection.structures import Result


class Kept(Sink):
    def __init__(self):
        self.results = []

    def write(self, result):
        self.results.append(result)


def test_every_sink_gets_every_result_in_order():
    frames = [grey(number=number) for number in range(1, 6)]
    sinks = [Kept(), Kept()]
    pipeline.run(iter(frames), lambda frame: Result(frame, ()), sinks)
    for sink in sinks:
        assert [result.frame.number for result in sink.results] == [1, 2, 3, 4, 5]


def test_no_frames():
    sink = Kept()
    pipeline.run([], lambda frame: Result(frame, ()), [sink])
    assert sink.results == []

"""What every sink does."""

import pytest

from detection.sinks.sink import Sink


class Noted(Sink):
    ended = "not yet"

    def write(self, result):
        raise ValueError(result)

    def close(self, error):
        self.ended = error


def test_a_sink_is_told_how_it_ended():
    with Noted() as sink:
        pass
    assert sink.ended is None
    with pytest.raises(ValueError):
        with Noted() as sink:
            sink.write("a result")
    assert isinstance(sink.ended, ValueError)

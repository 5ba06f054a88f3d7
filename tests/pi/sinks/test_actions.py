"""Commands are told what was detected."""

import datetime
import json
import sys

import pytest
from pi_scenes import BLACK, frame

from detection.sinks.actions import Actions, variables
from detection.structures import Detection, Frame, Result
from detection.watch.appearances import Due
from detection.watch.plan import Action

CAT = Detection("cat", 0.98765, (1.25, 2, 30, 40), 7, ("lawn", "path"))


@pytest.mark.parametrize(
    "place, detection, expected",
    [
        (
            frame(12, 0.5)._replace(time=1700000000.25),
            CAT,
            {
                "DETECT_LABEL": "cat",
                "DETECT_SCORE": "0.9877",
                "DETECT_BOX": "1.2 2.0 30.0 40.0",
                "DETECT_TRACK": "7",
                "DETECT_ZONES": "lawn\npath",
                "DETECT_SOURCE": "street.mp4",
                "DETECT_FRAME": "12",
            },
        ),
        (
            Frame(BLACK, "a.jpg", None, 1700000000.25),
            Detection("a\0b", 1.0, (0, 0, 1, 1)),
            {"DETECT_LABEL": "a?b", "DETECT_TRACK": "", "DETECT_ZONES": "", "DETECT_FRAME": ""},
        ),
    ],
    ids=["tracked", "on an image"],
)
def test_variables(place, detection, expected):
    given = variables(Due(Action("cat", "true"), detection, place))
    assert {name: given[name] for name in expected} == expected
    time = datetime.datetime.strptime(given["DETECT_TIME"][:-3] + "00", "%Y-%m-%dT%H:%M:%S.%f%z")
    assert time.timestamp() == 1700000000.25


@pytest.mark.parametrize("live", [False, True], ids=["file", "camera"])
def test_a_command_runs_once_for_an_object(tmp_path, live):
    lines = tmp_path / "lines"
    said = []
    program = (
        f"{sys.executable} -c 'import json, os; print(json.dumps(dict(os.environ)))' >> {lines};"
        f" touch {tmp_path / 'done'}"
    )
    with Actions([Action("cat", program, frames=2)], live, said.append) as sink:
        for number in range(1, 6):
            sink.write(Result(frame(number, number / 10), (CAT,)))
        while live and not (tmp_path / "done").exists():
            pass
    (line,) = lines.read_text().splitlines()
    assert json.loads(line)["DETECT_FRAME"] == "2" and not said

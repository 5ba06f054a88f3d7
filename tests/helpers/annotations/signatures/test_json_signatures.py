"""Which signature counts where several fit the same JSON."""

import pytest
from annotation_files import write_annotations as write

from helpers.annotations.signatures.json_signatures import JSON_SIGNATURES
from helpers.annotations.signatures.signature import first_fit


@pytest.mark.parametrize(
    "content, tool",
    [
        pytest.param(
            {"images": [{"labels": []}], "annotations": [], "label_classes": []},
            "Hasty JSON",
            id="Hasty with a list of annotations is not COCO",
        ),
        pytest.param(
            {"images": [], "annotations": [{"bbox": [1, 2, 3, 4], "image_id": 1}], "item": 1},
            "COCO JSON",
            id="COCO with keys of another tool",
        ),
        pytest.param(
            [{"image_id": 1, "category_id": 1, "bbox": [], "score": 1}],
            "COCO detection results",
            id="results are no list of annotations",
        ),
        pytest.param({"a": {"regions": {}}, "shapes": []}, "VGG Image Annotator JSON", id="VIA"),
    ],
)
def test_the_narrower_signature_counts(tmp_path, content, tool):
    assert first_fit(JSON_SIGNATURES, write(tmp_path, "a.json", content)).tool == tool


@pytest.mark.parametrize("content", ["{", "[1, 2]", "null", {"a": 1}], ids=str)
def test_json_of_nobody_has_no_signature(tmp_path, content):
    assert first_fit(JSON_SIGNATURES, write(tmp_path, "a.json", content)) is None

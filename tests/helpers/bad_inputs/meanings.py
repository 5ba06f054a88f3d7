"""What a whole source says about its numbers: read in another way than they stand, and said."""

import json

from bad_inputs.data_sets import boxes, coco, encoded_image, manifest, obj, row, voc, xml

_MASK = {"size": [100, 200], "counts": [6060, 30, 13910]}
_CROWD = {"iscrowd": 1, "segmentation": _MASK, "attributes": {"occluded": False}}
# Corners all over an image of 200x100, of which hardly one is a width and height inside it.
_CORNERS = [[10, 10, 100, 80], [60, 20, 180, 95], [120, 30, 195, 90], [5, 50, 60, 99]]
_BAD = {
    "verify": "1",
    "verify-metadata": {
        "type": "groundtruth/label-verification",
        "creation-date": "2026-01-03T00:00:00",
        "class-name": "bad",
    },
}


def _task():
    """A task of Label Studio with two people's annotations."""
    value = {"x": 60, "y": 60, "width": 30, "height": 30, "rectanglelabels": ["cat"]}
    region = {"id": "r", "type": "rectanglelabels", "original_width": 200, "value": value}
    result = [{**region, "from_name": "label", "to_name": "image", "original_height": 100}]
    people = [{"id": own, "result": result, "was_cancelled": own == 2} for own in (1, 2)]
    return {"in/a.json": json.dumps([{"id": 1, "data": {"image": "a.jpg"}, "annotations": people}])}


CASES = [
    row("masks as crowds", "coco", coco([_CROWD]), "annotation-masks-as-crowds"),
    row(
        "corners in bbox",
        "coco",
        coco([{"bbox": corners} for corners in _CORNERS + [[100, 5, 150, 60]]]),
        "annotation-corners-as-bbox",
    ),
    row(
        "a fraction of the image",
        "coco",
        coco([{"bbox": [0.5, 0.5, 0.25, 0.4]}]),
        "annotation-relative-boxes",
    ),
    row(
        "one rotated",
        "coco",
        coco([{"bbox": [60, 40, 60, 20], "attributes": {"rotation": 60.0}}]),
        "box-rotated",
    ),
    row(
        "one of two is a fraction",
        "xml",
        {
            "in/a.xml": xml(obj(box=(0.5, 0.4, 0.75, 0.9))),
            "in/b.xml": xml(filename="b.jpg"),
            "img/a.jpg": encoded_image(),
            "img/b.jpg": encoded_image(3),
        },
        "box-relative",
        "box-too-small",
    ),
    row("judged bad", "manifest", manifest(**_BAD), "annotation-rejected"),
    row("cancelled", "label-studio", _task(), "annotation-left-out"),
    row("a copied corner", "xml", boxes((20, 10, 180, 180)), "box-copied-corner"),
    row(
        "a class of specks",
        "xml",
        voc(*[obj(box=(20 * own, 20, 20 * own + 2, 22)) for own in range(1, 6)]),
        *["box-too-small"] * 5,
        "class-doubtful-reading",
    ),
]

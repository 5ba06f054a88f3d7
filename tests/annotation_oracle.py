"""Reads annotations with other people's code and prints the boxes; for an environment of its own.

    python annotation_oracle.py READER SOURCE [IMAGES]

The print is JSON: by image a list of ``[class, x_min, y_min, x_max, y_max]``.
Run by the fixture ``annotation_oracle`` of ``tests/helpers/annotations/conftest.py``.
"""

import json
import sys
from pathlib import Path


def _globox(read):
    def boxes(source, images):
        del images
        return {
            one.image_id: [[box.label, box.xmin, box.ymin, box.xmax, box.ymax] for box in one.boxes]
            for one in read(source)
        }

    return boxes


def _globox_readers():
    from globox import AnnotationSet

    return {
        "globox labelme": _globox(AnnotationSet.from_labelme),
        "globox cvat": _globox(AnnotationSet.from_cvat),
        "globox coco": _globox(AnnotationSet.from_coco),
    }


def _datumaro(plugin):
    def boxes(source, images):
        del images
        from datumaro.components.annotation import AnnotationType
        from datumaro.components.environment import Environment

        items = Environment().extractors[plugin](source)
        labels = items.categories()[AnnotationType.label]
        return {
            item.id: [
                [labels[one.label].name, one.x, one.y, one.x + one.w, one.y + one.h]
                for one in item.annotations
                if one.type == AnnotationType.bbox
            ]
            for item in items
        }

    return boxes


def _open_images(source, images):
    from globox import AnnotationSet

    return {
        one.image_id: [[box.label, box.xmin, box.ymin, box.xmax, box.ymax] for box in one.boxes]
        for one in AnnotationSet.from_openimage(source, image_folder=images)
    }


def _createml(source, images):
    from supervision.dataset.formats.createml import load_createml_annotations

    classes, _, detections = load_createml_annotations(images, source)
    return _supervised(classes, detections)


def _labelme(source, images):
    from supervision.dataset.formats.labelme import load_labelme_annotations

    found = {}
    for folder in sorted({path.parent for path in Path(source).rglob("*.json")}):
        # It does not look into subfolders.
        place = Path(images) / folder.relative_to(source)
        classes, _, detections = load_labelme_annotations(str(place), str(folder))
        found.update(_supervised(classes, detections))
    return found


def _supervised(classes, detections):
    return {
        Path(path).name: [
            [classes[number], *box] for number, box in zip(one.class_id.tolist(), one.xyxy.tolist())
        ]
        for path, one in detections.items()
    }


def _label_studio(source, images):
    del images
    from dagshub_annotation_converter.formats.label_studio.task import LabelStudioTask

    with open(source) as stream:
        tasks = [LabelStudioTask.model_validate(task) for task in json.load(stream)]
    return {
        task.data["image"]: [_corners(one.denormalized()) for one in task.to_ir_annotations()]
        for task in tasks
    }


def _corners(box):
    (name,) = box.categories
    name = name if isinstance(name, str) else name.name
    return [name, box.left, box.top, box.left + box.width, box.top + box.height]


def _reader(name):
    if name.startswith("globox ") and name != "globox open_images":
        return _globox_readers()[name]
    if name.startswith("datumaro "):
        return _datumaro(name.split()[1])
    return {
        "globox open_images": _open_images,
        "supervision createml": _createml,
        "supervision labelme": _labelme,
        "dagshub label_studio": _label_studio,
    }[name]


if __name__ == "__main__":
    reader, annotations, *folder = sys.argv[1:]
    found = _reader(reader)(annotations, folder[0] if folder else "")
    json.dump(found, sys.stdout)

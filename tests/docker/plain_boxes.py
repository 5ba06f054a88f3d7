"""Boxes as plain values that compare, from a table and from decoded records."""

from helpers.annotations import csv_table


def of_table(path):
    """Size and whole-pixel boxes of each image of a table, by its name."""
    return {
        one.path.encode(): (
            one.width,
            one.height,
            sorted(
                (label, [round(value) for value in box])
                for label, box in zip(one.objects.labels, one.objects.boxes.tolist())
            ),
        )
        for one in csv_table.read(path)
    }


def of_records(examples, names):
    """The same from what the Object Detection API decoded, whose boxes are relative, y first."""
    found = {}
    for one in examples:
        height, width = one["original_image_spatial_shape"].tolist()
        scale = [height, width, height, width]
        rows = sorted(
            (names[number - 1], [round(box[at] * scale[at]) for at in (1, 0, 3, 2)])
            for number, box in zip(one["groundtruth_classes"], one["groundtruth_boxes"].tolist())
        )
        assert one["source_id"] not in found
        found[one["source_id"]] = (width, height, rows)
    return found

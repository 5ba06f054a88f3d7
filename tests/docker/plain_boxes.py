"""Boxes as plain values that compare, from a table and from decoded records."""

from helpers.annotations import csv_table


def of_table(path):
    """Size and whole-pixel boxes of each image of a table, by its name."""
    return {
        record.path.encode(): (
            record.width,
            record.height,
            sorted(
                (label, [round(value) for value in box])
                for label, box in zip(record.objects.labels, record.objects.boxes.tolist())
            ),
        )
        for record in csv_table.read(path)
    }


def of_records(examples, names):
    """The same from what the Object Detection API decoded, whose boxes are relative, y first."""
    records = {}
    for example in examples:
        height, width = example["original_image_spatial_shape"].tolist()
        scale = [height, width, height, width]
        rows = sorted(
            (names[number - 1], [round(box[at] * scale[at]) for at in (1, 0, 3, 2)])
            for number, box in zip(
                example["groundtruth_classes"], example["groundtruth_boxes"].tolist()
            )
        )
        assert example["source_id"] not in records
        records[example["source_id"]] = (width, height, rows)
    return records

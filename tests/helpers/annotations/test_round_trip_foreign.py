"""Files of other programs, with whatever else they hold, are written again as they were.

Examples are made by hypothesis.
"""

import json
import tempfile
from pathlib import Path

from builders import ANY_NAME, DECIMAL, IMAGE_SIZES, JSON_VALUE, PLAIN_NAME, contents
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.annotations import registry
from helpers.annotations.reading import ReadOptions

fast = settings(max_examples=30, deadline=None)
OTHERS = st.dictionaries(st.sampled_from(["note", "tags", "attributes", "x-y"]), JSON_VALUE)
XYWH = st.lists(DECIMAL, min_size=4, max_size=4)


@st.composite
def coco_files(draw):
    """COCO as others write it: ids in any order, further entries."""
    examples = draw(st.lists(st.sampled_from(sorted(IMAGE_SIZES)), unique=True, min_size=1))
    ids = st.integers(0, 10**9)
    image_ids = draw(st.lists(ids, unique=True, min_size=len(examples), max_size=len(examples)))
    category_ids = draw(st.lists(ids, unique=True, min_size=1, max_size=4))
    own_ids = draw(st.lists(ids, unique=True, max_size=6))
    names = draw(st.lists(ANY_NAME, min_size=len(category_ids), max_size=len(category_ids)))
    return dict(
        draw(OTHERS),
        info=draw(JSON_VALUE),
        licenses=draw(JSON_VALUE),
        images=[
            dict(
                draw(OTHERS),
                id=own,
                file_name=path,
                width=IMAGE_SIZES[path][0],
                height=IMAGE_SIZES[path][1],
            )
            for own, path in zip(image_ids, examples)
        ],
        categories=[
            dict(draw(OTHERS), id=own, name=name, supercategory="")
            for own, name in zip(category_ids, names)
        ],
        annotations=[
            dict(
                draw(OTHERS),
                id=own,
                image_id=draw(st.sampled_from(image_ids)),
                category_id=draw(st.sampled_from(category_ids)),
                bbox=draw(XYWH),
                area=draw(DECIMAL),
                iscrowd=draw(st.integers(0, 1)),
                segmentation=draw(JSON_VALUE),
            )
            for own in own_ids
        ],
    )


@st.composite
def via_files(draw):
    """VIA's, of either version, exported or as a project."""
    shapes = st.one_of(
        XYWH.map(lambda xywh: dict(zip(("x", "y", "width", "height"), xywh), name="rect")),
        XYWH.map(lambda radii: dict(zip(("cx", "cy", "rx", "ry"), radii), name="ellipse")),
        st.lists(DECIMAL, min_size=1).map(
            lambda xs: {"name": "polygon", "all_points_x": xs, "all_points_y": xs[::-1]}
        ),
    )
    labels = ANY_NAME | ANY_NAME.map(lambda name: {name: True})
    regions = st.lists(st.tuples(shapes, labels, OTHERS), max_size=4).map(
        lambda rows: [
            dict(rest, shape_attributes=shape, region_attributes={"class": label})
            for shape, label, rest in rows
        ]
    )
    keyed = draw(st.booleans())
    images = {}
    for path in draw(st.lists(st.sampled_from(sorted(IMAGE_SIZES)), unique=True, min_size=1)):
        listed = draw(regions)
        images[draw(ANY_NAME) + path] = dict(
            draw(OTHERS),
            filename=path,
            size=draw(st.integers(-1, 999)),
            file_attributes={},
            regions={str(number): region for number, region in enumerate(listed)}
            if keyed
            else listed,
        )
    project = {
        "_via_settings": draw(JSON_VALUE),
        "_via_img_metadata": images,
        "_via_image_id_list": list(images),
    }
    return draw(st.sampled_from([images, project]))


@st.composite
def manifest_lines(draw):
    """Ground Truth's, one line an image, with the labels of other jobs."""
    lines = []
    names = {
        str(number): name
        for number, name in enumerate(draw(st.lists(ANY_NAME, min_size=1, max_size=3)))
    }
    for path in draw(st.lists(st.sampled_from(sorted(IMAGE_SIZES)), unique=True, min_size=1)):
        boxes = draw(st.lists(st.tuples(st.sampled_from(sorted(names)), XYWH, OTHERS), max_size=3))
        size = {
            "width": IMAGE_SIZES[path][0],
            "height": IMAGE_SIZES[path][1],
            "depth": draw(JSON_VALUE),
        }
        lines.append(
            dict(
                draw(OTHERS),
                **{
                    "source-ref": f"s3://bucket/{path}",
                    "job": {
                        "image_size": [size],
                        "annotations": [
                            dict(
                                rest,
                                class_id=int(own),
                                **dict(zip(("left", "top", "width", "height"), box)),
                            )
                            for own, box, rest in boxes
                        ],
                    },
                    "job-metadata": {
                        "class-map": names,
                        "objects": [{"confidence": 0.5}] * len(boxes),
                        "type": "groundtruth/object-detection",
                        "human-annotated": "no",
                    },
                },
            )
        )
    return lines


def by_id(document):
    return dict(
        document,
        **{
            name: sorted(document[name], key=lambda entry: entry["id"])
            for name in ("images", "annotations")
        },
    )


@fast
@given(coco_files())
def test_every_entry_of_coco_is_written_unchanged(sized_images, document):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "coco.json")
        path.write_text(json.dumps(document))
        if all(entry["iscrowd"] for entry in document["annotations"]):  # which is no crowd
            document["annotations"] = [dict(one, iscrowd=0) for one in document["annotations"]]
        annotations = registry.read("coco", path, sized_images)
        registry.FORMATS["coco"].write(annotations.records, path, sized_images)
        assert by_id(json.loads(path.read_text("utf-8"))) == by_id(document)


@fast
@given(via_files())
def test_every_entry_of_via_is_written_unchanged(sized_images, document):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "via.json")
        path.write_text(json.dumps(document))
        annotations = registry.read("json", path, sized_images)
        registry.FORMATS["json"].write(annotations.records, path, sized_images)
        assert json.loads(path.read_text("utf-8")) == document


@fast
@given(manifest_lines())
def test_every_entry_of_a_manifest_is_written_unchanged(sized_images, lines):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "output.manifest")
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        annotations = registry.read("manifest", path, sized_images)
        registry.FORMATS["manifest"].write(annotations.records, path, sized_images)
        written = map(json.loads, path.read_text("utf-8").split("\n")[:-1])
        assert list(written) == sorted(lines, key=lambda line: line["source-ref"])


FRACTION = st.integers(-(10**6), 2 * 10**6).map(lambda number: f"{number / 10**6:.6f}")


@fast
@given(
    st.lists(PLAIN_NAME, min_size=3, max_size=3),
    st.dictionaries(
        st.sampled_from(sorted(IMAGE_SIZES)),
        st.lists(
            st.tuples(
                st.integers(0, 2),
                st.sampled_from([4, 5, 6, 8]).flatmap(
                    lambda count: st.lists(FRACTION, min_size=count, max_size=count)
                ),
            )
        ),
        min_size=1,
    ),
)
def test_every_file_of_yolo_is_written_unchanged(sized_images, names, examples):
    with tempfile.TemporaryDirectory() as folder:
        files = {"classes.txt": "".join(f"{name}\n" for name in names)}
        files.update(
            {
                Path(path).with_suffix(".txt").as_posix(): "".join(
                    f"{own} {' '.join(values)}\n" for own, values in lines
                )
                for path, lines in examples.items()
            }
        )
        for path, content in files.items():
            Path(folder, "in", path).parent.mkdir(parents=True, exist_ok=True)
            Path(folder, "in", path).write_bytes(content.encode())
        outlines = ReadOptions(layout="segment")  # else some examples are refused
        annotations = registry.read("yolo", Path(folder, "in"), sized_images, outlines)
        registry.FORMATS["yolo"].write(annotations.records, Path(folder, "out"), sized_images)
        assert contents(Path(folder, "out")) == contents(Path(folder, "in"))

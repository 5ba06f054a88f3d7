"""Annotation files of every format, as the programs write them, from plain values."""

import json

# Written by hand after a file that LabelImg 1.8 saved; ``{images}`` is the image folder.
LABELIMG_OBJECT = """\t<object>
\t\t<name>{}</name>
\t\t<pose>Unspecified</pose>
\t\t<truncated>{}</truncated>
\t\t<difficult>{}</difficult>
\t\t<bndbox>
\t\t\t<xmin>{}</xmin>
\t\t\t<ymin>{}</ymin>
\t\t\t<xmax>{}</xmax>
\t\t\t<ymax>{}</ymax>
\t\t</bndbox>
\t</object>
"""
LABELIMG = (
    """<annotation>
\t<folder>img</folder>
\t<filename>a.jpg</filename>
\t<path>{images}/a.jpg</path>
\t<source>
\t\t<database>Unknown</database>
\t</source>
\t<size>
\t\t<width>40</width>
\t\t<height>30</height>
\t\t<depth>3</depth>
\t</size>
\t<segmented>0</segmented>
"""
    + LABELIMG_OBJECT.format("red panda &amp; cub", 1, 0, 1, 2, 40, 30)
    + LABELIMG_OBJECT.format("Bär", 0, 1, 3, 4, 5, 6)
    + "</annotation>\n"
)

# One image of 40x30 with one box, [1, 2, 20, 25], as COCO, VIA, Pascal VOC and YOLO write it.
COCO_IMAGE = {"id": 7, "file_name": "a.jpg", "width": 40, "height": 30}
COCO_CAT = {"id": 3, "name": "cat", "supercategory": "animal"}
COCO_BOX = {
    "id": 11,
    "image_id": 7,
    "category_id": 3,
    "bbox": [1, 2, 19, 23],
    "area": 437,
    "iscrowd": 0,
    "segmentation": [[1, 2, 20, 2, 20, 25]],
}
VIA_RECT = {"name": "rect", "x": 1, "y": 2, "width": 19, "height": 23}
VOC_BOX = "<xmin>1</xmin><ymin>2</ymin><xmax>20</xmax><ymax>25</ymax>"
VOC_OBJECT = "<object><name>{name}</name><bndbox>{box}</bndbox></object>"
YOLO_LINE = "0 0.262500 0.450000 0.475000 0.766667"  # LabelImg's own

# The same box and an image without any, sub/b.jpg, as others' tables have them.
MAKESENSE_NAMES = (
    "label_name,bbox_x,bbox_y,bbox_width,bbox_height,image_name,image_width,image_height\n"
)
MAKESENSE = "cat,1,2,19,23,a.jpg,40,30\n"
AUTOML = "TRAIN,gs://bucket/a.jpg,cat,0.025,0.0666666667,,,0.5,0.8333333333,,\n"
AUTOML_BARE = "TEST,gs://bucket/sub/b.jpg,,,,,,,,,\n"
OPEN_IMAGES_NAMES = (
    "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,"
    "IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside\n"
)
OPEN_IMAGES = "a,xclick,/m/01yrx,1,0.025,0.5,0.0666666667,0.8333333333,1,0,0,0,0\n"
OPEN_IMAGES_CLASSES = '/m/01yrx,cat\n/m/0k4j,"Car, red"\n'
VIA_CSV_NAMES = (
    "filename,file_size,file_attributes,region_count,region_id,region_shape_attributes,"
    "region_attributes\n"
)
VIA_CSV = (
    'a.jpg,9,"{}",1,0,"{""name"":""rect"",""x"":1,""y"":2,""width"":19,""height"":23}",'
    '"{""class"":""cat""}"\n'
)
VIA_CSV_BARE = 'b.jpg,9,"{}",0,0,"{}","{}"\n'
KITTI = "cat 0.00 0 -10 1 2 20 25 -1 -1 -1 -1000 -1000 -1000 -10\n"
OIDV4 = "red panda 1.0 2.0 20.0 25.0\n"

LABELME_XML = (
    "<annotation><filename>a.jpg</filename><imagesize><nrows>30</nrows><ncols>40</ncols></imagesize>"
    "<object><name>cat</name><deleted>0</deleted><occluded>no</occluded><polygon>"
    "<pt><x>1</x><y>2</y></pt><pt><x>20</x><y>2</y></pt><pt><x>20</x><y>25</y></pt>"
    "<pt><x>1</x><y>25</y></pt></polygon></object></annotation>\n"
)

# Where a format that is one file is written.
ANNOTATION_FILES = {
    "json": "via.json",
    "coco": "coco.json",
    "manifest": "output.manifest",
    "csv": "data.csv",
    "via-csv": "via.csv",
    "automl": "automl.csv",
    "makesense": "makesense.csv",
    "cvat": "cvat.xml",
    "dlib": "dlib.xml",
    "label-studio": "label-studio.json",
    "createml": "createml.json",
    "vott": "vott.json",
    "via3": "via3.json",
}

# The files of formats that are only read.
READ_ONLY_FILES = {
    "makesense": {"makesense.csv": MAKESENSE_NAMES + MAKESENSE},
    "open-images": {
        "open-images/train-annotations-bbox.csv": OPEN_IMAGES_NAMES + OPEN_IMAGES,
        "open-images/class-descriptions-boxable.csv": OPEN_IMAGES_CLASSES,
    },
    "oidv4": {"oidv4/Label/a.txt": OIDV4},
    "labelme-xml": {"labelme-xml/a.xml": LABELME_XML},
}


def coco_document(*annotations, images=(COCO_IMAGE,), categories=(COCO_CAT,)):
    """COCO JSON of these annotations."""
    return {
        "images": list(images),
        "annotations": list(annotations),
        "categories": list(categories),
    }


def via_region(shape=None, **attributes):
    """A region of VGG Image Annotator, by default of ``VIA_RECT``."""
    return {
        "shape_attributes": VIA_RECT if shape is None else shape,
        "region_attributes": attributes,
    }


def via_entry(*regions, name="a.jpg", **more):
    """An image of VGG Image Annotator with these regions."""
    return dict(
        {"filename": name, "size": 9, "file_attributes": {}, "regions": list(regions)}, **more
    )


def voc_corners(*values):
    """The corners of a Pascal VOC box."""
    return "".join(
        f"<{tag}>{value}</{tag}>" for tag, value in zip(("xmin", "ymin", "xmax", "ymax"), values)
    )


def voc_annotation(box=VOC_BOX, name="cat", size=(40, 30), filename="a.jpg"):
    """Pascal VOC XML of one object."""
    size_element = (
        f"<size><width>{size[0]}</width><height>{size[1]}</height></size>" if size else ""
    )
    return (
        f"<annotation><filename>{filename}</filename>{size_element}"
        f"{VOC_OBJECT.format(name=name, box=box)}</annotation>"
    )


def write_annotations(folder, name, content):
    """Writes text, bytes or a JSON value; a list as lines where the suffix says so.

    Returns:
        The path of the file.
    """
    if not isinstance(content, (str, bytes)):
        in_lines = name.endswith((".jsonl", ".ndjson", ".odgt", ".manifest"))
        values = content if in_lines and isinstance(content, list) else [content]
        content = "\n".join(map(json.dumps, values))
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path

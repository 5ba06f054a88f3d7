"""What can be wrong in formats other than Pascal VOC."""

from bad_inputs.data_sets import RECT, coco, encoded_image, manifest, row, rows, via, yolo

CASES = [
    # COCO
    row("three numbers", "coco", coco([{"bbox": [1, 2, 3]}]), ("box-invalid", "[1, 2, 3]")),
    row("words", "coco", coco([{}, {"bbox": ["a", 1, 2, 3]}]), ("box-invalid", "object 2")),
    row("negative width", "coco", coco([{}, {"bbox": [90, 10, -60, 30]}]), "box-negative-size"),
    row("beyond", "coco", coco([{"bbox": [150, 50, 60, 30]}]), ("box-beyond-border", "10 px")),
    row("no such category", "coco", coco([{"category_id": 9}]), ("class-unknown", "9")),
    row(
        "padded category", "coco", coco(categories=[{"id": 1, "name": " cat"}]), "class-padded-name"
    ),
    row("no such image id", "coco", coco([{}, {"image_id": 7}]), ("annotation-broken-file", "7")),
    row(
        "an outline alone",
        "coco",
        coco([{"bbox": None, "segmentation": [[120, 60, 180, 60, 150, 90]]}]),
        ("box-from-shape", "3 points"),
    ),
    row(
        "annotation-duplicate-id",
        "coco",
        coco([{}, {"id": 1, "bbox": [10, 10, 50, 50]}]),
        "annotation-duplicate-id",
    ),
    row(
        "an image outside its folder",
        "coco",
        coco(images=[{"id": 2, "file_name": "../z.jpg"}]),
        "annotation-path-outside-folder",
        ("annotation-without-image", "z.jpg"),
    ),
    row(
        "an image that is a number",
        "coco",
        coco(images=[7]),
        ("annotation-broken-file", "images[1]"),
    ),
    row(
        "another file is broken",
        "coco",
        {**coco(), "in/b.json": '{"images": ['},
        "annotation-broken-file",
    ),
    row(
        "another file is VIA's",
        "coco",
        {**coco(), "in/b.json": via()["in/via.json"]},
        "annotation-other-format",
    ),
    # VGG Image Annotator
    row(
        "a polygon",
        "json",
        via({"name": "polygon", "all_points_x": [120, 180, 150], "all_points_y": [60, 60, 90]}),
        ("box-from-shape", "polygon"),
    ),
    row("no numbers", "json", via({"name": "rect", "x": None}), "box-invalid"),
    row(
        "a point",
        "json",
        via({"name": "point", "cx": 5, "cy": 5}),
        "box-from-shape",
        ("box-zero-area", "no width", "no height"),
    ),
    row("class-missing", "json", via(attributes={"class": ""}), "class-missing"),
    row(
        "two classes checked",
        "json",
        via(attributes={"class": {"cat": True, "dog": True}}),
        ("class-unknown", "2 values"),
    ),
    row(
        "no such image",
        "json",
        via(**{"z.jpg1": {"filename": "z.jpg", "regions": []}}),
        ("annotation-without-image", "z.jpg"),
    ),
    row(
        "regions in words",
        "json",
        via(**{"z.jpg1": {"filename": "z.jpg", "regions": "none"}}),
        "annotation-broken-file",
    ),
    row("outside", "json", via(dict(RECT, x=900)), "box-outside-image"),
    # YOLO
    row("no such class", "yolo", yolo("2 0.75 0.75 0.3 0.3"), ("class-unknown", "2")),
    row(
        "words",
        "yolo",
        yolo("0 0.75 0.75 0.3 0.3", "0 half 0.5 0.5 0.5"),
        ("box-invalid", "object 2"),
    ),
    row("too few", "yolo", yolo("0 0.75 0.75 0.3"), "box-invalid"),
    row("pixels, not shares", "yolo", yolo("0 150 75 60 30"), ("annotation-interpreted", "pixels")),
    row("beyond", "yolo", yolo("0 0.9 0.75 0.3 0.3"), ("box-beyond-border", "10 px")),
    row("an outline", "yolo", yolo("0 0.6 0.6 0.9 0.6 0.75 0.9"), "box-from-shape"),
    row("rounded over the border", "yolo", yolo("0 0.8503335 0.75 0.2993333 0.3")),
    row(
        "no such image",
        "yolo",
        {**yolo("0 0.75 0.75 0.3 0.3"), "in/z.txt": "0 0.5 0.5 0.5 0.5"},
        ("annotation-without-image", "z"),
    ),
    row(
        "bytes",
        "yolo",
        {**yolo("0 0.75 0.75 0.3 0.3"), "in/b.txt": b"\xff\xfe\xfd\xff\xff"},
        "annotation-broken-file",
    ),
    # Ground Truth
    row("no such class", "manifest", manifest({"class_id": 5}), ("class-unknown", "5")),
    row("no numbers", "manifest", manifest({"left": None}), "box-invalid"),
    row("beyond", "manifest", manifest({"left": 150}), ("box-beyond-border", "10 px")),
    row(
        "a broken line",
        "manifest",
        manifest(more='{"source-ref":'),
        ("annotation-broken-file", "line 2"),
    ),
    row("another line", "manifest", manifest(more="[1, 2]"), ("annotation-broken-file", "line 2")),
    row(
        "labelled twice",
        "manifest",
        manifest(more=manifest()["in/a.manifest"]),
        "annotation-duplicate",
    ),
    row(
        "not labelled",
        "manifest",
        {**manifest(more='{"source-ref": "s3://bucket/b.jpg"}'), "img/b.jpg": encoded_image(1)},
        "image-without-annotation",
    ),
    # Tables
    row(
        "fields missing",
        "csv",
        rows("a.jpg,200,100,cat,120,60,180,90", "a.jpg,200,100"),
        ("annotation-broken-file", "line 3"),
    ),
    row("words", "csv", rows("a.jpg,200,100,cat,one,2,3,4"), ("box-invalid", "object 1")),
    row(
        "two sizes",
        "csv",
        rows("a.jpg,200,100,cat,120,60,180,90", "a.jpg,100,200,cat,1,2,60,60"),
        ("annotation-broken-file", "two sizes", "a.jpg"),
    ),
    row(
        "with and without box",
        "csv",
        rows("a.jpg,200,100,cat,120,60,180,90", "a.jpg,200,100,,,,,"),
        ("annotation-broken-file", "a.jpg", "without boxes"),
    ),
    row(
        "width and height",
        "csv",
        rows("a.jpg,200,100,cat,120,60,60,30", "a.jpg,200,100,cat,90,50,60,10"),
        *[("box-width-height-as-corners", part) for part in ("2 of 2", "object 1", "object 2")],
    ),
    row(
        "a name from outside",
        "csv",
        rows("/etc/a.jpg,200,100,cat,120,60,180,90"),
        "annotation-path-outside-folder",
    ),
    row(
        "no such image",
        "csv",
        rows("a.jpg,200,100,cat,120,60,180,90", "z.jpg,9,9,cat,1,1,5,5"),
        ("annotation-without-image", "z.jpg"),
    ),
    row(
        "the name of an upload",
        "csv",
        rows("90fbb0c7-a.jpg,200,100,cat,120,60,180,90"),
        ("annotation-image-renamed", "90fbb0c7-a.jpg"),
    ),
    row("class-padded-name", "csv", rows("a.jpg,200,100, cat,120,60,180,90"), "class-padded-name"),
    row("swapped", "csv", rows("a.jpg,200,100,cat,180,60,120,90"), "box-swapped-corners"),
    row(
        "swapped, or width and height",
        "csv",
        rows("a.jpg,200,100,cat,120,60,60,30"),
        "box-ambiguous-corners",
    ),
]

"""What comes up in tables and text files of programs that have readers of their own."""

from annotation_files import KITTI, OPEN_IMAGES, OPEN_IMAGES_CLASSES, OPEN_IMAGES_NAMES

from bad_inputs.data_sets import encoded_image, row

_PHOTO = "0001eeaf4aed83f9"


def open_images(rows, names=OPEN_IMAGES_CLASSES):
    """Open Images' table of these rows, and the names of its classes."""
    return {"in/boxes.csv": OPEN_IMAGES_NAMES + rows, "in/class-descriptions.csv": names}


CASES = [
    row(
        "rows of other images",
        "open-images",
        open_images(OPEN_IMAGES + OPEN_IMAGES.replace("a,", "b,", 1)),
        ("annotation-of-other-images", "1 rows"),
    ),
    row(
        "classes without names",
        "open-images",
        open_images(OPEN_IMAGES, names="/m/0k4j,Car\n"),
        ("class-machine-id", "/m/01yrx"),
    ),
    row(
        "regions to ignore",
        "kitti",
        {"in/a.txt": KITTI + KITTI.replace("cat", "DontCare")},
        ("annotation-ignored-regions", "1 regions"),
    ),
    row(
        "scores of a detector",
        "kitti",
        {"in/a.txt": KITTI.replace("\n", " 0.9\n")},
        ("annotation-scored", "1 lines"),
    ),
    row(
        "one photo in two folders",
        "oidv4",
        {
            **{f"in/{name}/Label/{_PHOTO}.txt": f"{name} 20 30 90 80\n" for name in ("Cat", "Dog")},
            **{f"img/{name}/{_PHOTO}.jpg": encoded_image() for name in ("Cat", "Dog")},
            "img/a.jpg": encoded_image(7),
        },
        ("image-copies-joined", "1 images"),
        "image-without-annotation",
        "box-conflicting-classes",
    ),
]

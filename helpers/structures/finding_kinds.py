"""Everything that can be found: severity, title and remedy by a stable code.

Programs, tests and documents use the code, people read the title and the message.
"""

from __future__ import annotations

from typing import Dict, NamedTuple

ERROR, WARNING = "error", "warning"


class Kind(NamedTuple):
    """A sort of finding.

    Attributes:
        severity: ``error`` (no record can be made of it as it is) or ``warning``.
        title: the defect in a few words.
        remedy: what a person can do.
        fix: what ``--fix`` does, where there is one right answer; empty where there is none.
    """

    severity: str
    title: str
    remedy: str
    fix: str = ""


KINDS: Dict[str, Kind] = {
    # Annotation files
    "annotation-broken-file": Kind(
        ERROR, "broken annotation file", "Annotate the image again, or repair the file."
    ),
    "annotation-unknown-encoding": Kind(
        ERROR, "text in an unknown encoding", "Save the file as UTF-8."
    ),
    "annotation-unsafe-xml": Kind(
        ERROR, "unsafe XML", "Save it again without entities and references."
    ),
    "annotation-other-format": Kind(
        ERROR, "unexpected annotation format", "Name the format it has, or remove the file."
    ),
    "annotation-draft": Kind(
        ERROR,
        "draft that nobody has accepted",
        "Put it into a folder drafts beside the image folder, and accept it in notebook 1.",
    ),
    "annotation-without-image": Kind(
        ERROR,
        "annotation without image",
        "Put the image into the image folder, or remove the annotation.",
    ),
    "annotation-ambiguous-image": Kind(
        ERROR, "ambiguous image name", "Rename one of the images and its annotation."
    ),
    "annotation-rejected": Kind(
        ERROR, "annotation judged bad", "Correct its boxes and remove the verdict, or leave it out."
    ),
    "annotation-image-renamed": Kind(
        WARNING,
        "image name differs",
        "Check that it is that image; else put the right one into the image folder.",
    ),
    "annotation-duplicate": Kind(ERROR, "duplicate annotation", "Remove one of the two."),
    "annotation-duplicate-id": Kind(
        WARNING, "duplicate id", "None: the ids are not needed, and new when it is written again."
    ),
    "annotation-path-outside-folder": Kind(
        WARNING, "path outside the image folder", "Give names relative to the image folder."
    ),
    "annotation-masks-as-crowds": Kind(
        WARNING, "masks marked as crowds", "None: each is read as one object."
    ),
    "annotation-corners-as-bbox": Kind(
        WARNING,
        "corners instead of width and height",
        "None: they are read as corners. Look at a few images to make sure.",
    ),
    "annotation-relative-boxes": Kind(
        WARNING,
        "relative coordinates",
        "None: they are multiplied by each image's size. Look at a few images to make sure.",
    ),
    "annotation-interpreted": Kind(
        WARNING,
        "meaning of the numbers",
        "None, if it is so; else name it: --layout for YOLO text, --columns for a table (LAYOUT "
        "and TABLE_COLUMNS in notebook 1 and with make).",
    ),
    "annotation-scored": Kind(
        WARNING,
        "scores of detections",
        "None: the scores are left out. A detector's own results are no annotation.",
    ),
    "annotation-of-other-images": Kind(
        WARNING, "rows about other images", "None, if only some of the images were downloaded."
    ),
    "annotation-ignored-regions": Kind(
        WARNING,
        "regions to ignore",
        "None: they are left out, and objects in them count as background.",
    ),
    "annotation-left-out": Kind(
        WARNING, "annotation left out", "None: whoever annotated it marked it as not to be used."
    ),
    # Objects as written
    "class-missing": Kind(ERROR, "object without class", "Name the object's class."),
    "class-padded-name": Kind(
        ERROR, "padded class name", "Remove the blanks around the name.", "removes the blanks"
    ),
    "class-unknown": Kind(ERROR, "unknown class", "Correct the name, or add it to the label map."),
    "class-machine-id": Kind(
        WARNING,
        "machine ids as class names",
        "Put class-descriptions-boxable.csv of Open Images beside the table.",
    ),
    "box-invalid": Kind(ERROR, "invalid box", "Draw the box again."),
    "box-from-shape": Kind(
        WARNING, "shape instead of a box", "None: the box around the shape is used."
    ),
    "box-rotated": Kind(
        WARNING, "rotated box", "None: the box around the rotated rectangle is used."
    ),
    "box-relative": Kind(
        ERROR, "relative coordinates among pixels", "Write all boxes in pixels, or all as shares."
    ),
    "box-negative-size": Kind(
        WARNING, "negative width or height", "None: the box ends where it would begin."
    ),
    "box-swapped-corners": Kind(ERROR, "swapped corners", "Swap them back.", "swaps them back"),
    "box-width-height-as-corners": Kind(
        ERROR,
        "width and height as corners",
        "Write xmax = xmin + width and ymax = ymin + height.",
        "adds them to xmin, ymin",
    ),
    "box-ambiguous-corners": Kind(
        ERROR,
        "coordinates with two meanings",
        "Look at the images and write the boxes as the format has them.",
    ),
    "box-copied-corner": Kind(ERROR, "a corner copied from another", "Draw the box again."),
    "box-zero-area": Kind(ERROR, "box without area", "Draw the box again."),
    "box-outside-image": Kind(ERROR, "box outside the image", "Draw the box again."),
    "box-beyond-border": Kind(
        ERROR, "box beyond the border", "Cut the box at the border.", "cuts it at the border"
    ),
    "box-too-small": Kind(
        WARNING, "box too small to detect", "Train at a larger input size, or expect to miss it."
    ),
    "box-covers-image": Kind(
        WARNING, "box covers the whole image", "Check whether it is meant to cover the whole image."
    ),
    "box-duplicate": Kind(WARNING, "duplicate box", "Remove one of the two.", "removes the second"),
    "box-conflicting-classes": Kind(
        WARNING, "one box, two classes", "Check which of the two classes it is."
    ),
    # Images
    "image-without-annotation": Kind(
        WARNING, "image without annotation", "Annotate it; until then it is left out."
    ),
    "image-copies-joined": Kind(
        WARNING, "copies of one image", "None: the boxes of all copies are on the first."
    ),
    "image-all-boxes-truncated": Kind(
        WARNING,
        "every box touches the border",
        "Check whether the image was cropped after annotating.",
    ),
    "image-unreadable": Kind(ERROR, "unreadable image", "Replace or remove it."),
    "image-corrupt": Kind(ERROR, "corrupt image data", "Replace or remove it."),
    "image-too-large": Kind(
        ERROR, "image with too many pixels", "Make a smaller copy and annotate that."
    ),
    "image-size-mismatch": Kind(
        ERROR,
        "image size differs from the annotation",
        "The image was changed after it was annotated: annotate it again.",
    ),
    "image-exif-rotated": Kind(
        WARNING, "image rotated by EXIF", "Check whether the boxes sit right."
    ),
    "image-grayscale": Kind(
        WARNING, "grayscale image", "Fine if the camera will see such images; else remove it."
    ),
    "image-not-rgb": Kind(
        WARNING, "image not RGB", "None: it is converted when the records are written."
    ),
    "image-unusable-name": Kind(
        ERROR, "unusable file name", "Rename the image and its annotation."
    ),
    "image-wrong-suffix": Kind(
        WARNING, "wrong file suffix", "None: the content counts, not the name."
    ),
    "image-duplicate": Kind(WARNING, "duplicate image", "Remove one of the two."),
    "image-near-duplicate": Kind(
        WARNING, "near-duplicate image", "Remove one, or keep both in one split."
    ),
    # The whole data set
    "class-similar-names": Kind(WARNING, "similar class names", "Use one spelling."),
    "class-doubtful-reading": Kind(
        WARNING,
        "nearly every box of a kind is odd",
        "Look at a few of these boxes on their images: coordinates read in the wrong unit or order "
        "look like this. If they sit right, nothing is wrong.",
    ),
    "class-mapped": Kind(
        WARNING,
        "class renamed or left out",
        "None: the class map says so; the files stay as they are.",
    ),
    "class-few-examples": Kind(
        WARNING, "class with few examples", "Annotate more objects of this class."
    ),
    # The split
    "split-missing-class": Kind(
        WARNING, "class missing from a split", "Annotate more of it; it is not measured there."
    ),
    "split-size-mismatch": Kind(
        WARNING,
        "split differs from the requested size",
        "None, if images stay where they were; else add some, or split again from scratch.",
    ),
    "split-image-moved": Kind(
        WARNING,
        "image moved to another split",
        "None: it is where images are that it belongs with, or where the data set puts it.",
    ),
    "split-group-across": Kind(
        WARNING,
        "images that belong together in two splits",
        "None, if the division has to stay; else split anew: --resplit, or RESPLIT in notebook 2.",
    ),
    "split-given-unused": Kind(
        WARNING, "the data set's own division is not used", "None: folds divide all images anew."
    ),
    "split-near-duplicates-unchecked": Kind(
        WARNING,
        "near-duplicates not checked",
        "Give the image folder, so that near-duplicates stay in one split.",
    ),
}

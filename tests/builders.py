"""Inputs that tests of all rooms build from plain values."""

import re
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st
from PIL import Image

from helpers.annotations.image_header import Header
from helpers.structures.boxes import LabeledBoxes, iou
from helpers.structures.dataset import Annotations, ImageRecord
from helpers.validation import validate
from helpers.validation.image_probe import ImageProbe

ORIENTATION = 0x0112  # the EXIF tag
VGA = (640, 480)
# A box of which nothing can be said, and which is none of x, y, width, height on its image.
PLAIN = ("cat", 400, 300, 500, 400)
# Two boxes that run backwards as corners and fit their image as x, y, width, height.
WIDTH_HEIGHT = [("cat", 300, 200, 100, 80), ("cat", 400, 10, 50, 60)]
SPLIT_SHARES = [
    [Fraction(4, 5), Fraction(1, 5)],
    [Fraction(1, 2), Fraction(1, 2)],
    [Fraction(7, 10), Fraction(2, 10), Fraction(1, 10)],
    [Fraction(1, 3)] * 3,
]


# What generated data sets are made of: images by path, class names, numbers, any JSON value.
IMAGE_SIZES = {
    "a.jpg": (40, 30),
    "b b.png": (33, 7),
    "sub/a.jpg": (5, 50),
    "sub/ä.d.jpeg": (640, 480),
}
ANY_NAME = st.text(st.characters(blacklist_categories=["Cs"]), max_size=8)
PLAIN_NAME = (
    st.text(
        st.characters(
            blacklist_categories=["Cs", "Cc", "Cn", "Zl", "Zp"], blacklist_characters="\ufffe\uffff"
        ),
        min_size=1,
        max_size=8,
    )
    .map(str.strip)
    .filter(bool)
)
# Seven digits are all that a file of decimals has for a float32.
DECIMAL = st.integers(-99_999, 999_999).map(lambda number: number / 100)
JSON_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | DECIMAL | ANY_NAME,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_NAME, inner, max_size=3),
    max_leaves=6,
)


def contents(folder):
    """The bytes of every file of a folder, by path in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.glob("**/*"))
        if path.is_file()
    }


def paint(path, size=(40, 30), mode="RGB", kind=None, orientation=None):
    """Writes a small image, each corner of another colour, in any mode and format."""
    width, height = size
    across, down = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    layers = [across, down, 255 - across]
    if mode == "I;16":
        image = Image.fromarray((across * 257).astype(np.uint16))
    else:
        image = Image.fromarray(np.stack(layers, axis=2).astype(np.uint8)).convert(mode)
    exif = Image.Exif()
    if orientation:
        exif[ORIENTATION] = orientation
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = kind or {".png": "PNG"}.get(path.suffix, "JPEG")
    image.save(str(path), kind, **({"exif": exif.tobytes()} if orientation else {}))
    return path


def record(path, *rows, size=(40, 30), extra=None, **columns):
    """A record from ``(class, x_min, y_min, x_max, y_max)`` rows and further columns."""
    boxes = LabeledBoxes.from_rows(((row[0], row[1:]) for row in rows), **columns)
    return ImageRecord(path, size[0], size[1], boxes, extra or {})


def rows_of(record):
    """The ``(class, x_min, y_min, x_max, y_max)`` rows of a record."""
    return [
        (label, *box) for label, box in zip(record.objects.labels, record.objects.boxes.tolist())
    ]


def plain(value):
    """A record, or a list of them, as plain values that compare."""
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return (
        value.path,
        value.width,
        value.height,
        value.objects.labels,
        value.objects.boxes.tolist(),
        tuple(value.objects.flags("truncated").tolist()),
        tuple(value.objects.flags("difficult").tolist()),
    )


def codes(findings, without=()):
    """``(code, last part of the path, object)`` of findings, but for those of some codes."""
    return [
        (finding.code, finding.path.split("/")[-1], finding.object)
        for finding in findings
        if finding.code not in without
    ]


def spoilt_jpeg(content, fault):
    """A JPEG with one fault; no fault gives a copy.

    Args:
        content: the bytes of a whole JPEG.
        fault: ``end`` or ``cut`` (bytes missing at the end), ``junk`` (zeros instead of the end,
            which Pillow takes for pixels), ``tables`` (lengths of Huffman codes), ``mark`` (a
            marker that Pillow does not reach), ``no pixels``, ``kind`` (a rare kind of frame).
    """
    content = bytearray(content)
    if fault == "end":
        content = content[:-2]
    elif fault == "cut":
        content = content[:-10]
    elif fault == "junk":  # Pillow takes it for the rest of the pixels
        content = content[:-2] + bytes(5000)
    elif fault == "tables":  # the lengths of a Huffman table's codes
        place = content.index(b"\xff\xc4") + 6
        content[place : place + 12] = b"\xff" * 12
    elif fault == "mark":  # Pillow has all rows before it gets there
        content[-4:-2] = b"\xff\xe9"
    elif fault == "no pixels":
        content = content[: content.index(b"\xff\xda")] + b"\xff\xd9"
    elif fault == "kind":
        content[content.index(b"\xff\xc0") + 1] = 0xC9
    return bytes(content)


def probe(size=(40, 30), mode="RGB", kind="JPEG", orientation=1, problem="", digest="", dhash=None):
    """An image probe; it counts as decoded where a digest is given."""
    header = Header(kind, mode, *size, orientation)
    return ImageProbe(header, problem, bool(digest), digest, dhash)


def validated(*records, read=(), probes=None, min_boxes=0, **options):
    """The findings about these records, ``read`` among them."""
    annotations = Annotations(list(records), list(read))
    return validate.validate(annotations, probes or {}, min_boxes=min_boxes, **options)


def names_in(folder):
    """The names of what is directly in a folder, sorted."""
    return sorted(path.name for path in folder.iterdir())


def bytes_of(paths):
    """The bytes of files."""
    return [path.read_bytes() for path in paths]


def all_match(patterns, messages):
    """Whether there is a message for each pattern, in this order, in which it is found."""
    return len(patterns) == len(messages) and all(map(re.search, patterns, messages))


def of_labels(rows):
    """Records named by number that have these classes, given as words."""
    return [
        record(f"{number:03d}.jpg", *((label, 1, 2, 3, 4) for label in labels.split()))
        for number, labels in enumerate(rows)
    ]


def paths(records):
    """The paths of records, in their order."""
    return [record.path for record in records]


def splits_of(result):
    """The split of each path."""
    return {path: split for split, records in result.by_name().items() for path in paths(records)}


@st.composite
def data_sets(draw):
    """A strategy: records with up to three boxes of four classes, and groups of some of them."""
    rows = draw(st.lists(st.lists(st.sampled_from("abcd"), max_size=3), min_size=12, max_size=40))
    records = of_labels(map(" ".join, rows))
    numbers = draw(st.lists(st.integers(0, 60), min_size=len(rows), max_size=len(rows)))
    return records, {record.path: number for record, number in zip(records, numbers) if number < 30}


def class_groups():
    """A strategy: lists of groups of images, each its boxes by class and how many images it has."""
    counts = st.dictionaries(st.sampled_from("abc"), st.integers(1, 4), min_size=1)
    return st.lists(st.tuples(counts, st.integers(1, 3)), min_size=3, max_size=30)


def counts_and_sizes(groups):
    """Groups of images as two lists: their boxes by class, and their numbers of images."""
    return [counts for counts, _ in groups], [size for _, size in groups]


def unmatched(detections, others, min_iou=0.999, max_difference=1e-4):
    """How many detections have no counterpart among others of the same image."""
    same = np.array(detections.labels)[:, None] == np.array(others.labels)[None]
    near = np.abs(detections.scores[:, None] - others.scores[None]) <= max_difference
    fits = same & near & (iou(detections.boxes, others.boxes) >= min_iou)
    return int((~fits.any(axis=1)).sum())


def detections(*rows):
    """Detections from ``([x_min, y_min, x_max, y_max], class name, score)`` rows."""
    return LabeledBoxes(
        [box for box, _, _ in rows],
        tuple(label for _, label, _ in rows),
        [score for _, _, score in rows],
    )


def screen_box(x, y, width, height, label="cat", **columns):
    """A box as the drawing widget has it, in pixels of the image on the screen."""
    return dict(x=x, y=y, width=width, height=height, label=label, **columns)

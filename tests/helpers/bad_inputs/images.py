"""Images that do not decode, or differ from their annotation or among each other."""

from bad_inputs.data_sets import encoded_image, large, obj, only, pair, row, voc
from helpers.structures.label_map import LabelMap

CASES = [
    # Images
    row("empty", "xml", only(b""), ("image-unreadable", "0 bytes")),
    row("empty, no size in the XML", "xml", only(b"", size=None), "image-unreadable"),
    row("a text", "xml", only(b"no image"), ("image-unreadable", "8 bytes")),
    row("a web page saved as image", "xml", only(b"<html>404</html>"), "image-unreadable"),
    row("cut off", "xml", only(encoded_image(cut=900)), ("image-corrupt", "truncated")),
    row(
        "cut off PNG",
        "xml",
        only(encoded_image(kind="PNG", cut=900), name="a.png"),
        "image-corrupt",
    ),
    row(
        "45 megapixels",
        "xml",
        only(large((9000, 5000)), (9000, 5000), "a.png", (5000, 3000, 8000, 4000)),
        ("image-too-large", "9000x5000"),
        "image-grayscale",
    ),
    row(
        "a decompression bomb",
        "xml",
        only(large((20000, 10000)), (20000, 10000), "a.png", (12000, 6000, 18000, 9000)),
        ("image-too-large", "20000x10000"),
        "image-grayscale",
    ),
    row(
        "resized",
        "xml",
        only(encoded_image(size=(100, 50))),
        ("image-size-mismatch", "100x50: ", "0.5 times"),
    ),
    row(
        "turned by hand",
        "xml",
        only(encoded_image(size=(100, 200))),
        ("image-size-mismatch", "100x200: ", "quarter"),
    ),
    row(
        "cropped",
        "xml",
        only(encoded_image(size=(190, 100))),
        ("image-size-mismatch", "is 190x100"),
    ),
    row("size of nothing", "xml", voc(size=(0, 0))),
    row("size in words", "xml", voc(size=("wide", "high"))),
    row(
        "turned by EXIF",
        "xml",
        only(encoded_image(size=(100, 200), orientation=6)),
        ("image-exif-rotated", "as shown"),
    ),
    row(
        "turned by EXIF, drawn before",
        "xml",
        only(encoded_image(orientation=6)),
        ("image-exif-rotated", "before it"),
    ),
    row("gray", "xml", only(encoded_image(mode="L")), "image-grayscale"),
    row("for print", "xml", only(encoded_image(mode="CMYK")), ("image-not-rgb", "CMYK")),
    row(
        "16 bits",
        "xml",
        only(encoded_image(mode="I;16", kind="PNG"), name="a.png"),
        ("image-not-rgb", "16"),
    ),
    row(
        "with alpha",
        "xml",
        only(encoded_image(mode="RGBA", kind="PNG"), name="a.png"),
        "image-not-rgb",
    ),
    row(
        "of few colours",
        "xml",
        only(encoded_image(mode="P", kind="PNG"), name="a.png"),
        "image-not-rgb",
    ),
    row(
        "PNG called jpg",
        "xml",
        only(encoded_image(kind="PNG")),
        ("image-wrong-suffix", "PNG", ".jpg"),
    ),
    row(
        "JPEG called png",
        "xml",
        only(encoded_image(), name="a.png"),
        ("image-wrong-suffix", "JPEG", ".png"),
    ),
    # Sets
    row("one image under two names", "xml", pair(encoded_image()), ("image-duplicate", "a.jpg")),
    row(
        "one image at two sizes",
        "xml",
        pair(encoded_image(size=(400, 200)), size=(400, 200)),
        ("image-near-duplicate", "like a.jpg"),
    ),
    row(
        "one class in two spellings",
        "xml",
        voc(obj(), obj("Cat", (10, 10, 60, 60))),
        ("class-similar-names", "'Cat', 'cat'"),
    ),
    row(
        "few of a class",
        "xml",
        voc(),
        ("class-few-examples", "1 box of", "'cat'", "2"),
        min_boxes=2,
    ),
    row(
        "a class outside the label map",
        "xml",
        voc(obj(), obj("dgo", (10, 10, 60, 60))),
        ("class-unknown", "label map", "'dgo' (1)"),
        ("class-unknown", "object 2: ", "'dgo'", "'dog'"),
        label_map=LabelMap.of(["cat", "dog"]),
    ),
]

"""Objects without numbers or class, and boxes that cannot be or look odd."""

from bad_inputs.data_sets import BOX, boxes, obj, row, voc

CASES = [
    row(
        "no bndbox",
        "xml",
        voc("<object><name>cat</name></object>"),
        ("box-invalid", "object 1 (cat)"),
    ),
    row("no xmax", "xml", voc(obj(corners=("xmin", "ymin", "width", "ymax"))), "box-invalid"),
    row("words", "xml", boxes(BOX, ("left", 1, 2, 3)), ("box-invalid", "object 2 (cat)")),
    row("not a number", "xml", boxes(("nan", 1, 2, 3)), "box-invalid"),
    row("endless", "xml", boxes((1, 1, "inf", 50)), "box-invalid"),
    row("too long a number", "xml", boxes((1, 1, "9" * 400, 50)), "box-invalid"),
    row("blank class", "xml", voc(obj("  ")), ("class-missing", "blank")),
    row(
        "class-missing",
        "xml",
        voc(
            "<object><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>60</xmax>"
            "<ymax>60</ymax></bndbox></object>"
        ),
        "class-missing",
    ),
    row("class-padded-name", "xml", voc(obj("cat ")), ("class-padded-name", "'cat '")),
    row("class on lines of its own", "xml", voc(obj("\n  red\n  panda\n")), "class-padded-name"),
    row(
        "swapped",
        "xml",
        boxes(BOX, (60, 10, 20, 50)),
        ("box-swapped-corners", "object 2 (cat): box [60, 10, 20, 50] on 200x100: xmax"),
    ),
    row("both swapped", "xml", boxes(BOX, (60, 50, 20, 10)), ("box-swapped-corners", "above ymin")),
    row(
        "width and height",
        "xml",
        boxes((120, 60, 60, 30), (30, 10, 20, 40), (90, 70, 20, 20)),
        *[
            ("box-width-height-as-corners", part)
            for part in ("3 of 3 boxes", "object 1", "object 2", "object 3")
        ],
    ),
    row(
        "swapped, or width and height",
        "xml",
        boxes((120, 60, 60, 30)),
        ("box-ambiguous-corners", "xmax is left of xmin", "ymax is above ymin"),
    ),
    row("no width", "xml", boxes(BOX, (5, 5, 5, 50)), ("box-zero-area", "no width")),
    row("nothing at all", "xml", boxes((0, 0, 0, 0)), ("box-zero-area", "no width", "no height")),
    row("outside", "xml", boxes((250, 10, 290, 50)), ("box-outside-image", "on 200x100")),
    row("beyond", "xml", boxes((150, 50, 210, 90)), ("box-beyond-border", "10 px", "right border")),
    row("before the start", "xml", boxes((-5, 50, 90, 90)), ("box-beyond-border", "5 px")),
    row(
        "swapped and beyond",
        "xml",
        boxes(BOX, (210, 50, 150, 90)),
        ("box-beyond-border", "10 px"),
        ("box-swapped-corners", "object 2"),
    ),
    row("twice", "xml", boxes(BOX, BOX), ("box-duplicate", "object 1 (cat)")),
    row(
        "of two classes",
        "xml",
        voc(obj(), obj("dog")),
        (
            "box-conflicting-classes",
            "object 2 (dog): box [120, 60, 180, 90] on 200x100: ",
            "object 1 (cat)",
        ),
    ),
    row("huge", "xml", boxes((0, 0, 200, 100)), ("box-covers-image", "100 %")),
    row("tiny", "xml", boxes((50, 50, 52, 60)), ("box-too-small", "3x30 px at 300x300")),
    row(
        "all cut",
        "xml",
        boxes((0, 10, 50, 50), (170, 60, 200, 90), (90, 0, 120, 30)),
        ("image-all-boxes-truncated", "all 3 boxes"),
    ),
]

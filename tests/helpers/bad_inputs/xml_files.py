"""Annotation files that are none, and files about other images than there are."""

from bad_inputs.data_sets import encoded_image, obj, row, voc, xml

ENTITIES = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10 if i else "ha"}">' for i in range(9))

CASES = [
    # Annotation files that are no annotations
    row("empty file", "xml", {"in/a.xml": ""}, ("annotation-broken-file", "no element")),
    row("cut off", "xml", {"in/a.xml": xml()[:150]}, ("annotation-broken-file", "unclosed token")),
    row("bytes", "xml", {"in/a.xml": bytes(range(256)) * 9}, "annotation-broken-file"),
    row("zeros", "xml", {"in/a.xml": b"\0" * 500}, "annotation-broken-file"),
    row("an image called xml", "xml", {"in/a.xml": encoded_image()}, "annotation-broken-file"),
    row(
        "an encoding that is not",
        "xml",
        {"in/a.xml": '<?xml version="1.0" encoding="klingon"?>' + xml()},
        "annotation-unknown-encoding",
    ),
    row(
        "nested without end",
        "xml",
        {"in/a.xml": "<annotation>" + "<object>" * 20000},
        "annotation-broken-file",
    ),
    row("two roots", "xml", {"in/a.xml": xml() + xml()}, "annotation-broken-file"),
    row(
        "a web page",
        "xml",
        {"in/a.xml": "<html><body/></html>"},
        ("annotation-other-format", "<html>"),
    ),
    row(
        "a draft of the device",
        "xml",
        {"in/a.xml": xml("<source><database>photos-to-pi draft</database></source>", obj())},
        ("annotation-draft", "accepted by nobody"),
    ),
    row(
        "entities that grow",
        "xml",
        voc(obj("&e8;"), head=f"<!DOCTYPE annotation [{ENTITIES}]>"),
        "annotation-unsafe-xml",
    ),
    row(
        "an external entity",
        "xml",
        voc(obj("&x;"), head='<!DOCTYPE annotation [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        "annotation-unsafe-xml",
    ),
    row(
        "an external parameter entity",
        "xml",
        voc(head='<!DOCTYPE annotation [<!ENTITY % x SYSTEM "http://127.0.0.1/x.dtd"> %x;]>'),
        "annotation-unsafe-xml",
    ),
    row(
        "entities in UTF-16",
        "xml",
        {
            "in/a.xml": (
                f'<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE annotation [{ENTITIES}]>'
                + xml(obj("&e8;"))
            ).encode("utf-16")
        },
        "annotation-unsafe-xml",
    ),
    # Which image
    row(
        "no such image",
        "xml",
        {**voc(), "in/z.xml": xml(filename="z.jpg")},
        ("annotation-without-image", "'z.jpg'"),
    ),
    row(
        "two of that name",
        "xml",
        {
            **voc(),
            "in/b.xml": xml(filename="b"),
            "img/b.jpg": encoded_image(1),
            "img/b.png": encoded_image(2, kind="PNG"),
        },
        ("annotation-ambiguous-image", "b.png"),
        "image-without-annotation",
        "image-without-annotation",
    ),
    row(
        "annotated twice",
        "xml",
        {**voc(), "in/sub/a.xml": xml()},
        ("annotation-duplicate", "/in/a.xml is"),
    ),
    row(
        "an image without annotation",
        "xml",
        {**voc(), "img/b.jpg": encoded_image(1)},
        "image-without-annotation",
    ),
    row(
        "a name from outside",
        "xml",
        voc(filename="../../etc/a.jpg"),
        "annotation-path-outside-folder",
    ),
    row("a path of another machine", "xml", voc(filename=r"C:\photos\a.jpg")),
    row(
        "a name that is not UTF-8",
        "xml",
        {**voc(), "in/caf\udce9.xml": xml(), "img/caf\udce9.jpg": encoded_image(1)},
        ("image-unusable-name", "not UTF-8"),
    ),
    row(
        "a name of two lines",
        "xml",
        {**voc(), "in/b\nc.xml": "<", "img/b\nc.jpg": encoded_image(1)},
        "annotation-broken-file",
    ),
]

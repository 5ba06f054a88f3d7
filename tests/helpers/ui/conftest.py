"""An annotator on three images, with a browser that shows at once what it is given."""

import pytest
from builders import rows_of

from helpers.annotations.formats import voc
from helpers.annotations.image_index import ImageIndex
from helpers.ui.annotation_editor import AnnotationEditor
from helpers.ui.annotator import Annotator

SIZE = (320, 280)  # shown twice as large


@pytest.fixture
def folder(tmp_path, paint):
    """A folder with the images ``a.jpg``, ``b.jpg`` and ``c.jpg`` in ``img/``."""
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        paint(tmp_path / "img" / name, SIZE)
    return tmp_path


@pytest.fixture
def annotate(folder, record):
    """``annotate({"a": rows})``: an annotator, with these rows in ``xml/a.xml``."""

    def start(annotated=None, classes=("cat", "dog"), marks=(), **options):
        for name, objects in (annotated or {}).items():
            voc.write_one(
                record(f"{name}.jpg", *objects, size=SIZE),
                folder / "xml" / f"{name}.xml",
                folder / "img",
            )
        editor = AnnotationEditor(folder / "img", folder / "xml", **options)
        annotator = Annotator(editor, classes, marks)
        keys = annotator._keys
        keys.observe(lambda change: setattr(keys, "rendered_revision", change["new"]), "revision")
        keys.rendered_revision = keys.revision
        return annotator

    return start


@pytest.fixture
def saved(folder):
    """``saved("a")``: the rows in ``xml/a.xml``; ``None`` when there is no such file."""

    def read(name):
        path = folder / "xml" / f"{name}.xml"
        if not path.exists():
            return None
        record, findings = voc.read_one(path, ImageIndex(folder / "img"))
        assert not findings
        return rows_of(record)

    return read

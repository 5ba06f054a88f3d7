"""HEIC photos: named where Pillow cannot read them, read where a package for them is installed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.annotations import image_header
from helpers.annotations.image_index import ImageIndex
from helpers.structures.errors import BadInput
from helpers.tfrecords import image_encoding

ROOT = Path(__file__).resolve().parents[3]
HEIC = b"\0\0\0\x18ftypheic" + bytes(100)


def test_a_photo_that_pillow_cannot_read_is_called_what_it_is(tmp_path, record):
    (tmp_path / "a.jpg").write_bytes(HEIC)
    with pytest.raises(BadInput, match="a.jpg: .*HEIC .*JPEG"):
        image_encoding.encode(record("a.jpg"), tmp_path)
    with pytest.raises(BadInput, match="a.jpg: .*HEIC .*pip install pillow-heif"):
        image_header.header(tmp_path / "a.jpg")
    assert ImageIndex(tmp_path).by_stem("a") == ["a.jpg"]


PLUGIN = """
from PIL import Image, ImageFile
class Reader(ImageFile.ImageFile):
    format = "HEIF"
    def _open(self):
        self._size, self.mode, self.tile = (40, 30), "RGB", [("raw", (0, 0, 40, 30), 12, "RGB")]
def register_heif_opener():
    Image.register_open("HEIF", Reader, lambda head: head[4:12] == b"ftypheic")
"""


def test_heic_is_read_where_a_package_for_it_is_installed(tmp_path):
    """The package here is a stand-in: what is tested is that it is found and registered."""
    (tmp_path / "pillow_heif.py").write_text(PLUGIN)
    (tmp_path / "IMG_1.HEIC").write_bytes(HEIC[:12] + b"\xff\0\0" * 1200)
    code = """
import io, sys
from PIL import Image
from helpers.tfrecords import image_encoding as encoding
from helpers.annotations.image_index import ImageIndex
from helpers.structures.dataset import ImageRecord
path, = ImageIndex(sys.argv[1]).paths
encoded = encoding.encode(ImageRecord(path, 40, 30), sys.argv[1], 20)
image = Image.open(io.BytesIO(encoded.content))
print(path, image.format, image.size, image.getpixel((5, 5))[0] > 240)
"""
    output = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        stdout=subprocess.PIPE,
        check=True,
        env=dict(os.environ, PYTHONPATH=os.pathsep.join([str(ROOT), str(tmp_path)])),
        universal_newlines=True,
    ).stdout
    assert output == "IMG_1.HEIC JPEG (20, 15) True\n"

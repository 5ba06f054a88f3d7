"""Reading and checking 10,000 annotated pictures, beside what people do today."""

import multiprocessing
import os
import random
import shutil
from pathlib import Path

import pytest
from PIL import Image

from helpers import checks, looks, sample
from helpers.formats import voc

ROOT = Path(__file__).resolve().parents[2]
COUNT = int(os.environ.get("BENCH_PICTURES", 10000))
BOXES = 13

# The loop of the object detection tutorials: a row a box, nothing checked.
PLAIN = """
import glob, sys
import xml.etree.ElementTree as ET
import pandas as pd
rows = []
for path in glob.glob(sys.argv[1] + "/*.xml"):
    root = ET.parse(path).getroot()
    for member in root.findall("object"):
        box = member.find("bndbox")
        rows.append((root.find("filename").text,
                     int(root.find("size").find("width").text),
                     int(root.find("size").find("height").text), member.find("name").text,
                     int(box.find("xmin").text), int(box.find("ymin").text),
                     int(box.find("xmax").text), int(box.find("ymax").text)))
table = pd.DataFrame(rows, columns=["filename", "width", "height", "class",
                                    "xmin", "ymin", "xmax", "ymax"])
print(len(table))
"""
OURS = """
import resource, sys
from helpers import checks, looks
from helpers.formats import voc
read = voc.read(sys.argv[1], sys.argv[2])
seen = looks.look_at([record.path for record in read.records], sys.argv[2], pixels=False)
found = checks.check(read, seen)
print(sum(len(record.objects) for record in read.records))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "MB", len(found), "findings",
      file=sys.stderr)
"""
OBJECT = """\t<object>
\t\t<name>{name}</name>
\t\t<pose>Unspecified</pose>
\t\t<truncated>0</truncated>
\t\t<difficult>0</difficult>
\t\t<bndbox>
\t\t\t<xmin>{box[0]}</xmin>
\t\t\t<ymin>{box[1]}</ymin>
\t\t\t<xmax>{box[2]}</xmax>
\t\t\t<ymax>{box[3]}</ymax>
\t\t</bndbox>
\t</object>
"""


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """Forty pictures: real photos where they are, since drawings decode faster than any photo."""
    real = Path(os.environ.get("RACCOON", ROOT.parent / "shared" / "data" / "raccoon")) / "images"
    if not real.is_dir():
        drawn = tmp_path_factory.mktemp("few")
        sample.write(drawn, 40)
        real = drawn / "img"
    return sorted(real.iterdir())[:40]


@pytest.fixture(scope="module")
def annotated(tmp_path_factory, photos):
    """``img/`` and ``annotations/`` of many pictures of about 50 kB with 13 boxes each."""
    folder = tmp_path_factory.mktemp("annotated")
    contents = []
    for path in photos:
        with Image.open(str(path)) as picture:
            large = picture.convert("RGB").resize((480, 360), Image.LANCZOS)
        large.save(str(folder / "large.jpg"), quality=88)
        contents.append((folder / "large.jpg").read_bytes())
    (folder / "img").mkdir()
    (folder / "annotations").mkdir()
    chosen = random.Random(0)
    for number in range(COUNT):
        name = f"photo{number:06d}"
        # What follows the end of a JPEG is passed over: every file is its own, as photos are.
        (folder / "img" / f"{name}.jpg").write_bytes(contents[number % 40] + b"%d" % number)
        (folder / "annotations" / f"{name}.xml").write_text(annotation(name, chosen))
    yield folder
    shutil.rmtree(str(folder))


def annotation(name, chosen):
    objects = []
    for number in range(BOXES):
        x, y = chosen.randrange(0, 420), chosen.randrange(0, 300)
        box = (x, y, x + chosen.randrange(20, 60), y + chosen.randrange(20, 60))
        objects.append(OBJECT.format(name=f"class{number % 7}", box=box))
    return (f"<annotation>\n\t<folder>img</folder>\n\t<filename>{name}.jpg</filename>\n"
            f"\t<path>/home/me/img/{name}.jpg</path>\n\t<source>\n\t\t<database>Unknown</database>"
            "\n\t</source>\n\t<size>\n\t\t<width>480</width>\n\t\t<height>360</height>\n"
            "\t\t<depth>3</depth>\n\t</size>\n\t<segmented>0</segmented>\n"
            f"{''.join(objects)}</annotation>\n")


def decode(path):
    with Image.open(path) as picture:
        picture.load()
        return picture.size


def test_reading_and_checking_without_pixels(annotated, seconds_of, side_by_side):
    said = set()

    def run(program):
        seconds, printed = seconds_of(program, annotated / "annotations", annotated / "img")
        said.add(printed)
        return seconds

    side_by_side(f"{COUNT} XML with {BOXES} boxes each, imports included",
                 plain_loop=lambda: run(PLAIN), ours_with_checks=lambda: run(OURS))
    assert said == {str(COUNT * BOXES)}


def test_pixel_checks_beside_the_decoder_alone(annotated, side_by_side):
    paths = sorted(path.name for path in (annotated / "img").iterdir())
    full = [str(annotated / "img" / path) for path in paths]

    def decoder_alone():
        with multiprocessing.get_context("fork").Pool() as pool:
            assert pool.map(decode, full, chunksize=200) == [(480, 360)] * COUNT

    def ours():
        seen = looks.look_at(paths, annotated / "img")
        assert all(one.decoded for one in seen.values())

    side_by_side(f"pixels of {COUNT} pictures", 3, decoder_alone=decoder_alone, ours=ours)


def test_the_second_run_beside_the_first(annotated, side_by_side, tmp_path):
    cache = tmp_path / "learnt.sqlite"

    def run():
        read = voc.read(annotated / "annotations", annotated / "img", cache)
        seen = looks.look_at([record.path for record in read.records], annotated / "img", True,
                             cache)
        assert len(checks.check(read, seen)) > 0

    def first():
        if cache.exists():
            cache.unlink()
        run()

    side_by_side(f"reading, looking at and checking {COUNT} pictures", 3, first=first, second=run)

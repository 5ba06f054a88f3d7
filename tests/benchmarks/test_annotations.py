"""Reading and checking 10,000 annotated images, beside what people do today."""

import csv
import multiprocessing

from PIL import Image

from helpers.annotations import csv_table
from helpers.annotations.formats import csv_import, voc, yolo
from helpers.annotations.reading import ReadOptions
from helpers.validation import image_probe, validate

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
from helpers.validation import validate, image_probe
from helpers.annotations.formats import voc
annotations = voc.read(sys.argv[1], sys.argv[2])
paths = [record.path for record in annotations.records]
probes = image_probe.probe_images(paths, sys.argv[2], pixels=False)
findings = validate.validate(annotations, probes)
print(sum(len(record.objects) for record in annotations.records))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024, "MB", len(findings), "findings",
      file=sys.stderr)
"""


def decode(path):
    with Image.open(path) as image:
        image.load()
        return image.size


def test_reading_and_checking_without_pixels(annotated, seconds_of, side_by_side):
    counts = set()

    def run(program):
        seconds, printed = seconds_of(program, annotated.annotations, annotated.images)
        counts.add(printed)
        return seconds

    side_by_side(
        f"{annotated.count} XML with {annotated.boxes} boxes each, imports included",
        plain_loop=lambda: run(PLAIN),
        ours_with_checks=lambda: run(OURS),
    )
    assert counts == {str(annotated.count * annotated.boxes)}


def test_text_and_tables_beside_their_numbers_alone(annotated, side_by_side, tmp_path):
    records = voc.read(annotated.annotations, annotated.images).records
    table = csv_table.write(records, tmp_path / "data.csv")
    labels = yolo.write(records, tmp_path / "yolo", annotated.images)

    def numbers_alone():
        with open(str(table)) as stream:
            rows = [list(map(float, row[4:])) for row in csv.reader(stream) if row[1] != "width"]
        lines = [line for path in labels[1:] for line in path.read_text().splitlines()]
        assert len(rows) == len([list(map(float, line.split())) for line in lines])

    def ours():
        for read, source in ((csv_import.read, table), (yolo.read, tmp_path / "yolo")):
            assert len(read(source, annotated.images).records) == annotated.count

    side_by_side(
        f"a table and YOLO text of {annotated.count} images with {annotated.boxes} boxes each",
        3,
        numbers_alone=numbers_alone,
        ours=ours,
    )


def test_pixel_checks_beside_the_decoder_alone(annotated, side_by_side):
    paths = sorted(path.name for path in (annotated.images).iterdir())
    full = [str(annotated.images / path) for path in paths]

    def decoder_alone():
        with multiprocessing.get_context("fork").Pool() as pool:
            assert pool.map(decode, full, chunksize=200) == [(480, 360)] * annotated.count

    def ours():
        probes = image_probe.probe_images(paths, annotated.images)
        assert all(probe.decoded for probe in probes.values())

    side_by_side(f"pixels of {annotated.count} images", 3, decoder_alone=decoder_alone, ours=ours)


def test_the_second_run_beside_the_first(annotated, side_by_side, tmp_path):
    cache = tmp_path / "cache.sqlite"

    def run():
        annotations = voc.read(annotated.annotations, annotated.images, ReadOptions(cache=cache))
        probes = image_probe.probe_images(
            [record.path for record in annotations.records], annotated.images, True, cache
        )
        assert len(validate.validate(annotations, probes)) > 0

    def first():
        if cache.exists():
            cache.unlink()
        run()

    side_by_side(
        f"reading, probing and validating {annotated.count} images", 3, first=first, second=run
    )

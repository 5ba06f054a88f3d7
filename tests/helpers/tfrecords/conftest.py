"""The ten images written as records, and what the Object Detection API's decoder refuses."""

import pytest

from helpers.annotations import label_map_file
from helpers.structures.label_map import LabelMap
from helpers.tfrecords import example, example_validation, tfrecord

CAT_AND_DOG = LabelMap.of(["cat", "dog"])


@pytest.fixture()
def write_many(tmp_path, many, three_labels):
    """Writes the ten images, or records of some of them: ``write_many("a.record", shards=3)``."""
    images, all_records = many

    def write(name="a.record", records=None, label_map=three_labels, **options):
        return tfrecord.write(
            all_records if records is None else records,
            label_map,
            images,
            tmp_path / name,
            tfrecord.RecordOptions(**options),
        )

    return write


@pytest.fixture(scope="session")
def problems():
    """The problems of a serialized record, by a label map of a cat and a dog."""

    def of(raw, names=CAT_AND_DOG.names, **options):
        return example_validation.problems(example.parsed(raw), names, **options)

    return of


@pytest.fixture(scope="module")
def refusal(tmp_path_factory):
    """What the decoder says to a record, with the label map as in training; empty when nothing."""
    tf = pytest.importorskip("tensorflow")
    from object_detection.data_decoders.tf_example_decoder import TfExampleDecoder

    path = label_map_file.write(CAT_AND_DOG, tmp_path_factory.mktemp("labels") / "label_map.pbtxt")

    def refuse(raw, within=None):
        try:
            image = (within or session).run(tensors, {serialized: raw})["image"]
        except tf.errors.InvalidArgumentError as error:
            return error.message.splitlines()[0]
        return "" if image.shape == (30, 40, 3) else f"an image of shape {image.shape}"

    with tf.Graph().as_default() as graph, tf.Session() as session:
        serialized = tf.placeholder(tf.string)
        tensors = TfExampleDecoder(label_map_proto_file=str(path)).decode(serialized)
        tables = tf.tables_initializer()
        session.run(tables)
        refuse.graph, refuse.tables = graph, tables
        yield refuse

"""A model, its data and its training diagnosed from a work folder."""

import json

import pytest

from helpers.annotations import csv_table
from helpers.evaluation.backend_evaluation import evaluate_backend
from helpers.evaluation.diagnosis import Diagnosis
from helpers.inference import registry
from helpers.steps.diagnose import DiagnosisOptions, ModelDiagnosis, diagnose_model
from helpers.structures.errors import MissingPart
from helpers.tfrecords import tfrecord
from helpers.workspace import TrainingChannel

OPTIONS = DiagnosisOptions("opencv", sample=12)


def results_on(work, images):
    _, label_map = registry.runnable(work.graph)
    backend = registry.open_backend(OPTIONS.backend, work.graph, label_map)
    return evaluate_backend(backend, images(label_map), label_map)


def test_a_model_is_diagnosed_from_its_work_folder(trained):
    made = diagnose_model(trained.graph, trained.channel, trained.job_in_use(), options=OPTIONS)
    records = csv_table.read(trained.channel.table("train"))
    training = made.facts.training
    assert training.images == len(records)
    assert training.negatives == sum(not len(record.objects) for record in records)
    assert sum(training.objects.values()) == sum(len(record.objects) for record in records)
    assert training.loss and training.eval_map
    assert made.facts.images == len(csv_table.read(trained.channel.table("eval")))
    sample = results_on(
        trained,
        lambda labels: tfrecord.read_sample(
            tfrecord.existing(trained.channel.record("train")), labels, 12
        ),
    )
    assert made.facts.train_metrics == sample.metrics
    # Forty steps from scratch teach little.
    assert [one.code for one in made.diagnoses] != ["nothing-stands-out"]
    assert [row["code"] for row in made.rows()] == [one.code for one in made.diagnoses]
    assert len(made.as_text().splitlines()) == 2 * len(made.diagnoses)
    assert json.loads(json.dumps(made.as_dict()))["facts"]["train_images"] == len(records)


def test_results_that_are_there_are_taken_and_a_job_may_be_gone(trained, tmp_path):
    paths = tfrecord.existing(trained.channel.record("eval"))
    given = results_on(trained, lambda labels: tfrecord.read_sample(paths, labels, 3)).results
    made = diagnose_model(
        trained.graph, trained.channel, tmp_path, given, DiagnosisOptions("opencv", sample=0)
    )
    assert (made.facts.images, made.facts.train_metrics) == (3, None)
    assert made.facts.training.loss == ()


def test_without_tables_the_records_are_counted(trained, tmp_path):
    channel = TrainingChannel(tmp_path)
    for split in ("train", "eval"):
        channel.record(split).symlink_to(trained.channel.record(split))
    options = DiagnosisOptions("opencv", sample=0)
    made = diagnose_model(trained.graph, channel, options=options).facts.training
    expected = diagnose_model(trained.graph, trained.channel, options=options).facts.training
    assert made == expected and made.images


@pytest.mark.parametrize("split", ["train", "eval"])
def test_missing_records_are_named(trained, tmp_path, split):
    channel = TrainingChannel(tmp_path)
    other = {"train": "eval", "eval": "train"}[split]
    channel.record(other).symlink_to(trained.channel.record(other))
    with pytest.raises(MissingPart, match=f"{split}.record"):
        diagnose_model(trained.graph, channel, options=OPTIONS)


def test_a_missing_model_is_named(tmp_path):
    with pytest.raises(MissingPart, match="04_train"):
        diagnose_model(tmp_path, TrainingChannel(tmp_path))


@pytest.mark.parametrize(
    "code, spots", [("boxes-loose", ("Loose.",)), ("nothing-stands-out", ())], ids=["one", "none"]
)
def test_weak_spots_are_what_stands_out(code, spots):
    made = ModelDiagnosis(None, (Diagnosis(code, "Loose.", {}, "Draw again."),))
    assert made.weak_spots() == spots

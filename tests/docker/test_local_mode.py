"""SageMaker's local mode, for real: two containers of the real image write records together."""

import re
import shutil

import plain_boxes as boxes
import pytest
import workflow

from helpers.annotations import label_map_file
from helpers.aws import sagemaker_processing
from helpers.aws.sagemaker_processing import ProcessingOptions
from helpers.system import shell
from helpers.tfrecords import framing, manifest_merge
from helpers.workspace import TrainingChannel, Workspace

ROLE = "arn:aws:iam::123456789012:role/Trainer"


@pytest.fixture(scope="module")
def work(sample_folder, tmp_path_factory):
    """A work folder with 24 images, divided, and no records yet."""
    work = Workspace.at(tmp_path_factory.mktemp("local"))
    workflow.import_annotations(work, sample_folder / "annotations", sample_folder / "img")
    workflow.map_labels(work)
    workflow.split_dataset(work, 0.75)
    return work


@pytest.fixture()
def client(monkeypatch, tmp_path):
    """SageMaker's client in local mode; what it leaves behind is taken away."""
    if shutil.which("docker-compose") is None:
        pytest.skip("no docker-compose. Run: apt-get install docker-compose")
    boto3 = pytest.importorskip("boto3")
    local = pytest.importorskip("sagemaker.local")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    session = local.LocalSession(boto3.Session(region_name="eu-west-1"))
    session.config = {"local": {"container_root": str(tmp_path)}}
    yield session.sagemaker_client
    for path in tmp_path.glob("*/docker-compose.yaml"):
        shell.run(["docker-compose", "--file", str(path), "down"])


@pytest.fixture()
def request_of(built_image, sample_folder, work, tmp_path):
    def build(**changes):
        where = sagemaker_processing.Places(
            *(
                f"file://{folder}"
                for folder in (sample_folder / "img", work.training, tmp_path / "made")
            )
        )
        return sagemaker_processing.request(
            "records-1",
            built_image,
            where,
            work.training,
            ProcessingOptions(machines=2, instance_type="local", role_arn=ROLE, **changes),
        )

    return build


def test_two_containers_write_records_that_add_up(client, request_of, work, tmp_path, decoded):
    statuses = []
    sagemaker_processing.run(request_of(shards=2, max_side=0), lambda: client, statuses.append)
    assert statuses == ["Completed"]
    out = tmp_path / "made"
    merged = manifest_merge.merge(out, TrainingChannel(work.training))
    assert merged["machines"] == 2
    names = label_map_file.read(work.label_map).names
    for split, images in (("train", 18), ("eval", 6)):
        paths = framing.existing(out / f"{split}.record")
        assert paths == framing.shard_paths(out / f"{split}.record", 4)
        assert merged[split]["images"] == images
        assert boxes.of_records(decoded(paths), names) == boxes.of_table(
            work.training / f"data_{split}.csv"
        )


def test_a_container_that_fails_ends_the_job_and_says_why(client, request_of, tmp_path, capfd):
    job_request = request_of()
    job_request["AppSpecification"]["ContainerArguments"].append("--shards=9")
    with pytest.raises(RuntimeError, match="docker-compose"):
        sagemaker_processing.run(job_request, lambda: client)
    assert re.search("data_eval.csv: found 6 .*expected .* 18", capfd.readouterr().out)
    assert not list((tmp_path / "made").glob("*.record-*"))

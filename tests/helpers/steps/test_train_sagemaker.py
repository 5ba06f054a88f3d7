"""A SageMaker job planned by one call; without credentials the request of Amazon's example."""

import json

import pytest

from helpers.steps import train_sagemaker as sagemaker
from helpers.structures.errors import BadInput, HelpersError
from helpers.workspace import Workspace

HYPERPARAMETERS = {"num_steps": 5, "quantize": True}

pytestmark = pytest.mark.usefixtures("without_credentials")


@pytest.fixture(scope="module")
def work(prepared_work, tmp_path_factory):
    return prepared_work(tmp_path_factory.mktemp("planned"))


def test_request_files_and_price_in_one(work):
    plan = sagemaker.plan_sagemaker(
        work, HYPERPARAMETERS, sagemaker.SagemakerOptions(bucket="my-bucket")
    )
    assert plan.request["HyperParameters"] == {"num_steps": "5", "quantize": "true"}
    assert plan.request["ResourceConfig"]["InstanceType"] == sagemaker.INSTANCE_TYPE
    names = [row["to"].rpartition("/")[2] for row in plan.rows()]
    assert {"pipeline.config", "label_map.pbtxt"} <= set(names)
    assert all(row["to"].startswith("s3://my-bucket/") for row in plan.rows())
    shown = plan.as_text()
    request, end = json.JSONDecoder().raw_decode(shown)
    assert request == plan.request and "USD" in shown[end:]


def test_hours_limit_the_run(work):
    options = sagemaker.SagemakerOptions(bucket="my-bucket", hours=0.5)
    request = sagemaker.plan_sagemaker(work, HYPERPARAMETERS, options).request
    assert request["StoppingCondition"]["MaxRuntimeInSeconds"] == 1800


@pytest.mark.parametrize(
    "hyperparameters, message",
    [({"num_stepz": 5}, "num_stepz.* num_steps"), ({"num_steps": 0}, "num_steps=0")],
    ids=["misspelt", "impossible"],
)
def test_what_the_trainer_would_refuse_is_refused_here(work, hyperparameters, message):
    with pytest.raises(BadInput, match=message):
        sagemaker.plan_sagemaker(work, hyperparameters, sagemaker.SagemakerOptions())


def test_without_records_there_is_no_plan(tmp_path):
    with pytest.raises(HelpersError, match="02_tfrecords"):
        sagemaker.plan_sagemaker(
            Workspace.at(tmp_path), HYPERPARAMETERS, sagemaker.SagemakerOptions()
        )

"""Records on several machines, planned by one call; with no machines nothing can be sent."""

import json

import pytest

from helpers.annotations import csv_table, label_map_file
from helpers.steps.make_records_sagemaker import RecordsOptions, plan_records
from helpers.steps.split_dataset import split_dataset
from helpers.structures.errors import BadInput, HelpersError
from helpers.structures.label_map import LabelMap
from helpers.workspace import Workspace


@pytest.fixture()
def work(many, tmp_path):
    work = Workspace.at(tmp_path / "work")
    csv_table.write(many[1], work.table)
    split_dataset(work.table, work.training)
    label_map_file.write(LabelMap.of(["cat"]), work.label_map)
    return work


def test_the_request_is_shown_and_not_sent(work):
    plan = plan_records(work, RecordsOptions(hours=0.5, longest_edge=320))
    assert not plan.can_be_sent and "MACHINES is 0" in plan.identity_text
    assert plan.job.request["StoppingCondition"] == {"MaxRuntimeInSeconds": 1800}
    arguments = plan.job.request["AppSpecification"]["ContainerArguments"]
    assert any(argument.endswith("=320") for argument in arguments)
    request, end = json.JSONDecoder().raw_decode(plan.as_text())
    assert request == plan.job.request and "USD" in plan.as_text()[end:]


def test_what_sagemaker_would_refuse_is_refused(work):
    with pytest.raises(BadInput, match="longest"):
        plan_records(work, RecordsOptions(longest_edge=-1))


def test_without_tables_there_is_no_plan(tmp_path):
    with pytest.raises(HelpersError, match="data_train.csv"):
        plan_records(Workspace.at(tmp_path), RecordsOptions())

"""What a job is going to cost, and what it did cost."""

import pytest

from helpers.aws import job_cost, pricing, request_checks
from helpers.aws.job_cost import Machine, Work
from helpers.aws.pricing import HourlyPrice
from helpers.structures.errors import BadInput

HOURLY = HourlyPrice(3.6, "today")


def estimate(rate=10.0, spot=False, max_run=7200, volume=0, instance_type="ml.g4dn.xlarge"):
    machine = Machine(instance_type, HOURLY, spot, volume, max_run)
    return job_cost.estimate(Work(1000, 30, rate), machine, 2 * 10**9)


def test_the_estimate_is_steps_by_images_a_second():
    found = estimate()
    assert found.seconds == job_cost.AROUND + 3000
    assert found.expected == pytest.approx(found.seconds * 0.001)
    assert (found.highest, found.lowest) == pytest.approx((7.2, found.expected))
    assert found.measured and not found.stopped
    assert found.stored_gb == 2


def test_a_disk_costs_too():
    disk = estimate(volume=730).expected - estimate().expected
    assert disk == pytest.approx(job_cost.DISK_MONTH * estimate().seconds / 3600)


@pytest.mark.parametrize(
    "options, shown",
    [({}, "cost expected"), ({"spot": True}, "on spot instances"), ({"max_run": 60}, "mind")],
    ids=["on demand", "spot", "too little time"],
)
def test_the_table_names_what_counts(options, shown):
    rows = {row["what"]: row["value"] for row in estimate(**options).rows()}
    assert shown in rows and "3.6 USD" in rows["machine"] and "today" in rows["machine"]
    assert f"{shown}: {rows[shown]}" in estimate(**options).as_text().splitlines()


def test_spot_is_cheaper_and_a_limit_bounds_both():
    found = estimate(spot=True)
    assert found.lowest == pytest.approx(found.expected / 10)
    cut = estimate(max_run=60)
    assert cut.stopped and cut.expected == pytest.approx(cut.highest)


def test_without_a_measurement_there_is_a_rule_of_thumb():
    found = estimate(rate=0)
    assert not found.measured and found.rate == job_cost.IMAGES_PER_SECOND["ml.g4dn.xlarge"]
    assert "a rule of thumb" in found.as_text()


@pytest.mark.parametrize(
    "options, message",
    [
        ({"rate": 0, "instance_type": "ml.p2.xlarge"}, "IMAGES_PER_SECOND"),
        ({"rate": -1}, "found -1"),
    ],
    ids=["unknown machine", "negative"],
)
def test_no_estimate_without_a_speed(options, message):
    with pytest.raises(BadInput, match=message):
        estimate(**options)


def test_every_machine_with_a_price_has_a_speed():
    assert set(job_cost.IMAGES_PER_SECOND) == set(pricing.PER_HOUR)
    assert request_checks.TRAINING_INSTANCE in pricing.PER_HOUR


@pytest.mark.parametrize(
    "answer, seconds, dollars, saved",
    [
        ({"TrainingTimeInSeconds": 3600, "BillableTimeInSeconds": 3600}, 3600, 3.6, 0),
        (
            {
                "TrainingTimeInSeconds": 3600,
                "BillableTimeInSeconds": 900,
                "EnableManagedSpotTraining": True,
            },
            900,
            0.9,
            0.75,
        ),
        ({}, 0, 0, 0),
    ],
    ids=["on demand", "spot", "not begun"],
)
def test_cost_is_what_was_billed(answer, seconds, dollars, saved):
    answer = dict(answer, ResourceConfig={"VolumeSizeInGB": 0})
    cost = job_cost.cost_of(answer, HOURLY)
    assert (cost.billed, cost.dollars, cost.saved) == pytest.approx((seconds, dollars, saved))
    assert ("spot saved 75%" in cost.as_text()) is bool(saved)
    assert f"{dollars:.2f} USD" in cost.as_text()

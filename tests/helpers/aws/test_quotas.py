"""Quotas, as answers that moto does not give: found by name, page by page, or not known."""

import json

import pytest
from aws_account import ACCOUNT
from aws_stand_ins.answers import Reply, hung_up, refusal

from helpers.aws import quotas
from helpers.aws.quotas import Quota
from helpers.structures.errors import BadInput

ASKED = "servicequotas ListServiceQuotas"
NAME = "ml.g4dn.xlarge for training job usage"


def answer(token=None, **values):
    """A page of quotas, by their names."""
    listed = [
        {"ServiceCode": "sagemaker", "QuotaCode": "L-1", "QuotaName": name, "Value": value}
        for name, value in values.items()
    ]
    body = {"Quotas": listed, **({"NextToken": token} if token else {})}
    return lambda asked, forward: Reply(200, {}, json.dumps(body).encode())


@pytest.mark.parametrize("spot, limit", [(False, 2.0), (True, 0.0)], ids=["on demand", "spot"])
def test_the_quota_is_found_on_any_page(aws_stub, spot, limit):
    other = {"ml.g4dn.xlarge for processing job usage": 7.0, f"{NAME}s": 8.0}
    names = {NAME: 2.0, "ml.g4dn.xlarge for spot training job usage": 0.0}
    aws_stub.plan(answer("next", **other), answer(**names), to=ASKED)
    found = quotas.ask(ACCOUNT, "ml.g4dn.xlarge", spot)
    assert (found.limit, found.why) == (limit, "")
    first, second = (asked.parameters for asked in aws_stub.asked)
    assert first["ServiceCode"] == "sagemaker" and "NextToken" not in first
    assert second["NextToken"] == "next"


@pytest.mark.parametrize(
    "reply, why",
    [
        pytest.param(refusal("AccessDeniedException", "no"), "AccessDeniedException", id="denied"),
        pytest.param(refusal("TooManyRequestsException"), "TooManyRequests", id="asked too often"),
        pytest.param(refusal("ServiceException", status=500), "500|Service", id="a fault of AWS"),
        pytest.param(hung_up, "hung up", id="a broken line"),
        pytest.param(answer(other=1.0), "lists none", id="not listed"),
    ],
)
def test_a_quota_that_is_not_known_is_told_in_a_line_and_stops_nothing(aws_stub, reply, why):
    aws_stub.plan(reply, to=ASKED)
    found = quotas.ask(ACCOUNT, "ml.g4dn.xlarge")
    quotas.require(found, ACCOUNT)
    assert found.limit is None and aws_stub.titles() == [ASKED]
    (line,) = found.as_text().splitlines()
    assert NAME in line and quotas.QUOTAS in line
    assert any(word in line for word in why.split("|"))


@pytest.mark.parametrize("limit, refused", [(0.0, True), (1.0, False), (20.0, False)])
def test_no_machine_is_refused_by_the_name_of_the_quota(limit, refused):
    quota = Quota(NAME, limit)
    assert NAME in quota.as_text()
    if not refused:
        assert quotas.require(quota, ACCOUNT) is None
        return
    with pytest.raises(BadInput, match=NAME) as caught:
        quotas.require(quota, ACCOUNT)
    assert quotas.QUOTAS in str(caught.value) and ACCOUNT.region in str(caught.value)

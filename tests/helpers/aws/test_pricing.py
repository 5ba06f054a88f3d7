"""What a job costs at most."""

import json

import pytest
import service_model
from aws_account import ACCOUNT
from aws_stand_ins.answers import Reply, hung_up, refusal

from helpers.aws import pricing, request_checks
from helpers.structures.errors import BadInput


@pytest.mark.parametrize(
    "arguments, lowest, highest",
    [
        (("ml.g4dn.xlarge", 3600), 0.736, 0.736),
        (("ml.g4dn.xlarge", 1800, True), 0.0368, 0.368),
        (("ml.m5.xlarge", 7200, False, 2), 0.92, 0.92),
        (("ml.new.type", 3600, False, 1, 2.5), 2.5, 2.5),
        (("ml.g4dn.xlarge", 0), 0, 0),
    ],
    ids=["one hour", "spot", "two instances", "price given", "no time"],
)
def test_price(arguments, lowest, highest):
    price = pricing.price(*arguments)
    assert (price.lowest, price.highest) == pytest.approx((lowest, highest))
    assert f"{highest:.2f} USD" in str(price)
    assert ("on spot" in str(price)) is (lowest < highest)


def test_price_of_an_unknown_type_asks_for_it():
    with pytest.raises(BadInput, match="per_hour="):
        pricing.price("ml.new.type", 60)


def test_known_prices_are_of_types_the_service_has_and_we_allow():
    shape = service_model.shape_of("CreateTrainingJob")
    types = shape.members["ResourceConfig"].members["InstanceType"].enum
    assert set(pricing.PER_HOUR) <= set(types)
    assert not any(map(request_checks.instance_problem, pricing.PER_HOUR))
    assert list(pricing.PER_HOUR) == sorted(pricing.PER_HOUR)


@pytest.mark.parametrize(
    "region, per_hour, as_of",
    [
        ("us-east-1", 0.736, "June 2024, us-east-1"),
        ("eu-central-1", 0.92, "June 2024, eu-central-1"),
        ("af-south-1", 0.736, "us-east-1; af-south-1 may"),
    ],
    ids=["the table's own", "by its factor", "not in the table"],
)
def test_tabled_price_is_that_of_the_region(region, per_hour, as_of):
    found = pricing.tabled("ml.g4dn.xlarge", region)
    assert found.per_hour == pytest.approx(per_hour) and as_of in found.as_of


def test_regions_are_those_of_amazon():
    boto3 = pytest.importorskip("boto3")
    assert set(pricing._REGIONS) <= set(boto3.Session().get_available_regions("sagemaker"))


def product(usage, dollars, unit="Hrs"):
    dimension = {"unit": unit, "pricePerUnit": {"USD": dollars}}
    terms = {"OnDemand": {"a": {"priceDimensions": {"b": dimension}}}}
    return json.dumps({"product": {"attributes": {"usagetype": usage}}, "terms": terms})


@pytest.mark.parametrize(
    "products, per_hour",
    [
        (
            [
                product("EUW1-Host:ml.g4dn.xlarge", "9.0"),
                product("EUW1-Train:ml.g4dn.xlarge", "0.5"),
                product("EUW1-Train:ml.g4dn.xlarge", "9.0", "GB"),
            ],
            0.5,
        ),
        ([product("EUW1-Host:ml.g4dn.xlarge", "9.0")], 0.8243),
        ([], 0.8243),
    ],
    ids=["training", "no training", "nothing"],
)
def test_listed_price_is_today_s_of_training(aws_stub, products, per_hour):
    body = json.dumps({"PriceList": products}).encode()
    aws_stub.plan(lambda asked, forward: Reply(200, {}, body), to="pricing GetProducts")
    assert pricing.listed(ACCOUNT, "ml.g4dn.xlarge").per_hour == pytest.approx(per_hour)
    assert {"Type": "TERM_MATCH", "Field": "regionCode", "Value": "eu-west-1"} in aws_stub.asked[
        -1
    ].parameters["Filters"]


@pytest.mark.parametrize("answer", [refusal("AccessDeniedException", "no"), hung_up])
def test_without_the_price_list_the_table_serves_and_says_so(aws_stub, answer):
    aws_stub.plan(*[answer] * 5, to="pricing GetProducts")
    found = pricing.listed(ACCOUNT, "ml.g4dn.xlarge")
    assert found.per_hour == pytest.approx(0.8243) and "the price list: " in found.as_of


def test_a_price_is_not_negative():
    with pytest.raises(BadInput, match="found -1"):
        pricing.given(-1)

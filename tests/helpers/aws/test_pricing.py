"""What a job costs at most."""

import pytest
import service_model

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

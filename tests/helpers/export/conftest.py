"""What the tests of export share."""

import pytest


@pytest.fixture(scope="session")
def small_frozen():
    """A config of 96x96 pixels and its frozen graph."""
    pytest.importorskip("tensorflow")
    import tiny_model

    config = tiny_model.config(size=(96, 96))
    return config, tiny_model.frozen(config)

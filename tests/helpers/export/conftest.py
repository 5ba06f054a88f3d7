"""What the tests of export share."""

import pytest


@pytest.fixture(scope="session")
def small_frozen():
    """A config of 96x96 pixels and its frozen graph."""
    pytest.importorskip("tensorflow")
    import tiny_model

    config = tiny_model.config(size=(96, 96))
    return config, tiny_model.frozen(config)


@pytest.fixture(scope="session")
def int8_models():
    """A detector of a few layers in TensorFlow Lite, float and int8 as converted."""
    pytest.importorskip("tensorflow")
    import int8_detector

    return int8_detector.made()

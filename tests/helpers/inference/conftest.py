"""What the tests of inference share."""

import pytest
import tiny_model

from helpers.inference import registry


@pytest.fixture(scope="session")
def backends(exported):
    """The three backends by name, on one exported model of random weights."""
    return {
        name: registry.open_backend(name, exported.folder, tiny_model.LABELS)
        for name in registry.BACKENDS
    }

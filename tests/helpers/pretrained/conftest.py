"""What the tests of pretrained weights share: a small detector with random weights."""

import pytest


@pytest.fixture(scope="session")
def config():
    """Its config."""
    pytest.importorskip("tensorflow")
    import tiny_model

    return tiny_model.config()


@pytest.fixture(scope="session")
def checkpoint(config, tmp_path_factory):
    """The prefix of its checkpoint."""
    import tiny_model

    return tiny_model.checkpoint(config, tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def values(checkpoint):
    """The values of its variables by name."""
    from helpers.pretrained import detector_session

    return detector_session.stored_values(checkpoint)

"""What the tests of the pipeline config share."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def checkpoint(tmp_path_factory):
    """The prefix of a checkpoint of the small recipe's network with nine classes."""
    pytest.importorskip("tensorflow")
    import tiny_model

    return tiny_model.checkpoint(tiny_model.config(), tmp_path_factory.mktemp("checkpoint"))


@pytest.fixture(scope="session")
def checkpoint_channel(checkpoint):
    """The folder of that checkpoint."""
    return Path(checkpoint).parent


@pytest.fixture()
def training(tmp_path):
    """A training channel that is complete and consistent."""
    import training_channel

    return training_channel.write(tmp_path)

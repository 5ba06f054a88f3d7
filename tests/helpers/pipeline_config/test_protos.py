"""Copies of protocol buffers."""

from helpers.pipeline_config import pipeline, protos


def test_a_copy_is_equal_and_changes_alone():
    config = pipeline.read("small_ssd")
    copied = protos.copy_of(config)
    assert copied == config
    copied.train_config.num_steps += 1
    assert copied != config and config == pipeline.read("small_ssd")

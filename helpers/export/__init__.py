"""From a checkpoint to what the Pi runs, and whether it is the same."""

"""The trainer behind ``train``: from the training channel to an exported model."""

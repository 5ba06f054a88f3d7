"""The trainer behind ``train``: one road from the training channel to an exported model."""

"""From a folder of photos to a detector on a Raspberry Pi: the library behind the notebooks.

Nothing is re-exported here, so that importing a light module pulls in nothing heavy.
"""

__version__ = "0.1.0"

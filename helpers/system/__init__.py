"""Files, processes, caches, logging and probes of this machine."""

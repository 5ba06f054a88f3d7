"""AWS on this machine: moto for what it does, stubs for its errors, and a place that runs jobs."""

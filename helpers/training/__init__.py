"""Jobs on this machine and in Docker, their logs and results."""

"""This machine, Docker, AWS, and the jobs that run there."""

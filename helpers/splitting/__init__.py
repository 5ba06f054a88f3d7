"""Which image trains and which one tests."""

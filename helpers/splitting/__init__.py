"""Which picture trains and which one tests."""

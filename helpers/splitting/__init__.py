"""Train, eval and test splits of a data set."""

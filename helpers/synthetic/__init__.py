"""The built-in sample data set, drawn."""

"""What is wrong or odd about a data set, and the fixes."""

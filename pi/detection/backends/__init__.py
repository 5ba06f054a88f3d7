"""What runs a model: the model folder and a module for each runtime."""

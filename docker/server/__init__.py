"""The server of the image: a trained model behind SageMaker's two addresses."""

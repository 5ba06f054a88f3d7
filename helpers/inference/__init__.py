"""One interface over TensorFlow, OpenCV and TensorFlow Lite."""

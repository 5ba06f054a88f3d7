"""Object detection on images, videos and cameras with a model that training exported.

It needs numpy and OpenCV, and a TensorFlow Lite runtime where one is wanted. Modules import each
other relatively, so that the folder works wherever it is copied.
"""

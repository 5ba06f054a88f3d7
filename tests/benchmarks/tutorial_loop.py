"""The loop of OpenCV's tutorials on the files of a model folder: one photo after the other.

A program for any Python with cv2: ``python tutorial_loop.py MODEL PHOTOS OUT``.
"""

import json
import os
import sys

import cv2

THRESHOLD = 0.6
COLOUR = (0, 255, 0)


def main(model, photos, out):
    with open(os.path.join(model, "model.json")) as file:
        described = json.load(file)["input"]
    size = described["width"], described["height"]
    with open(os.path.join(model, "labels.txt")) as file:
        labels = file.read().splitlines()
    net = cv2.dnn.readNetFromTensorflow(
        os.path.join(model, "frozen_inference_graph.pb"), os.path.join(model, "cvgraph.pbtxt")
    )
    for name in sorted(os.listdir(photos)):
        image = cv2.imread(os.path.join(photos, name))
        height, width = image.shape[:2]
        net.setInput(cv2.dnn.blobFromImage(image, size=size, swapRB=True, crop=False))
        for _, number, score, *box in net.forward()[0, 0]:
            if score < THRESHOLD:
                continue
            left, top, right, bottom = (
                int(share * length) for share, length in zip(box, (width, height) * 2)
            )
            cv2.rectangle(image, (left, top), (right, bottom), COLOUR, 2)
            text = f"{labels[int(number) - 1]}: {score:.2f}"
            cv2.putText(image, text, (left, top - 5), cv2.FONT_HERSHEY_SIMPLEX, 0.5, COLOUR, 2)
        cv2.imwrite(os.path.join(out, name), image)


if __name__ == "__main__":
    main(*sys.argv[1:])

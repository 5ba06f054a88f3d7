"""SageMaker's two addresses, as a WSGI application around a detector.

=================  ==========================================================================
``GET /ping``      200: the model is loaded, else this would not answer
``POST             photos in (:mod:`server.request_images`), JSON out: ``{"images": [{"width",
/invocations``     "height", "detections": [{"label", "score", "box"}]}]}``; a box is
                   ``[x_min, y_min, x_max, y_max]`` in pixels of the upright photo
=================  ==========================================================================

At most :data:`WAITING` requests wait for their turn; one more is told to come again (503). Errors
are ``{"error": ...}`` in one sentence: 400 for a body, 413 for its size, 415 for its type.

Source: the SageMaker developer guide, "Use Your Own Inference Code with Hosting Services".
"""

from __future__ import annotations

import json
import logging
import re
import threading
from typing import Any, Dict, Iterable, List

import numpy as np
from werkzeug.wrappers import Request, Response

from helpers.inference.backend import Backend
from helpers.inference.photo_reader import Photo
from helpers.structures.errors import BadInput
from server import request_images

WAITING = 8
MOST_BYTES = 100 << 20  # of a body; batch transform sends up to that
THRESHOLD = 0.5
ATTRIBUTES = "X-Amzn-SageMaker-Custom-Attributes"  # what SageMaker passes on as it is
_THRESHOLD = re.compile(r"(?:^|[,; ])threshold=([0-9.]+)")
log = logging.getLogger(__name__)


class App:
    """The application.

    Args:
        detector: that runs the model.
        threshold: least score of what is answered, where a request names no other.
        waiting: how many requests may wait.
    """

    def __init__(self, detector: Backend, threshold: float = THRESHOLD, waiting: int = WAITING):
        self._detector, self._threshold = detector, threshold
        self._turn = threading.Lock()  # TensorFlow takes all cores for one request
        self._places = threading.BoundedSemaphore(1 + waiting)

    def __call__(self, environ: Dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answers one request, as WSGI wants it."""
        return self._answer(Request(environ))(environ, start_response)

    def _answer(self, request: Request) -> Response:
        allowed = {"/ping": "GET", "/invocations": "POST"}.get(request.path)
        if allowed is None:
            return _error(404, f"{request.path}: no such address, expected /ping or /invocations")
        if request.method != allowed:
            response = _error(405, f"{request.path}: found {request.method}, expected {allowed}")
            response.headers["Allow"] = allowed
            return response
        return Response() if request.path == "/ping" else self._invoke(request)

    def _invoke(self, request: Request) -> Response:
        if (request.content_length or 0) > MOST_BYTES:
            return _error(413, f"found {request.content_length} bytes, expected {MOST_BYTES}")
        if not self._places.acquire(blocking=False):
            response = _error(503, "too many requests wait already. Send this one again.")
            response.headers["Retry-After"] = "1"
            return response
        try:
            return self._detected(request)
        except request_images.UnknownType as error:
            return _error(415, str(error))
        except BadInput as error:
            return _error(400, str(error))
        finally:
            self._places.release()

    def _detected(self, request: Request) -> Response:
        threshold = self._threshold_of(request.headers.get(ATTRIBUTES, ""))
        least = (self._detector.width, self._detector.height)
        photos = request_images.images(request.mimetype, request.get_data(), least)
        with self._turn:
            found = [self._of_photo(photo, threshold) for photo in photos]
        return Response(json.dumps({"images": found}), mimetype=request_images.JSON_TYPE)

    def _threshold_of(self, attributes: str) -> float:
        match = _THRESHOLD.search(attributes)
        if match is None:
            return self._threshold
        try:
            threshold = float(match.group(1))
        except ValueError:
            threshold = -1.0
        if not 0 <= threshold <= 1:
            raise BadInput.of(ATTRIBUTES, attributes, "threshold=0 to 1", "Correct it.")
        return threshold

    def _of_photo(self, photo: Photo, threshold: float) -> Dict[str, Any]:
        boxes = photo.in_full_size(self._detector.detect(photo.pixels))
        detections: List[Dict[str, Any]] = [
            {
                "label": label,
                "score": round(float(score), 4),
                "box": [round(float(value), 1) for value in box],
            }
            for box, label, score in zip(boxes.boxes, boxes.labels, np.asarray(boxes.scores))
            if score >= threshold
        ]
        return {"width": photo.width, "height": photo.height, "detections": detections}


def _error(status: int, message: str) -> Response:
    log.warning("%d: %s", status, message)
    body = json.dumps({"error": message})
    return Response(body, status, mimetype=request_images.JSON_TYPE)

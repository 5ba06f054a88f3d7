"""The two addresses, asked without a socket."""

import json
import threading

import pytest
from served_model import Detector, as_json, photo, text
from werkzeug.test import Client

from server import app


@pytest.fixture()
def detector():
    return Detector()


@pytest.fixture()
def client(detector):
    """A client of the application around the detector, which lets two requests wait."""
    return Client(app.App(detector, waiting=2))


def invoke(client, body=None, kind="image/jpeg", **headers):
    return client.post("/invocations", data=body or photo(), content_type=kind, headers=headers)


def test_ping(client):
    answer = client.get("/ping")
    assert (answer.status_code, answer.data) == (200, b"")


def test_boxes_are_pixels_of_the_photo(client):
    answer = invoke(client)
    assert answer.status_code == 200 and answer.mimetype == "application/json"
    (found,) = answer.json["images"]
    assert (found["width"], found["height"]) == (40, 20)
    assert found["detections"] == [
        {"label": "cat", "score": 0.9, "box": [0.0, 0.0, 10.0, 20.0]},
        {"label": "dog", "score": 0.6, "box": [1.0, 2.0, 3.0, 4.0]},
    ]


def test_each_photo_of_a_request_has_its_answer(client):
    body = as_json(text(photo((80, 40))), text(photo((30, 20))))
    answer = invoke(client, body, "application/json; charset=utf-8")
    assert [item["width"] for item in answer.json["images"]] == [80, 30]


@pytest.mark.parametrize(
    "attributes, count",
    [("threshold=0.1", 3), ("a=b,threshold=0.7", 1), ("threshold=1", 0), ("a=b", 2)],
    ids=["low", "high", "one", "none"],
)
def test_a_request_may_name_its_threshold(client, attributes, count):
    answer = invoke(client, **{app.ATTRIBUTES: attributes})
    assert len(answer.json["images"][0]["detections"]) == count


@pytest.mark.parametrize(
    "method, path, kind, body, status",
    [
        ("GET", "/nowhere", None, None, 404),
        ("GET", "/invocations", None, None, 405),
        ("POST", "/ping", None, None, 405),
        ("POST", "/invocations", "image/jpeg", b"no photo", 400),
        ("POST", "/invocations", "application/json", b"{", 400),
        ("POST", "/invocations", "text/csv", b"a,b", 415),
        ("POST", "/invocations", None, photo(), 415),
    ],
    ids=["no address", "get", "post", "no photo", "no JSON", "another type", "no type"],
)
def test_what_is_wrong_is_told_in_one_sentence(client, method, path, kind, body, status):
    answer = client.open(path, method=method, data=body, content_type=kind)
    assert answer.status_code == status
    assert "\n" not in json.loads(answer.data)["error"]


@pytest.mark.parametrize(
    "attributes", ["threshold=2", "threshold=0.1.2"], ids=["over", "no number"]
)
def test_an_impossible_threshold_is_refused(client, attributes):
    assert invoke(client, **{app.ATTRIBUTES: attributes}).status_code == 400


def test_a_body_that_is_too_large_is_not_read(client, monkeypatch):
    monkeypatch.setattr(app, "MOST_BYTES", 100)
    assert invoke(client).status_code == 413


def test_who_finds_the_queue_full_is_told_to_come_again(client, detector):
    detector.free.clear()
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(invoke(client).status_code))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    assert detector.running.acquire(timeout=60)
    for _ in range(1000):  # the other two are on their way into the queue
        full = invoke_if_full(client)
        if full is not None:
            break
    assert full.status_code == 503 and full.headers["Retry-After"] == "1"
    assert client.get("/ping").status_code == 200
    detector.free.set()
    for thread in threads:
        thread.join(60)
    assert answers == [200] * 3 and invoke(client).status_code == 200


def invoke_if_full(client):
    """The answer of a full queue; ``None`` where there is room still."""
    places = client.application._places
    if places._value:
        threading.Event().wait(0.01)
        return None
    return invoke(client)

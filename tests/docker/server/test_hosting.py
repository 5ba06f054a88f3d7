"""An endpoint asked by boto3 where SageMaker's address is our own server."""

import threading

import pytest
from aws_account import ACCOUNT
from served_model import Detector, photo
from werkzeug.serving import make_server

from helpers.aws import sagemaker_hosting
from helpers.structures.errors import HelpersError
from server import app


@pytest.fixture()
def endpoint(aws, monkeypatch):
    """The name of an endpoint: its requests are passed on to the server, as SageMaker does."""
    served = app.App(Detector())

    def passed_on(environ, start_response):
        assert environ["PATH_INFO"] == "/endpoints/birds-1/invocations"
        return served(dict(environ, PATH_INFO="/invocations"), start_response)

    server = make_server("127.0.0.1", 0, passed_on, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", url)
    yield "birds-1"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_photo_goes_in_and_boxes_come_out(endpoint, tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(photo((64, 48)))
    found = sagemaker_hosting.ask(ACCOUNT, endpoint, path)
    assert (found["width"], found["height"]) == (64, 48)
    assert [item["label"] for item in found["detections"]] == ["cat", "dog"]


def test_what_the_server_refuses_is_told(endpoint, tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(b"no photo")
    with pytest.raises(HelpersError, match="birds-1"):
        sagemaker_hosting.ask(ACCOUNT, endpoint, path)

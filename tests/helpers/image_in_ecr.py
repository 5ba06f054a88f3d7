"""An image in moto's ECR, which has manifests but no layers: the stub gives its description."""

import hashlib
import http.server
import json
import threading

from aws_account import ACCOUNT, REGION
from aws_stand_ins.answers import Reply

REPOSITORY = "photos-to-pi"
URI = f"{ACCOUNT.number}.dkr.ecr.{REGION}.amazonaws.com/{REPOSITORY}:abc"
DIGEST = "sha256:" + "a" * 64
_MEDIA_TYPE = "application/vnd.docker.distribution.manifest.v2+json"


def put(aws_stub, cuda=True, platform=("linux", "amd64"), tag="abc", address=""):
    """Puts an image into ECR; returns its digest.

    Args:
        aws_stub: the fixture.
        cuda: whether it is for machines with GPUs.
        platform: system and architecture.
        tag: of the image.
        address: of its description; by default one where it is.
    """
    variables = ["PATH=/usr/bin", *(["CUDA_VERSION=10.0.130"] if cuda else [])]
    config = {"os": platform[0], "architecture": platform[1], "config": {"Env": variables}}
    text = json.dumps(config).encode()
    described = f"sha256:{hashlib.sha256(text).hexdigest()}"
    client = ACCOUNT.client("ecr")
    client.create_repository(repositoryName=REPOSITORY)
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MEDIA_TYPE,
        "config": {"mediaType": "application/json", "size": len(text), "digest": described},
        "layers": [],
    }
    image = client.put_image(
        repositoryName=REPOSITORY, imageManifest=json.dumps(manifest), imageTag=tag
    )["image"]
    address = address or _served(text)

    def answer(asked, forward):
        assert asked.parameters["layerDigest"] == described
        body = json.dumps({"downloadUrl": address, "layerDigest": described}).encode()
        return Reply(200, {"Content-Type": "application/x-amz-json-1.1"}, body)

    aws_stub.plan(answer, to="ecr GetDownloadUrlForLayer")
    return image["imageId"]["imageDigest"]


def _served(text):
    """An address that gives this text, once."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *arguments):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)

    def serve():
        server.handle_request()
        server.server_close()

    threading.Thread(target=serve, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"

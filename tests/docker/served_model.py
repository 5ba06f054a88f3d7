"""A model to serve, and what a client asks a server."""

import json
import urllib.error
import urllib.request

import tiny_model

from helpers.annotations import label_map_file
from helpers.inference.model_folder import ModelFolder, input_spec
from helpers.pipeline_config import pipeline
from helpers.system import files


def lay_out(base):
    """Writes an exported model of random weights into a job's ``/opt/ml``; returns that."""
    model, config = ModelFolder(base / "model" / "graph"), tiny_model.config()
    model.folder.mkdir(parents=True)
    model.frozen_graph.write_bytes(tiny_model.frozen(config).SerializeToString())
    pipeline.write(config, model.config)
    label_map_file.write(tiny_model.LABELS, model.label_map)
    files.write_json(model.report, {"input": input_spec(config)})
    return base


def pings(url):
    """Whether the server is ready."""
    try:
        return urllib.request.urlopen(f"{url}/ping", timeout=5).getcode() == 200
    except (urllib.error.URLError, ConnectionError):
        return False


def ask(url, photo):
    """What the server finds on one JPEG."""
    request = urllib.request.Request(f"{url}/invocations", photo, {"Content-Type": "image/jpeg"})
    answer = json.loads(urllib.request.urlopen(request, timeout=60).read().decode())
    (found,) = answer["images"]
    return found

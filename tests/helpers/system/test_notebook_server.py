"""Which notebook server started this process, told by environment and files."""

import json

import pytest

from helpers.system import notebook_server
from helpers.system.notebook_server import NotebookServer

LOCAL = NotebookServer("/", False)


@pytest.mark.parametrize(
    "variables, facts, expected",
    [
        pytest.param({}, None, LOCAL, id="this machine"),
        pytest.param(
            {"SAGEMAKER_APP_TYPE": "JupyterLab"},
            {"AppType": "JupyterLab"},
            NotebookServer("/jupyterlab/default/", True),
            id="Studio, JupyterLab space",
        ),
        pytest.param(
            {},
            {"AppType": "KernelGateway"},
            NotebookServer("/jupyter/default/", True),
            id="Studio Classic, kernel",
        ),
        pytest.param(
            {},
            {"AppType": "JupyterServer"},
            NotebookServer("/jupyter/default/", True),
            id="Studio Classic, server",
        ),
        pytest.param(
            {"SAGEMAKER_APP_TYPE": "CodeEditor"},
            None,
            NotebookServer("/codeeditor/default/", True),
            id="Studio, Code Editor",
        ),
        pytest.param(
            {}, {"ResourceName": "mine"}, NotebookServer("/", True), id="notebook instance"
        ),
        pytest.param(
            {"JUPYTERHUB_SERVICE_PREFIX": "/user/ann"},
            None,
            NotebookServer("/user/ann/", True),
            id="JupyterHub",
        ),
    ],
)
def test_where_a_kernel_runs(tmp_path, variables, facts, expected):
    metadata = tmp_path / "resource-metadata.json"
    if facts is not None:
        metadata.write_text(json.dumps(facts))
    variables = dict(variables, HOME=str(tmp_path))
    assert notebook_server.find(variables, metadata) == expected


@pytest.mark.parametrize("kind", ["jpserver", "nbserver"])
def test_the_base_url_of_the_server_that_started_the_kernel(tmp_path, kind):
    for pid, base_url in ((7, "/other/"), (8, "/mine/lab/")):
        (tmp_path / f"{kind}-{pid}.json").write_text(json.dumps({"base_url": base_url}))
    variables = {"JUPYTER_RUNTIME_DIR": str(tmp_path), "JPY_PARENT_PID": "8"}
    found = notebook_server.find(variables, tmp_path / "none")
    assert found == NotebookServer("/mine/lab/", False)


def test_a_broken_file_of_another_program_is_no_server(tmp_path):
    (tmp_path / "jpserver-8.json").write_text('{"base_url"')
    variables = {"JUPYTER_RUNTIME_DIR": str(tmp_path), "JPY_PARENT_PID": "8"}
    assert notebook_server.find(variables, tmp_path / "none") == LOCAL


@pytest.mark.parametrize(
    "server, expected",
    [
        pytest.param(LOCAL, "http://127.0.0.1:6006/", id="this machine"),
        pytest.param(
            NotebookServer("/jupyter/default/", True), "/jupyter/default/proxy/6006/", id="Studio"
        ),
        pytest.param(NotebookServer("/", True), "/proxy/6006/", id="notebook instance"),
    ],
)
def test_addresses_of_a_port_end_with_a_slash(server, expected):
    assert server.address(6006) == expected

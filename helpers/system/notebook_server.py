"""The notebook server that this process was started by: how a browser reaches a port beside it.

=========================  =================================  =============================
where                      base URL of its notebook server    source
=========================  =================================  =============================
Studio, JupyterLab space   ``/jupyterlab/default/``           ``SAGEMAKER_APP_TYPE``
Studio Classic             ``/jupyter/default/``              its metadata file
notebook instance          ``/``                              its metadata file
JupyterHub                 ``/user/NAME/``                    ``JUPYTERHUB_SERVICE_PREFIX``
any other                  as its own file says               Jupyter's runtime folder
=========================  =================================  =============================

Where the browser is on another machine, ports are reached through jupyter-server-proxy, which all
of these bring, at ``BASE/proxy/PORT/``. Without the slash at the end the pages' relative addresses
lead nowhere (tensorboard issue 5531).
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, List, Mapping, NamedTuple, Optional

METADATA = Path("/opt/ml/metadata/resource-metadata.json")
_STUDIO_CLASSIC = ("JupyterServer", "KernelGateway")


class NotebookServer(NamedTuple):
    """A notebook server as a browser sees it.

    Attributes:
        base_url: path of its pages, from ``/`` to ``/``.
        is_remote: whether the browser is on another machine for sure.
    """

    base_url: str
    is_remote: bool

    def address(self, port: int) -> str:
        """Where a browser reaches a port of this machine; ends with a slash."""
        if self.is_remote:
            return f"{self.base_url}proxy/{port}/"
        return f"http://127.0.0.1:{port}/"


def find(
    environment: Optional[Mapping[str, str]] = None, metadata: Path = METADATA
) -> NotebookServer:
    """The notebook server of this process.

    Args:
        environment: variables; by default those of this process.
        metadata: the file in which SageMaker says what this machine is.
    """
    variables = os.environ if environment is None else environment
    hub = variables.get("JUPYTERHUB_SERVICE_PREFIX", "")
    facts = _json(metadata)
    app = variables.get("SAGEMAKER_APP_TYPE") or str(facts.get("AppType", ""))
    remote = bool(hub or app or facts)
    base_url = hub or _running(variables) or _of_app(app)
    return NotebookServer(f"/{base_url.strip('/')}/".replace("//", "/"), remote)


def _of_app(app: str) -> str:
    """SageMaker's rule: an app serves below its own type, Studio Classic below ``jupyter``."""
    if not app:
        return "/"
    return "/jupyter/default/" if app in _STUDIO_CLASSIC else f"/{app.lower()}/default/"


def _running(variables: Mapping[str, str]) -> str:
    """The base URL in the file that the server which started this kernel keeps while it runs."""
    parent = variables.get("JPY_PARENT_PID", "")
    for folder in _runtime_folders(variables):
        for kind in ("jpserver", "nbserver"):
            base_url = _json(folder / f"{kind}-{parent}.json").get("base_url")
            if base_url:
                return str(base_url)
    return ""


def _runtime_folders(variables: Mapping[str, str]) -> List[Path]:
    """Where Jupyter servers leave their files: as told, on Linux, on macOS."""
    home = Path(variables.get("HOME") or Path.home())
    data = Path(variables.get("JUPYTER_DATA_DIR") or home / ".local" / "share" / "jupyter")
    told = variables.get("JUPYTER_RUNTIME_DIR")
    folders = [data / "runtime", home / "Library" / "Jupyter" / "runtime"]
    return [Path(told)] if told else folders


def _json(path: Path) -> Mapping[str, Any]:
    """The object in a JSON file of another program; empty where there is none."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}

"""Several hosts that train one model: their roles, and TensorFlow's ``TF_CONFIG``.

Source: the SageMaker developer guide, "Distributed Training Configuration", and the rules of its
TensorFlow 1 containers: the first host is the chief (``master`` in ``TF_CONFIG``), the others are
workers, and a parameter server runs on the CPU of every host.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Tuple

from helpers.structures.errors import BadInput
from helpers.system import files

PORT = 2222  # of the chief and the workers; the next is the parameter server's
_SERVERS, _TALK = 1, 2  # added to it


class Cluster(NamedTuple):
    """The hosts of a job, as one of them sees them.

    Attributes:
        hosts: sorted names. One may carry its first port, ``name:port``, so that several can be
            on one machine.
        current: this one.
    """

    hosts: Tuple[str, ...]
    current: str

    @property
    def is_alone(self) -> bool:
        """One host needs no cluster."""
        return len(self.hosts) == 1

    @property
    def is_chief(self) -> bool:
        """The chief evaluates, exports and ships."""
        return self.current == self.hosts[0]

    @property
    def host_index(self) -> int:
        """The place of this host among all."""
        return self.hosts.index(self.current)

    @property
    def workers(self) -> Tuple[str, ...]:
        """All but the chief."""
        return self.hosts[1:]


ALONE = Cluster(("localhost",), "localhost")


def read(path: Path) -> Cluster:
    """Reads ``resourceconfig.json``; without one a host is alone.

    Raises:
        BadInput: it does not name the hosts and this one among them.
    """
    found = files.read_json(path) if path.exists() else {}
    found = found if isinstance(found, dict) else {}
    hosts, current = found.get("hosts") or list(ALONE.hosts), found.get("current_host", "")
    if not isinstance(hosts, list) or not all(isinstance(host, str) for host in hosts):
        raise BadInput.of(path, f"hosts {hosts!r}", "a list of names", "Correct it.")
    if len(hosts) > 1 and current not in hosts:
        raise BadInput.of(
            path,
            f"the current host {current!r}",
            f"one of {', '.join(hosts)}",
            "Correct current_host.",
        )
    return Cluster(tuple(sorted(set(hosts))), current if len(hosts) > 1 else hosts[0])


def address(host: str, added: int = 0) -> Tuple[str, int]:
    """Name and port of a host.

    Args:
        host: its name, perhaps with its first port.
        added: to the first port.
    """
    name, _, port = host.partition(":")
    return name, int(port or PORT) + added


def talk_address(host: str) -> Tuple[str, int]:
    """Where the chief listens for the others, beside TensorFlow."""
    return address(host, _TALK)


def tf_config(cluster: Cluster, server: bool = False) -> Dict[str, Any]:
    """What the variable ``TF_CONFIG`` says on this host; empty for a host alone.

    Args:
        cluster: all hosts.
        server: for the parameter server of this host, not for its chief or worker.
    """
    if cluster.is_alone:
        return {}
    tasks = {
        "master": _addresses(cluster.hosts[:1]),
        "worker": _addresses(cluster.workers),
        "ps": _addresses(cluster.hosts, _SERVERS),
    }
    task = {"type": "master", "index": 0}
    if server:
        task = {"type": "ps", "index": cluster.host_index}
    elif not cluster.is_chief:
        task = {"type": "worker", "index": cluster.host_index - 1}
    return {"cluster": tasks, "task": task, "environment": "cloud"}


def _addresses(hosts: Tuple[str, ...], added: int = 0) -> List[str]:
    return ["{}:{}".format(*address(host, added)) for host in hosts]

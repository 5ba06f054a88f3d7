"""Keeping several hosts together from the first step to the last.

TensorFlow 1 waits for ever for a host that is gone, and its workers never learn that the chief is
done. So each worker keeps a connection to the chief. Both ends send heartbeats: a connection that
breaks or falls silent is a host that is gone, and the chief's last message is how it ended.
A thread stuck inside TensorFlow cannot be woken, which is why it is the process that ends.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Callable, ContextManager, Dict, List, TextIO, Tuple

import tensorflow as tf

from helpers.structures.errors import HelpersError, JobFailed
from trainer import cluster as clusters
from trainer.cluster import Cluster

LIMIT = 60.0  # seconds of silence after which a host counts as gone
PATIENCE = 600.0  # seconds that hosts wait for each other at the start
_BEATS = 6  # heartbeats within the limit
_NOTICED = 5.0  # seconds within which a broken line is noticed

_ALIVE, _DONE, _FAILED = ".", "done", "failed "

log = logging.getLogger("tensorflow")


def of(cluster: Cluster, start: int, lost: Callable[[str], None]) -> ContextManager[Any]:
    """A :class:`HostGroup`, or a context without one for a host alone."""
    if cluster.is_alone:
        return contextlib.nullcontext()
    return HostGroup(cluster, start, lost)


class HostGroup:
    """This host among the others, from ``with`` to the end of its body.

    Attributes:
        start: the step that the chief starts from.
    """

    def __init__(
        self,
        cluster: Cluster,
        start: int,
        lost: Callable[[str], None],
        limit: float = LIMIT,
        patience: float = PATIENCE,
    ) -> None:
        """Describes the group; nothing is started yet.

        Args:
            cluster: at least two hosts.
            start: the step that training starts from; the chief's counts.
            lost: called in a thread with the cause when a host went away; then the process ends.
            limit: seconds of silence after which a host counts as gone.
            patience: seconds that hosts wait for each other at the start.
        """
        self.start = start
        self._cluster, self._lost, self._limit, self._patience = cluster, lost, limit, patience
        self._connections: Dict[str, socket.socket] = {}
        self._readers: Dict[str, TextIO] = {}
        self._ended, self._over = threading.Lock(), threading.Event()

    def __enter__(self) -> "HostGroup":
        """Starts the parameter server and waits for the others.

        Raises:
            JobFailed: one did not come.
        """
        self._server = _parameter_server(self._cluster)
        try:
            if self._cluster.is_chief:
                self._accept_workers()
            else:
                self._join()
        except BaseException:
            self._server.kill()
            raise
        for host in sorted(self._connections):
            threading.Thread(target=self._listen, args=(host,), daemon=True).start()
        threading.Thread(target=self._send_heartbeats, daemon=True).start()
        os.environ["TF_CONFIG"] = json.dumps(clusters.tf_config(self._cluster))
        task = clusters.tf_config(self._cluster)["task"]
        self._runtime = tf.distribute.Server(
            tf.train.ClusterSpec(clusters.tf_config(self._cluster)["cluster"]),
            job_name=task["type"],
            task_index=task["index"],
        )
        return self

    def __exit__(self, _: Any, error: Any, __: Any) -> None:
        """Ends the group; a worker that is done waits for the chief's last message."""
        if error is not None and not isinstance(error, HelpersError):
            time.sleep(_NOTICED)  # if a host went away, that is the cause, and named as such
        if not self._cluster.is_chief and error is None:
            threading.Event().wait()
        if not self._ended.acquire(blocking=False):
            threading.Event().wait()  # the thread that noticed ends the process
        self._over.set()
        cause = error.cause if isinstance(error, HelpersError) else repr(error)
        self._tell(_DONE if error is None else _FAILED + cause.splitlines()[0])
        for connection in self._connections.values():
            connection.close()
        self._server.kill()
        self._server.wait()
        del os.environ["TF_CONFIG"]

    def _accept_workers(self) -> None:
        """The chief accepts the workers, and tells them where training starts."""
        deadline = time.monotonic() + self._patience
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("", clusters.talk_address(self._cluster.current)[1]))
        listening.listen(len(self._cluster.hosts))
        with listening:
            while len(self._connections) < len(self._cluster.workers):
                listening.settimeout(max(0.01, deadline - time.monotonic()))
                try:
                    connection, _ = listening.accept()
                except socket.timeout as error:
                    raise self._missing(self._cluster.workers) from error
                self._take_in(connection)

    def _take_in(self, connection: socket.socket) -> None:
        connection.settimeout(self._limit)
        reader = connection.makefile("r", encoding="utf-8")
        try:
            host = reader.readline().strip()
            connection.sendall(f"{self.start}\n".encode())
        except OSError as error:
            log.info("a connection was closed before it named its host: %s", error)
            return
        if host in self._cluster.workers:
            self._connections[host], self._readers[host] = connection, reader
            log.info("%s has joined", host)

    def _join(self) -> None:
        """A worker connects to the chief, until it answers."""
        chief, deadline = self._cluster.hosts[0], time.monotonic() + self._patience
        while not self._connections:
            try:
                connection = socket.create_connection(clusters.talk_address(chief), self._limit)
                connection.sendall(f"{self._cluster.current}\n".encode())
                reader = connection.makefile("r", encoding="utf-8")
                self.start = int(reader.readline())
                self._connections[chief], self._readers[chief] = connection, reader
            except (OSError, ValueError) as error:
                if time.monotonic() > deadline:
                    raise self._missing((chief,)) from error
                time.sleep(0.2)

    def _missing(self, hosts: Tuple[str, ...]) -> JobFailed:
        absent = [host for host in hosts if host not in self._connections]
        return JobFailed(
            f"{', '.join(absent)} did not come within {self._patience:.0f} s. See the "
            "log of that host, and whether the hosts reach each other on ports "
            f"{clusters.PORT} to {clusters.talk_address('')[1]}."
        )

    def _listen(self, host: str) -> None:
        """Reads the messages of one host, and ends the process when there will be no more."""
        cause = "the connection broke"
        try:
            for message in iter(self._readers[host].readline, ""):
                if message.strip() == _DONE:
                    self._leave(0, "")
                if message.startswith(_FAILED):
                    cause = message[len(_FAILED) :].strip()
                    break
        except socket.timeout:
            cause = f"nothing was heard for {self._limit:.0f} s"
        except OSError as error:
            cause = f"the connection broke: {error.strerror}"
        role = "the chief" if host == self._cluster.hosts[0] else "a worker"
        self._leave(
            1,
            f"host {host}, {role}, went away ({cause}). Start the job again: it "
            "resumes from its newest checkpoint.",
        )

    def _send_heartbeats(self) -> None:
        """Sends heartbeats, and ends the process when its parameter server has ended."""
        while not self._over.wait(self._limit / _BEATS):
            if self._server.poll() is not None:
                self._leave(
                    1,
                    "the parameter server of this host ended with code "
                    f"{self._server.returncode}. See the log above; most often memory "
                    "ran out.",
                )
            self._tell(_ALIVE)

    def _tell(self, message: str) -> None:
        for host, connection in self._connections.items():
            try:
                connection.sendall(f"{message}\n".encode())
            except OSError as error:  # whoever listens to that host says so
                log.info("%s cannot be told anything: %s", host, error)

    def _leave(self, code: int, cause: str) -> None:
        """Ends the process, unless it is ending already."""
        if not self._ended.acquire(blocking=False):
            threading.Event().wait()
        self._over.set()
        try:
            if cause:
                self._tell(_FAILED + cause)
                self._lost(cause)
        except Exception:  # nobody else would say so
            log.exception("not everything could be saved")
        finally:
            self._server.kill()
            os._exit(code)


def _parameter_server(cluster: Cluster) -> subprocess.Popen:
    paths: List[str] = [str(Path(__file__).resolve().parents[1]), os.environ.get("PYTHONPATH", "")]
    return subprocess.Popen(
        [sys.executable, "-m", "trainer.parameter_server"],
        stdin=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for the trainer, which ends it
        env=dict(
            os.environ,
            CUDA_VISIBLE_DEVICES="",
            PYTHONPATH=os.pathsep.join(paths),
            TF_CONFIG=json.dumps(clusters.tf_config(cluster, server=True)),
        ),
    )

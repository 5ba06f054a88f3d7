"""Tells systemd, where it started this process, that it is ready and alive.

The protocol of ``sd_notify(3)``: lines of text to the datagram socket that ``NOTIFY_SOCKET`` names.
https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

from __future__ import annotations

import os
import socket
from typing import Mapping, Optional

READY, ALIVE, STOPPING = "READY=1", "WATCHDOG=1", "STOPPING=1"


class ServiceManager:
    """The socket of systemd."""

    def __init__(self, address: str) -> None:
        """Opens a socket.

        Args:
            address: A path, or a name in the abstract namespace after an ``@``.
        """
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)

    def tell(self, *states: str) -> None:
        """Sends states in one message.

        Args:
            states: ``READY``, ``ALIVE``, ``STOPPING``, or ``STATUS=`` with a line for people.

        Raises:
            OSError: Nobody listens there any more.
        """
        self._socket.sendto("\n".join(states).encode(), self._address)

    def close(self) -> None:
        """Closes the socket."""
        self._socket.close()


def find_manager(environment: Mapping[str, str] = os.environ) -> Optional[ServiceManager]:
    """Returns the service manager that waits for messages of this process, or None.

    Args:
        environment: Of this process.
    """
    address = environment.get("NOTIFY_SOCKET")
    return ServiceManager(address) if address else None

"""Processes of the window that start at once: each is forked from one that has loaded what all of them need.

The program starts each as a new interpreter, which loads pandas and the formulary again. Apart from that they are the
same: the function and its arguments are pickled, and nothing is shared with the window.
"""

import contextlib
import multiprocessing
import os
import socket
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Any

LOADED = "tests.ui.loaded"
CONNECT, BIND = socket.socket.connect, socket.socket.bind
get_context = multiprocessing.get_context


class Prepared:
    """Stands for the context "spawn"."""

    def __init__(self) -> None:
        self._context = get_context("forkserver")
        self._context.set_forkserver_preload([LOADED])

    def Pipe(self, duplex: bool = True) -> tuple[Connection, Connection]:  # noqa: N802
        return self._context.Pipe(duplex)

    def Process(  # noqa: N802
        self, target: Callable[..., None], args: tuple[Any, ...], name: str | None = None, daemon: bool = True
    ) -> ForkServerProcess:
        return _Process(target=_run, args=(dict(os.environ), target, args), name=name, daemon=daemon)


class _Process(ForkServerProcess):
    def start(self) -> None:
        with _local_sockets():
            super().start()


@contextlib.contextmanager
def _local_sockets() -> Iterator[None]:
    """The process to fork from is asked through a socket file, and a test may open no socket."""
    refused = socket.socket.connect, socket.socket.bind
    socket.socket.connect, socket.socket.bind = CONNECT, BIND  # type: ignore[method-assign]
    try:
        yield
    finally:
        socket.socket.connect, socket.socket.bind = refused  # type: ignore[method-assign]


def _run(environment: dict[str, str], target: Callable[..., None], args: tuple[Any, ...]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    target(*args)


def prepared_context(method: str | None = None) -> Any:
    return Prepared() if method == "spawn" else get_context(method)

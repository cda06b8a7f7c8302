"""Runs one function in a process of its own: the window never waits for it, and cancelling is ending that process."""

import contextlib
import gc
import multiprocessing
import pickle
import threading
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from PySide6.QtCore import QObject, Signal

from lamo_desktop.errors import fault

MANY_OBJECTS = 50_000  # an export of some thousand admissions
_COUNTING = threading.Lock()
_making: list[int] = []  # the threads that make very many objects now


def _run(connection: Connection, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    """In the child: send ("progress", stage, fraction)*, then ("done", result) or ("failed", sentence)."""
    from lamo_desktop.errors import LamoError

    def progress(stage: str, fraction: float) -> None:
        connection.send(("progress", stage, fraction))

    try:
        connection.send(("done", work(*arguments, progress)))
    except LamoError as error:
        connection.send(("failed", str(error)))
    except OSError as error:
        connection.send(
            ("failed", f"{error.strerror or 'A file could not be read or written'}: {error.filename or ''}")
        )
    except MemoryError:
        connection.send(("failed", "There is not enough memory for this; split the export and take one part."))
    except Exception as error:
        connection.send(("failed", f"This failed unexpectedly ({fault(error)}); nothing was changed."))


@contextlib.contextmanager
def no_collecting() -> Iterator[None]:
    """No garbage is collected meanwhile, nor later among very many objects made here: it would hold up the window,
    for seconds. What is no longer used is freed all the same, save where it refers to itself in a circle.
    """
    with _COUNTING:
        _making.append(threading.get_ident())
        gc.disable()
    try:
        yield
    finally:
        with _COUNTING:
            _making.remove(threading.get_ident())
            if gc.get_count()[0] > MANY_OBJECTS:
                gc.freeze()
            if not _making:
                gc.enable()


def _received(receiver: Connection) -> Any:
    """The next message."""
    data = receiver.recv_bytes()
    with no_collecting():
        return pickle.loads(data)


class Offload(QObject):
    """One function at a time. Ends with exactly one of `finished(result)`, `failed(sentence)` or `cancelled()`.

    The function is a module's own, is called as `work(*arguments, progress)`, and its result can be pickled.
    """

    progress = Signal(str, float)
    finished = Signal(object)
    failed = Signal(str)
    cancelled = Signal()
    _ended = Signal(int, str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: BaseProcess | None = None
        self._thread: threading.Thread | None = None
        self._number = 0
        self.running = False
        self._ended.connect(self._deliver)

    def start(self, work: Callable[..., Any], *arguments: Any) -> None:
        """Call `work` in a new process; one under way is ended without a word."""
        self.close()
        context = multiprocessing.get_context("spawn")
        receiver, sender = context.Pipe(duplex=False)
        self._process = context.Process(target=_run, args=(sender, work, arguments), daemon=True)
        self._process.start()
        sender.close()
        self.running = True
        self._thread = threading.Thread(
            target=self._listen, args=(receiver, self._process, self._number), name=f"offload {work.__name__}"
        )
        self._thread.start()

    def cancel(self) -> None:
        """Stop; `cancelled` follows."""
        if self.running:
            self.close()
            self.cancelled.emit()

    def close(self) -> None:
        """Stop and wait until nothing of it runs any more; nothing more is delivered."""
        self._number += 1
        self.running = False
        if self._process is not None and self._process.is_alive():
            self._process.terminate()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _listen(self, receiver: Connection, process: BaseProcess, number: int) -> None:
        """In a thread: turn the child's messages into signals, which Qt delivers in the window's thread."""
        last: tuple[str, Any] = ("failed", "The process stopped unexpectedly: the file may be damaged or too large.")
        with contextlib.suppress(EOFError, OSError):
            while True:
                message = _received(receiver)
                if message[0] != "progress":
                    last = message
                elif number == self._number:
                    self.progress.emit(message[1], message[2])
        receiver.close()
        process.join()
        self._ended.emit(number, *last)

    def _deliver(self, number: int, kind: str, result: Any) -> None:
        if number != self._number:
            return
        self.running = False
        (self.finished if kind == "done" else self.failed).emit(result)

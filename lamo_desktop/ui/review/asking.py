"""Asks the model about one admission, beside everything else: one question at a time, the newest one counts."""

import multiprocessing
import queue
import threading
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

if TYPE_CHECKING:  # the process that answers loads it; the window starts without it
    from lamo_desktop.review.questions import Question

IDLE_MS = 3 * 60 * 1000  # then the model's memory is given back
GRACE_SECONDS = 5.0  # for the part being answered, when nobody waits for the answer any more


class Asking(QObject):
    """`ask` gives a number; `answered(number, part)` brings each part of the answer as it comes.

    The end is one of `finished(number)`, `failed(number, sentence)`, `stopped()`; a question that another one follows
    ends without a word.
    """

    answered = Signal(int, object)
    finished = Signal(int)
    failed = Signal(int, str)
    stopped = Signal()
    _said = Signal(int, str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._questions: queue.Queue[tuple[int, Question] | None] = queue.Queue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._closing = False
        self._number = 0
        self.running = False
        self._said.connect(self._deliver)
        self._idle = QTimer(self, singleShot=True, interval=IDLE_MS)
        self._idle.timeout.connect(self.close)

    def ask(self, question: "Question") -> int:
        """Put a question; one that is being answered is dropped."""
        self._idle.stop()
        self._number += 1
        self.running = True
        if self._thread is None:
            self._thread = threading.Thread(target=self._converse, name="asking the model")
            self._thread.start()
        self._questions.put((self._number, question))
        return self._number

    def cancel(self) -> None:
        """Stop answering; `stopped` follows. The model stays loaded for the next question."""
        if self.running:
            self._number += 1
            self.running = False
            self._idle.start()
            self.stopped.emit()

    def close(self) -> None:
        """End the process and wait until nothing of it is left."""
        self._number += 1
        self._idle.stop()
        self.running = False
        with self._lock:
            self._closing = True
            if self._process is not None:
                self._process.terminate()
        if self._thread is not None:
            self._questions.put(None)
            self._thread.join()
            self._thread = None
        self._closing = False

    def _converse(self) -> None:
        """In a thread: hand each question to the process and pass on what comes back."""
        while (item := self._questions.get()) is not None:
            number, question = item
            if number != self._number:
                continue
            try:
                connection = self._connected()
                connection.send((number, question))
                self._listen(connection, number)
            except (EOFError, OSError):  # the process ended: cancelled, or it crashed
                self._end()
                self._said.emit(number, "failed", "")
        self._end()

    def _listen(self, connection: Connection, number: int) -> None:
        from lamo_desktop.review.questions import STOP

        while True:
            while number == self._number and not connection.poll(0.05):
                pass
            if number != self._number:
                connection.send(STOP)
                if not connection.poll(GRACE_SECONDS):
                    raise EOFError
            said, kind, content = connection.recv()
            self._said.emit(said, kind, content)
            if kind != "answer":
                return

    def _connected(self) -> Connection:
        with self._lock:
            if self._closing:
                raise EOFError
            if self._connection is None or self._process is None or not self._process.is_alive():
                from lamo_desktop.review.questions import serve

                context = multiprocessing.get_context("spawn")
                self._connection, theirs = context.Pipe()
                self._process = context.Process(target=serve, args=(theirs,), name="asking the model", daemon=True)
                self._process.start()
                theirs.close()
            return self._connection

    def _end(self) -> None:
        with self._lock:
            process, connection, self._process, self._connection = self._process, self._connection, None, None
        if connection is not None:
            connection.close()
        if process is not None:
            process.terminate()
            process.join()

    def _deliver(self, number: int, kind: str, content: Any) -> None:
        if number != self._number:
            return
        if kind == "answer":
            self.answered.emit(number, content)
            return
        self.running = False
        self._idle.start()
        if kind == "done":
            self.finished.emit(number)
        else:
            lost = self.tr("The model's process ended unexpectedly; nothing of the job was changed. Try again.")
            self.failed.emit(number, str(content) or lost)

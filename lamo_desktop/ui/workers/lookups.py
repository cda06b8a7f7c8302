"""A process of its own that looks things up for the window: rows of the export, names near to an unknown drug.

It keeps what it has read, so that the next question is answered at once, and is ended when the memory is needed.
"""

import contextlib
import multiprocessing
import threading
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Signal

from lamo_desktop.errors import LamoError, fault


class _Answers:
    """In the child: what can be asked, by name. Everything is loaded when it is first needed."""

    def __init__(self) -> None:
        from lamo_desktop.admissions.sheet_rows import SheetReader

        self._sheets = SheetReader()
        self._formulary: Any = None

    def heads(self, path: Path, encoding: str) -> Any:
        """The first rows of every sheet."""
        return self._sheets.heads(path, encoding)

    def around(self, path: Path, table: str, row: int, encoding: str) -> Any:
        """Rows of one sheet."""
        return self._sheets.around(path, table, row, encoding)

    def suggestions(self, texts: Sequence[str]) -> Any:
        """Known names near to each text."""
        formulary = self._loaded()
        return {text: formulary.suggest(text) for text in texts}

    def ingredients(self) -> Any:
        """Every ingredient name of the shipped table."""
        from lamo_desktop.formulary.tables import read_ingredients
        from lamo_desktop.paths import resource

        return sorted(read_ingredients(resource("formulary/ingredients.csv")))

    def gpu(self) -> bool:
        """Whether the engine of this installation can use a graphics card here."""
        from lamo_desktop.model.native import gpu_backend

        return gpu_backend()

    def _loaded(self) -> Any:
        if self._formulary is None:
            from lamo_desktop.formulary import load_formulary

            self._formulary = load_formulary()
        return self._formulary


def _serve(connection: Connection) -> None:
    """In the child: answer (number, name, arguments) with (number, ok, result or sentence) until the pipe closes."""
    answers = _Answers()
    with contextlib.suppress(EOFError, OSError):
        while True:
            number, name, arguments = connection.recv()
            try:
                connection.send((number, True, getattr(answers, name)(*arguments)))
            except LamoError as error:
                connection.send((number, False, str(error)))
            except MemoryError:
                connection.send((number, False, "There is not enough memory to show this."))
            except Exception as error:
                connection.send((number, False, f"This cannot be shown ({fault(error)})."))


class Lookups(QObject):
    """Questions to the process, answered in the window's thread. A newer question with the same key voids an older."""

    busy_changed = Signal()
    _came = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._thread: threading.Thread | None = None
        self._life = 0
        self._number = 0
        self._waiting: dict[int, tuple[str, Callable[[Any], None], Callable[[str], None]]] = {}
        self._came.connect(self._deliver)

    @property
    def busy(self) -> bool:
        """Whether an answer is awaited."""
        return bool(self._waiting)

    def ask(
        self,
        key: str,
        name: str,
        arguments: tuple[Any, ...],
        done: Callable[[Any], None],
        failed: Callable[[str], None],
    ) -> None:
        """Ask for `name(*arguments)`; then `done(result)` or `failed(sentence)`."""
        if self._pipe is None:
            self._start()
        assert self._pipe is not None
        self._waiting = {number: asked for number, asked in self._waiting.items() if asked[0] != key}
        self._number += 1
        self._waiting[self._number] = key, done, failed
        try:
            self._pipe.send((self._number, name, arguments))
        except OSError:
            self._came.emit(self._life, None)
        self.busy_changed.emit()

    def close(self) -> None:
        """End the process and give its memory back; what was asked is not answered. The next question starts it."""
        self._life += 1
        self._waiting = {}
        if self._process is not None:
            self._process.terminate()
        if self._thread is not None:
            self._thread.join()
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = self._thread = None
        self.busy_changed.emit()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(there,), daemon=True)
        self._process.start()
        there.close()
        self._pipe = here
        self._thread = threading.Thread(target=self._listen, args=(here, self._process, self._life), name="lookups")
        self._thread.start()

    def _listen(self, pipe: Connection, process: BaseProcess, life: int) -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                self._came.emit(life, pipe.recv())
        process.join()
        self._came.emit(life, None)

    def _deliver(self, life: int, answer: Any) -> None:
        if life != self._life:
            return
        if answer is None:  # the process ended by itself
            lost = [failed for _, _, failed in self._waiting.values()]
            self.close()
            for failed in lost:
                failed(
                    QCoreApplication.translate("Lookups", "This could not be shown: the process that reads it stopped.")
                )
            return
        number, good, result = answer
        asked = self._waiting.pop(number, None)
        self.busy_changed.emit()
        if asked is not None:
            _, done, failed = asked
            (done if good else failed)(result)

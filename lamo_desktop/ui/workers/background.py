"""Runs one function off the window's thread and brings its result back."""

import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QObject, Signal

from lamo_desktop.errors import LamoError, fault


class Background(QObject):
    """Runs functions on threads; `close` waits for them. A newer call with the same key makes an older result void."""

    _ready = Signal(str, int, object, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads: list[threading.Thread] = []
        self._latest: dict[str, int] = {}
        self._ready.connect(self._deliver)

    def run(
        self, key: str, work: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[str], None]
    ) -> None:
        """Call `work` on a thread, then `done(result)` or `failed(sentence)` in the window's thread."""
        self._latest[key] = number = self._latest.get(key, 0) + 1
        self._threads = [thread for thread in self._threads if thread.is_alive()]

        def body() -> None:
            result: Any
            try:
                result = work()
            except LamoError as error:
                result = error
            except OSError as error:
                result = LamoError(f"{error.strerror or error}: {error.filename}")
            except Exception as error:  # a fault of ours; its text might hold patient data
                result = LamoError(f"This failed unexpectedly ({fault(error)}).")
            with suppress(RuntimeError):  # the window has gone: nobody waits for it any more
                self._ready.emit(key, number, done, failed, result)

        thread = threading.Thread(target=body, name=f"background {key}")
        self._threads.append(thread)
        thread.start()

    @property
    def running(self) -> bool:
        """Whether anything is under way."""
        return any(thread.is_alive() for thread in self._threads)

    def close(self) -> None:
        """Wait for everything under way; no result is delivered any more."""
        self._latest = {key: number + 1 for key, number in self._latest.items()}
        for thread in self._threads:
            thread.join()
        self._threads = []

    def _deliver(self, key: str, number: int, done: Any, failed: Any, result: Any) -> None:
        if self._latest.get(key) != number:
            return
        if isinstance(result, LamoError):
            failed(str(result))
        else:
            done(result)

"""What the Review page asks the model about one admission, answered in a process of its own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from lamo_desktop.admissions.cohort import Admission
from lamo_desktop.errors import LamoError, fault
from lamo_desktop.formulary import load_formulary
from lamo_desktop.model.package import ModelPackage
from lamo_desktop.model.process import EngineProcess, EngineSettings
from lamo_desktop.recommend.explain import what_if, why

STOP = "stop"


@dataclass(frozen=True)
class Question:
    """`classes` gives the class of each candidate, from which a drug new to the model takes its calibration."""

    package: ModelPackage
    settings: EngineSettings
    admission: Admission
    classes: Mapping[str, str]


@dataclass(frozen=True)
class Why(Question):
    """What carries a drug's probability; answered by an `Effect` at a time."""

    drug: str
    cut: tuple[str, ...]
    with_entries: bool


@dataclass(frozen=True)
class WhatIf(Question):
    """What the model says of all `classes` for this admission as someone imagined it; answered by one `Answer`."""


def serve(connection: Connection) -> None:
    """Answer questions, (number, question) each, until the connection ends or the process is ended.

    Sends (number, "answer", part of the answer)*, then (number, "done", None) or (number, "failed", sentence). STOP
    ends an answer after its present part. One engine is kept for all questions to the same package.
    """
    desk = _Desk()
    try:
        while True:
            received = connection.recv()
            if received == STOP:  # what it was to stop is answered already
                continue
            number, question = received
            connection.send((number, *_answered(connection, desk, number, question)))
    except (EOFError, OSError, KeyboardInterrupt):
        desk.close()


def _answered(connection: Connection, desk: "_Desk", number: int, question: Question) -> tuple[str, str | None]:
    try:
        for part in desk.answers(question):
            connection.send((number, "answer", part))
            if connection.poll() and connection.recv() == STOP:
                break
    except LamoError as error:
        return "failed", str(error)
    except MemoryError:
        return "failed", "There is not enough memory to load the model beside everything else: close other programs."
    except (EOFError, BrokenPipeError):
        raise
    except Exception as error:
        return "failed", f"This failed unexpectedly ({fault(error)}); nothing was changed."
    return "done", None


class _Desk:
    """The engine in use, kept while the package and the settings stay the same."""

    def __init__(self) -> None:
        self._engine: EngineProcess | None = None
        self._in_use: tuple[str, EngineSettings] | None = None
        self._classes: Mapping[str, str] = {}

    def _drug_class(self, drug: str) -> str:
        return self._classes.get(drug, "")

    def answers(self, question: Question) -> Iterator[Any]:
        engine, package, admission = self._ready(question), question.package, question.admission
        self._classes = question.classes
        if isinstance(question, Why):
            yield from why(
                engine, package, admission, question.cut, question.drug, question.with_entries, self._drug_class
            )
        else:
            yield what_if(engine, package, admission, list(question.classes), self._drug_class)

    def _ready(self, question: Question) -> EngineProcess:
        asked_for = (question.package.sha256, question.settings)
        if self._engine is None or self._in_use != asked_for:
            self.close()
            self._engine = EngineProcess(question.package, question.settings, facts=load_formulary())
            self._in_use = asked_for
        return self._engine

    def close(self) -> None:
        if self._engine is not None:
            self._engine.close()
        self._engine = None

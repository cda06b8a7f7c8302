"""Every step's state, in the words the rail shows."""

from PySide6.QtCore import QCoreApplication

from lamo_desktop.admissions.cohort import Cohort
from lamo_desktop.progress import duration
from lamo_desktop.ui.flow import State, Step, StepStatus
from lamo_desktop.ui.session import Session


def statuses(session: Session) -> dict[Step, StepStatus]:
    """The state of each step, given the session."""
    return {
        Step.IMPORT: _import(session),
        Step.CHECK: _check(session),
        Step.RECOMMEND: _recommend(session),
        Step.REVIEW: _after_results(session, _tr("{n} admissions")),
        Step.VALIDATE: _validate(session),
        Step.EXPORT: _export(session),
    }


def left_out(cohort: Cohort) -> str:
    """What of an export could not be used as it was: "2 problems, 4 set aside"; empty when everything could."""
    serious = sum(problem.severity != "info" for problem in cohort.problems)
    words = [_tr("{n} problems").format(n=f"{serious:,}")] if serious else []
    if cohort.set_aside:
        words.append(_tr("{n} rows set aside").format(n=f"{len(cohort.set_aside):,}"))
    return ", ".join(words)


def _tr(text: str) -> str:
    return QCoreApplication.translate("status", text)


def _import(session: Session) -> StepStatus:
    if session.reader.running:
        return StepStatus(State.RUNNING, _tr("Reading"))
    if session.input is not None and session.cohort is not None:
        return StepStatus(State.DONE, _tr("{n} admissions").format(n=f"{len(session.cohort.admissions):,}"))
    if session.job is not None:
        return StepStatus(State.DONE, _tr("From a job file"))
    return StepStatus(State.READY, _tr("Open an export"))


def _check(session: Session) -> StepStatus:
    if session.cohort is None:
        return StepStatus(State.LOCKED, "")
    if not session.cohort.admissions:
        return StepStatus(State.ATTENTION, _tr("Nothing to score"))
    words = left_out(session.cohort)
    return StepStatus(State.ATTENTION if words else State.DONE, words or _tr("No problems"))


def _recommend(session: Session) -> StepStatus:
    if session.run.running:
        return StepStatus(State.RUNNING, _pace(session))
    results = session.results
    if results is not None:
        if results.complete:
            return StepStatus(State.DONE, _tr("{n} scored").format(n=f"{results.n_done:,}"))
        text = _tr("Paused at {d} of {t}").format(d=f"{results.n_done:,}", t=f"{results.n_total:,}")
        return StepStatus(State.ATTENTION, text)
    if session.can_start:
        return StepStatus(State.READY, _tr("Ready to start"))
    return StepStatus(State.LOCKED, "")


def _pace(session: Session) -> str:
    said = session.last_progress
    total, eta = said.get("total", 0), said.get("eta")
    if said.get("stage") != "scoring" or not total:
        return _tr("Starting")
    left = " · " + _tr("{t} left").format(t=duration(eta)) if eta else ""
    return f"{100 * said.get('done', 0) // total} %{left}"


def _after_results(session: Session, text: str) -> StepStatus:
    if session.results is None or not session.results.n_done:
        return StepStatus(State.LOCKED, "")
    return StepStatus(State.READY, text.format(n=f"{session.results.n_done:,}"))


def _validate(session: Session) -> StepStatus:
    if session.results is not None and session.results.n_done and not session.results.has_orders:
        return StepStatus(State.LOCKED, _tr("Needs orders"))
    if session.validator.running:
        return StepStatus(State.RUNNING, _tr("Comparing"))
    if session.validation is not None:
        current = session.validation_is_current
        return StepStatus(
            State.DONE if current else State.ATTENTION, _tr("Compared") if current else _tr("Lists have changed")
        )
    return _after_results(session, _tr("Against orders"))


def _export(session: Session) -> StepStatus:
    if session.exported:
        return StepStatus(State.DONE, _tr("Saved"))
    return _after_results(session, _tr("Workbook, job file"))

"""Every step's state, in the words the rail shows."""

from PySide6.QtCore import QCoreApplication

from lamo_desktop.check.summary import CheckSummary, summarise
from lamo_desktop.progress import duration
from lamo_desktop.ui.flow import State, Step, StepStatus
from lamo_desktop.ui.session import Session

translate = QCoreApplication.translate  # under this name the translation tools find the texts


def statuses(session: Session) -> dict[Step, StepStatus]:
    """The state of each step, given the session."""
    return {
        Step.IMPORT: _import(session),
        Step.CHECK: _check(session),
        Step.RECOMMEND: _recommend(session),
        Step.REVIEW: _after_results(session, _admissions(session.results.n_done if session.results else 0)),
        Step.VALIDATE: _validate(session),
        Step.EXPORT: _export(session),
    }


def left_out(summary: CheckSummary) -> str:
    """What of an export could not be used as it was: "2 problems, 4 rows set aside"; empty when everything could."""
    problems, aside, ordered = summary.n_problems, summary.n_set_aside, summary.ordered
    words = []
    if problems:
        text = translate("status", "1 problem") if problems == 1 else translate("status", "{n} problems")
        words.append(text.format(n=f"{problems:,}"))
    if aside:
        text = translate("status", "1 row set aside") if aside == 1 else translate("status", "{n} rows set aside")
        words.append(text.format(n=f"{aside:,}"))
    if ordered.many_unknown:
        words.append(translate("status", "{p} of orders unknown").format(p=f"{ordered.share_unknown:.0%}"))
    return ", ".join(words)


def notes(n: int) -> str:
    """For example "3 notes"."""
    text = translate("status", "1 note") if n == 1 else translate("status", "{n} notes")
    return text.format(n=f"{n:,}")


def _admissions(n: int) -> str:
    text = translate("status", "1 admission") if n == 1 else translate("status", "{n} admissions")
    return text.format(n=f"{n:,}")


def _import(session: Session) -> StepStatus:
    if session.reader.running:
        return StepStatus(State.RUNNING, translate("status", "Reading"))
    if session.opened is not None and session.opened.fault:
        return StepStatus(State.ATTENTION, translate("status", "Choose the columns"))
    if session.input is not None and session.cohort is not None:
        return StepStatus(State.DONE, _admissions(len(session.cohort.admissions)))
    if session.job is not None:
        return StepStatus(State.DONE, translate("status", "From a job file"))
    return StepStatus(State.READY, translate("status", "Open an export"))


def _check(session: Session) -> StepStatus:
    if session.cohort is None:
        return StepStatus(State.LOCKED, "")
    if not session.cohort.admissions:
        return StepStatus(State.ATTENTION, translate("status", "Nothing to score"))
    summary = summarise(session.cohort)
    if summary.attention:
        return StepStatus(State.ATTENTION, left_out(summary))
    text = notes(summary.n_notes) if summary.n_notes else translate("status", "No problems")
    return StepStatus(State.DONE, text)


def _recommend(session: Session) -> StepStatus:
    if session.run.running:
        return StepStatus(State.RUNNING, _pace(session))
    results = session.results
    if results is not None:
        if results.complete:
            return StepStatus(
                State.DONE, translate("status", "{n} scored").format(n=f"{results.n_done - results.n_failed:,}")
            )
        text = translate("status", "Paused at {d} of {t}").format(d=f"{results.n_done:,}", t=f"{results.n_total:,}")
        return StepStatus(State.ATTENTION, text)
    if session.can_start:
        return StepStatus(State.READY, translate("status", "Ready to start"))
    return StepStatus(State.LOCKED, "")


def _pace(session: Session) -> str:
    said = session.last_progress
    total, eta = said.get("total", 0), said.get("eta")
    if said.get("stage") != "scoring" or not total:
        return translate("status", "Starting")
    left = " · " + translate("status", "{t} left").format(t=duration(eta)) if eta else ""
    return f"{100 * said.get('done', 0) // total} %{left}"


def _after_results(session: Session, text: str) -> StepStatus:
    if session.results is None or not session.results.n_done:
        return StepStatus(State.LOCKED, "")
    return StepStatus(State.READY, text)


def _validate(session: Session) -> StepStatus:
    if session.results is not None and session.results.n_done and not session.results.has_orders:
        return StepStatus(State.LOCKED, translate("status", "Needs orders"))
    if session.evaluation.running:
        return StepStatus(State.RUNNING, translate("status", "Comparing"))
    if session.evaluation.validation is not None:
        current = session.validation_is_current
        return StepStatus(
            State.DONE if current else State.ATTENTION,
            translate("status", "Compared") if current else translate("status", "Lists have changed"),
        )
    return _after_results(session, translate("status", "Against orders"))


def _export(session: Session) -> StepStatus:
    if session.exported:
        return StepStatus(State.DONE, translate("status", "Saved"))
    return _after_results(session, translate("status", "Workbook, job file"))

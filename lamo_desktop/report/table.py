"""A table as plain rows, so that the HTML report and the workbook show the same one."""

from dataclasses import dataclass

from lamo_desktop.validate.bootstrap import Estimate

Cell = str | int | float | Estimate | None


@dataclass(frozen=True)
class Table:
    """A titled table. `key` is short: the name of its sheet in the workbook."""

    key: str
    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


FIGURE_NAMES = {
    "overprescribing_ratio": "Overprescribing ratio (recommended / ordered)",
    "n_recommended": "Drugs recommended per compared admission",
    "n_ordered": "Candidates ordered per compared admission",
    "n_expected": "Drugs expected per compared admission (sum of probabilities)",
    "calibration.slope": "Calibration slope (1 is right)",
    "calibration.intercept": "Calibration intercept (0 is right)",
    "calibration.observed_expected": "Orders observed / expected",
    "calibration.brier": "Brier score",
    "calibration.ece": "Expected calibration error",
    "coverage.orders_in_vocabulary": "Orders inside the vocabulary",
    "coverage.micro_recall_all_orders": "Recall against all mapped orders (micro)",
    "visit_mean.jaccard": "Jaccard (visit mean)",
    "visit_mean.f1": "F1 (visit mean)",
    "visit_mean.prauc": "PRAUC (visit mean)",
}

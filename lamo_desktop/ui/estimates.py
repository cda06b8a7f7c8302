"""Figures with their intervals as columns of a table."""

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from lamo_desktop.ui.tables import Column, ColumnModel, Table, text_column

if TYPE_CHECKING:
    from lamo_desktop.validate.bootstrap import Estimate


def fill(table: Table, columns: list[Column]) -> None:
    """Show these columns in a table, with their widths."""
    model = table.model()
    if isinstance(model, ColumnModel):
        model.set_columns(columns)
        table.fit_columns(columns)


def whole_column(title: str, values: list[Any]) -> Column:
    """A column of counts; None is shown empty."""
    return Column(
        title, np.array([np.nan if v is None else v for v in values], dtype=float), lambda v: f"{v:,.0f}", width=6.5
    )


def estimate_columns(title: str, estimates: "list[Estimate]") -> list[Column]:
    """A column of values and one of their intervals."""
    intervals = ["" if math.isnan(e.low) else f"{e.low:.3f} – {e.high:.3f}" for e in estimates]
    values = np.array([e.value for e in estimates], dtype=float)
    return [Column(title, values, lambda v: f"{v:.3f}", width=5), text_column("95 %", intervals, 7.5)]


def with_interval(estimate: "Estimate") -> str:
    """For example "0.14 (0.10 – 0.18)"; empty where undefined."""
    if math.isnan(estimate.value):
        return ""
    return f"{estimate.value:.2f} ({estimate.low:.2f} – {estimate.high:.2f})"


def figure_name(name: str) -> str:
    """ "visit_mean.ddi_rate" as "Visit mean: interaction rate"."""
    first, _, second = name.partition(".")
    text = (f"{first}: {second}" if second else first).replace("_", " ")
    for short, long in (
        ("ddi", "interaction"),
        ("prauc", "PRAUC"),
        ("f1", "F1"),
        ("ece", "ECE"),
        ("jaccard", "Jaccard"),
    ):
        text = text.replace(short, long)
    return text[:1].upper() + text[1:]

"""The Review page's table of admissions as columns: what is fixed, what follows from the lists, search and filters."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import repeat
from operator import contains
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication

from lamo_desktop.recommend.mark import DISAGREE, UNSURE, Mark
from lamo_desktop.recommend.policy import Policy
from lamo_desktop.ui.kit.tables import Column, text_column

translate = QCoreApplication.translate  # under this name the translation tools find the texts

if TYPE_CHECKING:
    from lamo_desktop.review.results import Lists, Results

RECOMMENDED, ORDERED, BOTH, JACCARD, FLAGS, MARKED = range(4, 10)  # sections after the fixed ones
ALL, MORE, FEWER, FLAGGED, FAILED, MARKS, DISAGREED, UNSURE_OF, COMMENTED = range(9)
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Cut:
    """The lists under a policy, bool (n, d), and what the table shows of them, ready to be shown and sorted.

    `n_recommended` (n,) is NaN for a failed row; `columns` are those that follow from the lists, by section.
    """

    listing: "AdmissionList"
    policy: Policy
    lists: "Lists"
    n_recommended: NDArray[np.float64]
    columns: Mapping[int, Column]

    @property
    def mean_length(self) -> float:
        """Drugs per scored admission; 0 where none is scored."""
        scored = ~np.isnan(self.n_recommended)
        return float(self.n_recommended[scored].mean()) if scored.any() else 0.0


class AdmissionList:
    """Columns over a job's results; made off the window's thread, since text of many rows takes a while to rank."""

    def __init__(self, results: "Results") -> None:
        self.results = results
        n = results.n_done
        self.flags = np.zeros(n, dtype=np.int64)
        known = frozenset(results.candidates)
        ordered = [None if a.orders is None else len(a.ordered(known)) for a in results.admissions]
        self.n_ordered = np.array([np.nan if n is None else n for n in ordered])
        self._n_candidates = per_row(results.ordered)
        self.n_marked = np.zeros(n, dtype=np.int64)
        self._marked: dict[int, Bools] = {kind: np.zeros(n, dtype=bool) for kind in (DISAGREED, UNSURE_OF, COMMENTED)}
        self._texts = [
            " ".join((a.admission_id, a.patient_id, a.reason, *a.diagnoses)).casefold() for a in results.admissions
        ]
        self._last_search = ("", np.zeros(0, dtype=bool))
        self._ordered = Column(
            translate("admissionlist", "Ordered"),
            self.n_ordered,
            _whole,
            translate("admissionlist", "Every drug ordered, candidate of the model or not"),
            4.8,
        )
        for column in (*self.fixed, self._ordered):
            column.ranks  # noqa: B018 - worked out here and kept

    @cached_property
    def fixed(self) -> list[Column]:
        """What does not depend on the lists."""
        results = self.results
        ages = np.array([np.nan if a.age is None else a.age for a in results.admissions], dtype=float)
        reasons = [error or a.reason for a, error in zip(results.admissions, results.errors, strict=True)]
        sexes = {"female": translate("admissionlist", "female"), "male": translate("admissionlist", "male")}
        return [
            text_column(translate("admissionlist", "Admission"), [a.admission_id for a in results.admissions], 6.5),
            Column(
                translate("admissionlist", "Age"),
                ages,
                lambda v: translate("admissionlist", "over 89") if v >= 90 else f"{v:.0f}",
                width=4,
            ),
            text_column(
                translate("admissionlist", "Sex"), [sexes.get(a.sex or "", "") for a in results.admissions], 4.2
            ),
            text_column(translate("admissionlist", "Reason"), reasons, 15, stretch=True),
        ]

    @cached_property
    def rows(self) -> Mapping[int, int]:
        """Place of each admission in the job -> its row here."""
        return {int(ordinal): row for row, ordinal in enumerate(self.results.ordinals)}

    def cut(self, policy: Policy) -> Cut:
        """The lists under a policy, counted. Raises InputError for one that the package has no threshold for.

        Nothing here changes, so that it may be called in a thread while the table is shown.
        """
        results = self.results
        lists = results.lists(policy)
        compared = results.scored & results.with_orders
        length, both = per_row(lists), per_row(lists & results.ordered)
        recommended = np.where(results.scored, length, np.nan)
        with np.errstate(invalid="ignore", divide="ignore"):
            union = length + self._n_candidates - both
            jaccard = np.where(compared & (self._n_candidates > 0), both / union, np.nan)
        columns = self._list_columns(recommended, np.where(compared, both, np.nan), jaccard)
        return Cut(self, policy, lists, recommended, columns)

    def use_marks(self, marks: Mapping[tuple[int, str], Mark]) -> None:
        """Count the analyst's marks."""
        self.n_marked[:] = 0
        for kind in self._marked.values():
            kind[:] = False
        for (ordinal, _), mark in marks.items():
            row = self.rows.get(ordinal)
            if row is not None:
                self.n_marked[row] += 1
                self._marked[DISAGREED][row] |= mark.mark == DISAGREE
                self._marked[UNSURE_OF][row] |= mark.mark == UNSURE
                self._marked[COMMENTED][row] |= bool(mark.comment)

    def columns(self, cut: Cut) -> list[Column]:
        """All columns as they are now."""
        return [*self.fixed, *cut.columns.values(), self.flag_column(self.flags), self.mark_column()]

    def _list_columns(
        self, recommended: NDArray[np.float64], both: NDArray[np.float64], jaccard: NDArray[np.float64]
    ) -> dict[int, Column]:
        found = {
            RECOMMENDED: Column(
                translate("admissionlist", "Recommended"),
                recommended,
                _whole,
                translate("admissionlist", "Drugs on the list"),
                6.6,
            ),
            ORDERED: self._ordered,
            BOTH: Column(
                translate("admissionlist", "Both"),
                both,
                _whole,
                translate("admissionlist", "Recommended and ordered"),
                3.8,
            ),
            JACCARD: Column(
                translate("admissionlist", "Jaccard"),
                jaccard,
                _share,
                translate("admissionlist", "Both, out of all candidates recommended or ordered"),
                4.6,
            ),
        }
        for column in found.values():
            column.ranks  # noqa: B018 - worked out here and kept
        return found

    def flag_column(self, flags: NDArray[np.int64]) -> Column:
        """Safety findings of each list, (n,)."""
        return Column(
            translate("admissionlist", "Flags"),
            flags,
            _some,
            translate("admissionlist", "Allergies, conditions, interactions and duplicate classes, each finding once"),
            3.9,
        )

    def mark_column(self) -> Column:
        """How many drugs the analyst has marked or commented on."""
        return Column(
            translate("admissionlist", "Marks"),
            self.n_marked.copy(),
            _some,
            translate("admissionlist", "Drugs you have marked or commented on"),
            4.1,
        )

    def shown(self, only: int, search: str, cut: Cut) -> Bools | None:
        """Which rows a filter and a search leave, (n,); None for all."""
        wanted = search.strip().casefold()
        if only == ALL and not wanted:
            return None
        mask = self._only(only, cut)
        if wanted:
            mask = mask & self._found(wanted)
        return mask

    def _found(self, wanted: str) -> Bools:
        """Rows whose text holds `wanted`; while someone types on, only those found before are looked at again."""
        before, found = self._last_search
        rows = np.flatnonzero(found) if before and before in wanted else np.arange(len(self._texts))
        texts = self._texts if len(rows) == len(self._texts) else [self._texts[row] for row in rows.tolist()]
        mask = np.zeros(len(self._texts), dtype=bool)
        mask[rows] = np.fromiter(map(contains, texts, repeat(wanted)), dtype=bool, count=len(texts))
        self._last_search = (wanted, mask)
        return mask

    def _only(self, only: int, cut: Cut) -> Bools:
        n = self.results.n_done
        with np.errstate(invalid="ignore"):
            found = {
                MORE: cut.n_recommended > self.n_ordered,
                FEWER: cut.n_recommended < self.n_ordered,
                FLAGGED: self.flags > 0,
                FAILED: ~self.results.scored,
                MARKS: self.n_marked > 0,
                **self._marked,
            }
        return found.get(only, np.ones(n, dtype=bool))


def per_row(marked: Bools) -> NDArray[np.int64]:
    """How many of each row, (n,); summing in one byte where it suffices is several times faster than numpy's count."""
    narrow = np.uint8 if marked.shape[1] < 256 else np.uint16
    counted: NDArray[np.int64] = marked.view(np.uint8).sum(axis=1, dtype=narrow).astype(np.int64)
    return counted


def _whole(value: Any) -> str:
    return f"{value:.0f}"


def _share(value: Any) -> str:
    return f"{value:.2f}"


def _some(value: Any) -> str:
    return f"{value:,}" if value else ""

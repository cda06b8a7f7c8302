"""How long the lists are: the policy, the threshold shift, and the length that follows. Nothing is scored again."""

from PySide6.QtCore import QCoreApplication, QSignalBlocker, Qt
from PySide6.QtWidgets import QCheckBox, QSlider, QWidget

from lamo_desktop.model.package import ModelPackage
from lamo_desktop.recommend.ordered import Ordered
from lamo_desktop.recommend.policy import POLICIES, Policy
from lamo_desktop.ui.kit.theme import em
from lamo_desktop.ui.kit.widgets import Dropdown, WrapRow, label, together
from lamo_desktop.ui.kit.words import said
from lamo_desktop.ui.session import Session

translate = QCoreApplication.translate  # under this name the translation tools find the texts

STEP = 0.1  # logits per step of the slider
REACH = 30  # steps to either side


class PolicyBar(QWidget):
    """Policy, threshold shift and expected list length; several bars of one session follow each other."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._package: ModelPackage | None = None
        layout = WrapRow(spacing=0.9, parent=self)
        self.policy = Dropdown()
        caption = label(self.tr("Lis&ts:"), "muted")
        caption.setBuddy(self.policy)
        titles = {
            "no-more-than-ordered": self.tr("About as many as ordered"),
            "balanced": self.tr("Balanced"),
            "precise": self.tr("Precise"),
        }
        for name, why in POLICIES.items():
            self.policy.addItem(titles.get(name, name), name)
            self.policy.setItemData(self.policy.count() - 1, said(why), Qt.ItemDataRole.ToolTipRole)
        self.policy.currentIndexChanged.connect(self._changed)
        self.shift = QSlider(Qt.Orientation.Horizontal)
        self.shift.setRange(-REACH, REACH)
        self.shift.setPageStep(5)
        self.shift.setFixedWidth(em(9))
        self.shift.setAccessibleName(self.tr("Threshold shift, from longer lists to shorter ones"))
        self.shift.setToolTip(
            self.tr("Threshold shift: added to the threshold of every drug, in logits. Nothing is scored again.")
        )
        self.shift.valueChanged.connect(self._changed)
        self.shift_value = label("", "small")
        self.shift_value.setToolTip(self.shift.toolTip())
        self.show_withheld = QCheckBox(self.tr("Show withheld"))
        self.show_withheld.setToolTip(
            self.tr("Puts drugs on the lists that a recorded allergy or a contraindication keeps off them.")
        )
        self.show_withheld.toggled.connect(self._changed)
        self.expected = label("")
        ends = label(self.tr("longer"), "small"), label(self.tr("shorter"), "small")
        layout.add(together(caption, self.policy))
        layout.add(together(ends[0], self.shift, ends[1], self.shift_value))
        layout.add(self.show_withheld)
        layout.add(self.expected, stretch=1)
        session.policy_changed.connect(self.refresh)
        session.results_changed.connect(self.refresh)
        session.cohort_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the session's policy and what follows from it."""
        with QSignalBlocker(self.policy), QSignalBlocker(self.shift), QSignalBlocker(self.show_withheld):
            self.show_withheld.setChecked(self._session.policy.show_withheld)
            self.policy.setCurrentIndex(self.policy.findData(self._session.policy.name))
            self.shift.setValue(round(self._session.policy.threshold_shift / STEP))
        self.shift_value.setText(_signed(self._session.policy.threshold_shift))
        self.expected.setText(self._words())

    def show_package(self, package: ModelPackage | None) -> None:
        """The package of the next run: before there are results, its own test says how long lists will be."""
        self._package = package
        self.refresh()

    def _expected(self) -> str:
        from lamo_desktop.ui.recommend.modelcard import own_test

        policy = self._session.policy
        figures = own_test(self._package, policy.name) if self._package else {}
        if not figures:
            return ""
        coverage = self._session.opened.coverage if self._session.opened else None
        if coverage is not None and (candidates := coverage.ordered.candidates_per_admission):
            text = self.tr("about {n} drugs per admission expected")
            if policy.threshold_shift:
                fewer, more = (
                    self.tr("fewer than {n} drugs per admission"),
                    self.tr("more than {n} drugs per admission"),
                )
                text = fewer if policy.threshold_shift > 0 else more
            text = text.format(n=f"{figures['ratio'] * candidates:.1f}")
            return " · ".join([text, ordered_words(coverage.ordered)])
        text = self.tr("about {r} drugs per drug ordered, in the model's own test").format(r=f"{figures['ratio']:.2f}")
        if policy.threshold_shift:
            change = self.tr("fewer") if policy.threshold_shift > 0 else self.tr("more")
            text = self.tr("{c} than {r} drugs per drug ordered, the model's own test without the slider").format(
                c=change, r=f"{figures['ratio']:.2f}"
            )
        return text

    def _words(self) -> str:
        results, cut = self._session.results, self._session.cut
        if results is None or cut is None or not results.n_done:
            return self._expected()
        text = self.tr("{n} drugs per admission").format(n=f"{cut.mean_length:.1f}")
        return " · ".join(filter(None, [text, ordered_words(results.ordered_counts)]))

    def _changed(self) -> None:
        shift, shown = STEP * self.shift.value(), self.show_withheld.isChecked()
        self._session.set_policy(Policy(self.policy.currentData(), shift, show_withheld=shown))


def ordered_words(ordered: Ordered) -> str:
    """How much was ordered, "" where no orders are given: all of it, and what the model could have recommended."""
    if ordered.per_admission is None or ordered.candidates_per_admission is None:
        return ""
    text = translate("policybar", "ordered {n}, of these {c} candidates")
    return text.format(n=f"{ordered.per_admission:.1f}", c=f"{ordered.candidates_per_admission:.1f}")


def _signed(shift: float) -> str:
    """For example "+0.5"."""
    return f"{shift:+.1f}".replace("-", "−") if shift else "0"

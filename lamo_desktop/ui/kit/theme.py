"""Colours, spacing and the stylesheet: tokens for light and for dark, sizes from the system font."""

import functools
from dataclasses import dataclass
from string import Template

from PySide6.QtCore import QByteArray, QDir, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QFontMetricsF, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from lamo_desktop.paths import resource


@dataclass(frozen=True)
class Tokens:
    """The named colours of one scheme; every text colour reaches a contrast of 4.5 on the ground it is used on."""

    name: str
    window: str
    surface: str
    sunken: str
    border: str
    strong_border: str
    text: str
    muted: str
    accent: str
    accent_hover: str
    on_accent: str
    accent_soft: str
    good: str
    good_soft: str
    warn: str
    warn_soft: str
    bad: str
    bad_soft: str
    disabled: str


LIGHT = Tokens(
    name="light",
    window="#f3f5f7",
    surface="#ffffff",
    sunken="#f7f9fa",
    border="#dfe4e9",
    strong_border="#c3ccd4",
    text="#1a242d",
    muted="#56636f",
    accent="#1d6a8a",
    accent_hover="#175671",
    on_accent="#ffffff",
    accent_soft="#e2eff4",
    good="#1f7a4d",
    good_soft="#e3f3ea",
    warn="#8a5a00",
    warn_soft="#fdf2da",
    bad="#b3261e",
    bad_soft="#fbe9e7",
    disabled="#98a3ad",
)
DARK = Tokens(
    name="dark",
    window="#12171c",
    surface="#1a2128",
    sunken="#151b21",
    border="#2b353f",
    strong_border="#3d4954",
    text="#e4eaef",
    muted="#9aa7b4",
    accent="#5fb3d3",
    accent_hover="#7cc3de",
    on_accent="#0c1a21",
    accent_soft="#1f3642",
    good="#6cc598",
    good_soft="#1b3328",
    warn="#e3b35a",
    warn_soft="#372c16",
    bad="#f0897f",
    bad_soft="#3d2321",
    disabled="#66727d",
)

_ICON_SIZES = (16, 32)
_chosen = "system"
_icons: dict[tuple[str, str], QIcon] = {}


def tokens() -> Tokens:
    """The tokens of the scheme in force: what the user chose, else what the system asks for."""
    asked = QApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark if _chosen == "system" else _chosen == "dark"
    return DARK if asked else LIGHT


def choose(name: str) -> None:
    """Light, dark, or (any other name) as the system has it; takes effect with the next `apply`."""
    global _chosen
    _chosen = name if name in ("light", "dark") else "system"
    schemes = {
        "light": Qt.ColorScheme.Light,
        "dark": Qt.ColorScheme.Dark,
    }  # for what the system draws: title bar, dialogs
    QApplication.styleHints().setColorScheme(schemes.get(name, Qt.ColorScheme.Unknown))


def em(factor: float = 1.0) -> int:
    """`factor` heights of a line of the system font, in device-independent pixels: the measure of all spacing."""
    return round(factor * QFontMetricsF(QApplication.font()).height())


def icon(name: str, colour: str = "") -> QIcon:
    """A line icon of `resources/icons` in one colour (default: the text colour), for buttons and cells."""
    colour = colour or tokens().text
    if (name, colour) not in _icons:
        made = QIcon()
        for size in _ICON_SIZES:
            made.addPixmap(drawn(name, colour, size))
            made.addPixmap(drawn(name, tokens().disabled, size), QIcon.Mode.Disabled)
        _icons[name, colour] = made
    return _icons[name, colour]


@functools.cache
def drawn(name: str, colour: str, size: int, ratio: float = 1.0) -> QPixmap:
    """The icon at exactly `size` device-independent pixels on a screen with `ratio` pixels for each."""
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(_svg(name).replace("currentColor", colour).encode())).render(
        painter, QRectF(0, 0, size, size)
    )
    painter.end()
    return pixmap


@functools.cache
def _svg(name: str) -> str:
    return resource(f"icons/{name}.svg").read_text(encoding="utf-8")


def scaled_font(factor: float, bold: bool = False) -> QFont:
    """The system font, `factor` times as large."""
    font = QFont(QApplication.font())
    font.setPointSizeF(font.pointSizeF() * factor)
    if bold:
        font.setWeight(QFont.Weight.DemiBold)
    return font


def apply(app: QApplication) -> None:
    """Set palette and stylesheet for the scheme in force; called at start and whenever the scheme may have changed.

    Nothing is done where both are set already: Qt goes through every widget for each, and a change is told twice.
    """
    colours = tokens()
    point = app.font().pointSizeF()
    sizes = {"space1": em(0.25), "space2": em(0.5), "space3": em(0.75), "radius": em(0.4), "box": em(0.95)}
    sizes["cell"] = sizes["space2"] + 3  # Fusion puts the text of a cell 3 pixels further in than that of a header
    sizes |= {f"tight{n}": sizes[f"space{n}"] - 1 for n in (1, 2, 3)}  # inside a border that is 2 pixels instead of 1
    sizes["inner"] = sizes["box"] - 2  # of a box whose border is 2 pixels instead of 1
    points = {
        "small": f"{point * 0.92:.1f}pt",
        "large": f"{point * 1.18:.1f}pt",
        "title": f"{point * 1.65:.1f}pt",
        "figure": f"{point * 1.9:.1f}pt",
    }
    QDir.setSearchPaths("icons", [str(resource("icons"))])  # in a path a letter such as ü would end the sheet
    sheet = STYLESHEET.substitute(vars(colours) | sizes | points)
    if app.styleSheet() != sheet:
        app.setStyleSheet("")  # on bare widgets the new one is set five times faster than over the old one
        apply_palette(app)
        app.setStyleSheet(sheet)


def apply_palette(app: QApplication) -> None:
    """The colours alone, for what is drawn before there is a stylesheet."""
    _icons.clear()
    app.setPalette(_palette(tokens()))


def choose_font(app: QApplication) -> None:
    """Keep the system's font; where a bare Linux has none of its own, take the best interface font installed."""
    font = app.font()
    if QFontInfo(font).family() in ("DejaVu Sans", "Bitstream Vera Sans", "Sans Serif"):
        installed = set(QFontDatabase.families())
        better = next((f for f in ("Inter", "Noto Sans", "Cantarell", "Ubuntu") if f in installed), None)
        if better:
            font.setFamily(better)
    if font.pointSizeF() < 10:
        font.setPointSizeF(10)
    app.setFont(font)


def _palette(colours: Tokens) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: colours.window,
        QPalette.ColorRole.WindowText: colours.text,
        QPalette.ColorRole.Base: colours.surface,
        QPalette.ColorRole.AlternateBase: colours.sunken,
        QPalette.ColorRole.Text: colours.text,
        QPalette.ColorRole.Button: colours.surface,
        QPalette.ColorRole.ButtonText: colours.text,
        QPalette.ColorRole.ToolTipBase: colours.surface,
        QPalette.ColorRole.ToolTipText: colours.text,
        QPalette.ColorRole.PlaceholderText: colours.muted,
        QPalette.ColorRole.Highlight: colours.accent_soft,
        QPalette.ColorRole.HighlightedText: colours.text,
        QPalette.ColorRole.Link: colours.accent,
        QPalette.ColorRole.Mid: colours.strong_border,
        QPalette.ColorRole.Dark: colours.strong_border,
        QPalette.ColorRole.Light: colours.surface,
        QPalette.ColorRole.Accent: colours.accent,
    }
    for role, colour in roles.items():
        palette.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.disabled))
    return palette


STYLESHEET = Template("""
QMainWindow, QDialog { background: $window; }
QToolTip { background: $surface; color: $text; border: 1px solid $strong_border; padding: ${space1}px; }
QMenuBar { background: $surface; border-bottom: 1px solid $border; padding: 1px ${space1}px; }
QMenuBar::item { padding: ${space1}px ${space2}px; border-radius: ${radius}px; background: transparent; }
QMenuBar::item:selected { background: $accent_soft; }
QMenu { background: $surface; border: 1px solid $strong_border; padding: ${space1}px; }
QMenu::item { padding: ${space1}px ${space3}px; border-radius: ${radius}px; }
QMenu::item:selected { background: $accent_soft; }
QMenu::item:disabled { color: $disabled; }
QMenu::separator { height: 1px; background: $border; margin: ${space1}px; }

#rail { background: $surface; border-right: 1px solid $border; }
#footer { background: $surface; border-top: 1px solid $border; }
#footer QLabel { color: $muted; font-size: $small; }
#card { background: $surface; border: 1px solid $border; border-radius: ${radius}px; }
#dropzone { background: $surface; border: 2px dashed $strong_border; border-radius: ${radius}px; }
#dropzone[over="true"] { border-color: $accent; background: $accent_soft; }
#title { font-size: $title; font-weight: 600; }
#heading { font-size: $large; font-weight: 600; }
#muted { color: $muted; }
#small { color: $muted; font-size: $small; }
#figure { font-size: $figure; font-weight: 600; }
#columnhead { color: $muted; font-size: $small; font-weight: 600; }
#strong { font-weight: 600; }
#warning { color: $warn; font-size: $small; }
#sheet { background: $surface; }
#chip { border-radius: ${radius}px; padding: ${space1}px ${space2}px; font-size: $small;
        background: $accent_soft; color: $accent; }
#chip[tone="warn"] { background: $warn_soft; color: $warn; }
#chip[tone="good"] { background: $good_soft; color: $good; }
#chip[tone="bad"] { background: $bad_soft; color: $bad; }
#notice { background: $accent_soft; border-radius: ${radius}px; }
#notice[tone="warn"] { background: $warn_soft; }
#notice[tone="bad"] { background: $bad_soft; }
#notice[tone="good"] { background: $good_soft; }

QPushButton { background: $surface; border: 1px solid $strong_border; border-radius: ${radius}px;
              padding: ${space1}px ${space3}px; min-height: ${box}px; }
QPushButton:hover { border-color: $accent; }
QPushButton:focus { border: 2px solid $accent; padding: ${tight1}px ${tight3}px; }
QPushButton:pressed { background: $accent_soft; }
QPushButton:disabled { color: $disabled; border-color: $border; background: $sunken; }
QPushButton[primary="true"] { background: $accent; border-color: $accent; color: $on_accent; font-weight: 600; }
QPushButton[primary="true"]:hover { background: $accent_hover; border-color: $accent_hover; }
QPushButton[primary="true"]:focus { border: 2px solid $text; }
QPushButton[primary="true"]:disabled { background: $sunken; border-color: $border; color: $disabled; }
QPushButton[flat="true"] { background: transparent; border-color: transparent; color: $accent; }
QPushButton[flat="true"]:hover { background: $accent_soft; }
QPushButton[flat="true"]:focus { border: 2px solid $accent; }

QLineEdit, QComboBox, QSpinBox, QDoubleSpinBox { background: $surface; border: 1px solid $strong_border;
    border-radius: ${radius}px; padding: ${space1}px ${space2}px; min-height: ${box}px;
    selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus { border: 2px solid $accent;
    padding: ${tight1}px ${tight2}px; }
QLineEdit:disabled, QComboBox:disabled, QSpinBox:disabled, QDoubleSpinBox:disabled { color: $disabled;
    background: $sunken; border-color: $border; }
QComboBox::drop-down { border: none; width: ${space3}px; padding-right: ${space2}px; }
QComboBox::down-arrow { image: url(icons:chevron-down-$name.svg); width: ${space3}px; height: ${space3}px; }
QComboBox { combobox-popup: 0; }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $strong_border; outline: 0;
    selection-background-color: $accent_soft; selection-color: $text; }
QComboBox QAbstractItemView::item { padding: ${space1}px ${space2}px; }
QComboBox QAbstractItemView::item:selected { background: $accent_soft; color: $text; }
QSpinBox::up-button, QDoubleSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::down-button {
    border: none; background: transparent; width: ${box}px; }
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url(icons:chevron-up-$name.svg);
    width: ${space2}px; height: ${space2}px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url(icons:chevron-down-$name.svg);
    width: ${space2}px; height: ${space2}px; }
QAbstractSpinBox QLineEdit { border: none; background: transparent; margin: 0; padding: 0 0 0 ${space2}px;
    min-height: 0; }
QSlider { min-height: 22px; }
QAbstractScrollArea::corner { background: transparent; border: none; }
QCheckBox { spacing: ${space2}px; }
QCheckBox::indicator { width: ${box}px; height: ${box}px; }
QAbstractItemView::indicator { width: ${space3}px; height: ${space3}px; }
QCheckBox::indicator, QAbstractItemView::indicator { border: 1px solid $strong_border;
    border-radius: ${space1}px; background: $surface; }
QCheckBox::indicator:checked, QAbstractItemView::indicator:checked { background: $accent; border-color: $accent;
    image: url(icons:tick-white.svg); }
QCheckBox::indicator:focus { border: 2px solid $accent; width: ${inner}px; height: ${inner}px; }

QTableView, QTreeView, QListView, QTextBrowser, QPlainTextEdit { background: $surface; border: 1px solid $border;
    border-radius: ${radius}px; alternate-background-color: $sunken; gridline-color: $border; outline: 0; }
QTableView:focus, QTextBrowser:focus, QPlainTextEdit:focus { border-color: $accent; }
QTableView::item { padding: 0 ${space2}px; border: none; }
QTableView::item:selected { background: $accent_soft; color: $text; }
QHeaderView { background: $surface; border: none; }
QHeaderView::section { background: $surface; color: $muted; border: none; border-bottom: 1px solid $border;
    padding: ${space1}px ${space2}px ${space1}px ${cell}px; font-size: $small; font-weight: 600; }
QHeaderView::up-arrow, QHeaderView::down-arrow { image: none; width: 0; height: 0; }
QTableCornerButton::section { background: $surface; border: none; border-bottom: 1px solid $border; }
QTabWidget::pane { border: none; top: 0; }
QTabBar { qproperty-drawBase: 0; }
QTabBar::tab { background: transparent; color: $muted; padding: ${space2}px; border: none;
    border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; }
QTabBar QToolButton { background: $surface; border: none; border-radius: ${radius}px; }
QTabBar QToolButton:hover { background: $accent_soft; }
QTabBar::tab:focus { color: $accent; }
QProgressBar { background: $border; border: none; border-radius: ${space1}px; max-height: ${space2}px;
    min-height: ${space2}px; }
QProgressBar::chunk { background: $accent; border-radius: ${space1}px; }
QSlider::groove:horizontal { height: 4px; background: $border; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::handle:horizontal { background: $surface; border: 2px solid $accent; width: 12px; margin: -6px 0;
    border-radius: 8px; }
QSlider::handle:horizontal:focus { background: $accent; }
QSlider:disabled { opacity: 0.5; }
QSplitter::handle { background: transparent; }
QSplitter::handle:hover { background: $accent_soft; }
QScrollArea { background: transparent; border: none; }
#page { background: $window; }
QScrollBar:vertical { background: transparent; width: ${space3}px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: ${space3}px; margin: 0; }
QScrollBar::handle { background: $strong_border; border-radius: ${space1}px; margin: 2px; }
QScrollBar::handle:vertical { min-height: ${box}px; }
QScrollBar::handle:horizontal { min-width: ${box}px; }
QScrollBar::handle:hover { background: $muted; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
""")

"""Colours, spacing and the stylesheet: tokens for light and for dark, sizes from the system font."""

import functools
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QDir, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QFontMetricsF, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from lamo_desktop.paths import resource
from lamo_desktop.ui.stylesheet import STYLESHEET


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

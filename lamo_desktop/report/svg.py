"""A small plotting helper: figures as SVG text, coloured by the page's CSS classes, without scripts or fonts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape


def ticks(low: float, high: float, about: int = 5) -> list[float]:
    """Round tick positions (1, 2 or 5 times a power of ten apart) within low..high."""
    span = high - low
    if not span > 0:
        return [low]
    raw = span / about
    power = 10.0 ** math.floor(math.log10(raw))
    step = min((m * power for m in (1, 2, 5, 10)), key=lambda s: abs(s - raw))
    first = math.ceil(low / step - 1e-9)
    return [round(i * step, 10) for i in range(first, math.floor(high / step + 1e-9) + 1)]


def number(value: float) -> str:
    """A tick label without needless zeros: 0.2, 10, 1.5."""
    return f"{value:.4f}".rstrip("0").rstrip(".") if value else "0"


@dataclass
class Panel:
    """One pair of axes inside a figure. Coordinates are data values; anything outside the range is cut at the edge.

    x, y, width, height place the plotting area in the figure (px). `log_x` puts x on a logarithmic scale.
    """

    x: float
    y: float
    width: float
    height: float
    x_range: tuple[float, float]
    y_range: tuple[float, float]
    log_x: bool = False
    parts: list[str] = field(default_factory=list)

    def at_x(self, value: float) -> float:
        """Figure x of a data value."""
        low, high = self.x_range
        value = min(max(value, low), high)
        if self.log_x:
            low, high, value = math.log(low), math.log(high), math.log(value)
        return self.x + (value - low) / (high - low) * self.width

    def at_y(self, value: float) -> float:
        """Figure y of a data value."""
        low, high = self.y_range
        return self.y + self.height - (min(max(value, low), high) - low) / (high - low) * self.height

    def axes(
        self,
        x_label: str,
        y_label: str = "",
        x_ticks: Sequence[float] | None = None,
        y_ticks: Sequence[float] | None = None,
        title: str = "",
    ) -> None:
        """Grid, tick labels and axis titles; pass an empty `y_ticks` for a panel with its own row labels."""
        bottom = self.y + self.height
        for t in ticks(*self.x_range) if x_ticks is None else x_ticks:
            at = self.at_x(t)
            self.parts.append(f'<line class="grid" x1="{at:.1f}" x2="{at:.1f}" y1="{self.y:.1f}" y2="{bottom:.1f}"/>')
            self.text(at, bottom + 15, number(t), anchor="middle")
        for t in ticks(*self.y_range) if y_ticks is None else y_ticks:
            at = self.at_y(t)
            right = self.x + self.width
            self.parts.append(f'<line class="grid" x1="{self.x:.1f}" x2="{right:.1f}" y1="{at:.1f}" y2="{at:.1f}"/>')
            self.text(self.x - 6, at + 4, number(t), anchor="end")
        self.parts.append(
            f'<line class="axis" x1="{self.x:.1f}" x2="{self.x + self.width:.1f}" y1="{bottom:.1f}" y2="{bottom:.1f}"/>'
        )
        self.text(self.x + self.width / 2, bottom + 33, x_label, anchor="middle", css="label")
        if y_label:
            middle = self.y + self.height / 2
            turned = f'transform="rotate(-90 {self.x - 46:.1f} {middle:.1f})"'
            self.text(self.x - 46, middle, y_label, anchor="middle", css="label", extra=turned)
        if title:
            self.text(self.x, self.y - 10, title, css="title")

    def text(self, x: float, y: float, text: str, anchor: str = "start", css: str = "tick", extra: str = "") -> None:
        """Text at figure coordinates."""
        self.parts.append(
            f'<text class="{css}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {extra}>{escape(text)}</text>'
        )

    def line(self, xs: Sequence[float], ys: Sequence[float], css: str = "a") -> None:
        """A line through the points, broken where y is undefined."""
        points = [
            f"{self.at_x(x):.1f},{self.at_y(y):.1f}" if math.isfinite(y) else "" for x, y in zip(xs, ys, strict=True)
        ]
        for run in "|".join(points).split("||"):
            kept = [p for p in run.split("|") if p]
            if len(kept) > 1:
                self.parts.append(f'<polyline class="line {css}" points="{" ".join(kept)}"/>')

    def band(self, xs: Sequence[float], lows: Sequence[float], highs: Sequence[float], css: str = "a") -> None:
        """The area between two lines: an interval along x."""
        kept = [(x, a, b) for x, a, b in zip(xs, lows, highs, strict=True) if math.isfinite(a) and math.isfinite(b)]
        if len(kept) > 1:
            up = [f"{self.at_x(x):.1f},{self.at_y(b):.1f}" for x, _, b in kept]
            down = [f"{self.at_x(x):.1f},{self.at_y(a):.1f}" for x, a, _ in reversed(kept)]
            self.parts.append(f'<polygon class="band {css}" points="{" ".join(up + down)}"/>')

    def dot(self, x: float, y: float, css: str = "a", radius: float = 3.6, note: str = "") -> None:
        """A point, with a note a browser shows on hover."""
        if math.isfinite(x) and math.isfinite(y):
            tip = f"<title>{escape(note)}</title>" if note else ""
            self.parts.append(
                f'<circle class="dot {css}" cx="{self.at_x(x):.1f}" cy="{self.at_y(y):.1f}" r="{radius}">{tip}</circle>'
            )

    def segment(self, x1: float, y1: float, x2: float, y2: float, css: str = "a") -> None:
        """A straight line between two data points: an interval or a reference."""
        if all(math.isfinite(v) for v in (x1, y1, x2, y2)):
            self.parts.append(
                f'<line class="{css}" x1="{self.at_x(x1):.1f}" y1="{self.at_y(y1):.1f}" '
                f'x2="{self.at_x(x2):.1f}" y2="{self.at_y(y2):.1f}"/>'
            )

    def bar(self, left: float, right: float, top: float, css: str = "a", note: str = "") -> None:
        """A vertical bar from the lower edge to `top`."""
        x, y = self.at_x(left), self.at_y(top)
        tip = f"<title>{escape(note)}</title>" if note else ""
        self.parts.append(
            f'<rect class="bar {css}" x="{x:.1f}" y="{y:.1f}" width="{max(self.at_x(right) - x, 0.5):.1f}" '
            f'height="{max(self.y + self.height - y, 0):.1f}">{tip}</rect>'
        )


def figure(width: float, height: float, description: str, panels: Sequence[Panel], extra: Sequence[str] = ()) -> str:
    """The SVG element; `description` is what a screen reader says."""
    body = "".join(part for panel in panels for part in panel.parts) + "".join(extra)
    return (
        f'<svg viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{escape(description, quote=True)}" '
        f'style="max-width:{width:.0f}px">{body}</svg>'
    )


def legend(x: float, y: float, entries: Sequence[tuple[str, str]]) -> str:
    """Names side by side, each with a short line, or a swatch for a class that begins with "bar": (css class, name)."""
    out, at = [], x
    for css, name in entries:
        if css.startswith("bar"):
            out.append(f'<rect class="{css}" x="{at + 8:.0f}" y="{y - 9:.0f}" width="12" height="10"/>')
        else:
            out.append(f'<line class="line {css}" x1="{at:.0f}" x2="{at + 22:.0f}" y1="{y - 4:.0f}" y2="{y - 4:.0f}"/>')
        out.append(f'<text class="tick" x="{at + 28:.0f}" y="{y:.0f}">{escape(name)}</text>')
        at += 46 + 6.4 * len(name)
    return "".join(out)

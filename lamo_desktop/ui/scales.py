"""An axis: data values to places in a picture, linear or logarithmic, and its round ticks."""

import math
from dataclasses import dataclass

_LOG_TICKS = (1, 2, 5)


@dataclass(frozen=True)
class Scale:
    """Values from `low` to `high` over places from `start` to `end`; others fall beyond unless cut at the edge."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def at(self, value: float) -> float:
        """The place of a value."""
        low, high = self.low, self.high
        if self.log:
            value, low, high = math.log(value), math.log(low), math.log(high)
        return self.start + (value - low) / (high - low) * (self.end - self.start)

    def cut(self, value: float) -> float:
        """The place of a value, at the edge for one that falls beyond."""
        return self.at(min(max(value, self.low), self.high))

    def value(self, place: float) -> float:
        """The value at a place."""
        share = (place - self.start) / (self.end - self.start)
        share = min(max(share, 0.0), 1.0)
        if self.log:
            return float(self.low * (self.high / self.low) ** share)
        return self.low + share * (self.high - self.low)

    def ticks(self, about: int = 5) -> list[float]:
        """Round values, about so many of them."""
        if self.log:
            powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            found = [m * 10.0**power for power in powers for m in _LOG_TICKS]
            found = [t for t in found if self.low * 0.999 <= t <= self.high * 1.001]
            return found if len(found) <= about + 3 else [t for t in found if f"{t:.0e}"[0] == "1"]
        rough = (self.high - self.low) / about
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough * 0.99)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [round(number * step, 10) for number in range(first, last + 1)]

"""The site's own names file: what a person has confirmed that an order text means, and texts that wait for it."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from lamo_desktop.errors import InputError
from lamo_desktop.formulary.order_text import Mapped, OrderReader
from lamo_desktop.formulary.tables import Ingredient, rows
from lamo_desktop.formulary.text import plain, words

COLUMNS = ("text", "ingredients")
EXCLUDED = "excluded"
FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # also in full width


@dataclass(frozen=True, slots=True)
class SiteName:
    """One row of the file: an order text and its ingredients, `("excluded",)`, or () while nobody has decided.

    `rows`, `suggestion` and `look_alikes` are columns for the person who decides; the program does not read them back.
    """

    text: str
    ingredients: tuple[str, ...] = ()
    rows: int = 0
    suggestion: str = ""
    look_alikes: str = ""


def write_site_names(path: Path, names: Iterable[SiteName]) -> int:
    """Write a names file, to be given as `--names`; one row per distinct text, the first one stands.

    Returns the number of rows. A text that would be a formula in a spreadsheet gets an apostrophe, which reading
    ignores; a text without a word cannot be recognised again and is left out. Raises OSError.
    """
    distinct: dict[tuple[str, ...], SiteName] = {}
    for name in names:
        if read_as := words(plain(name.text)):
            distinct.setdefault(read_as, name)
    with path.open("w", encoding="utf-8-sig", newline="") as file:  # with a mark, or Excel misreads the letters
        # In quotes, or an Excel that takes ";" between cells makes a formula of what follows one.
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        writer.writerow([*COLUMNS, "order rows", "suggestion", "look-alike: check"])
        for name in distinct.values():
            text = " ".join(name.text.split())
            shown = f"'{text}" if text.startswith(FORMULA_STARTS) else text
            writer.writerow([shown, "+".join(name.ingredients), name.rows or "", name.suggestion, name.look_alikes])
    return len(distinct)


def confirmed_names(path: Path) -> list[SiteName]:
    """The rows of a names file that a person has decided, as written."""
    return [SiteName(text, ingredients) for _, text, ingredients in _decided(path)]


def read_site_names(path: Path, shipped: OrderReader, table: Mapping[str, Ingredient]) -> dict[tuple[str, ...], Mapped]:
    """Confirmed texts, as words; ingredient names are taken from the table where it has them under another name."""
    confirmed = {}
    for row, text, written in _decided(path):
        if not words(plain(text)):
            raise InputError(f"{path.name} row {row}: the text is missing or has no word in it.")
        if written == (EXCLUDED,):
            confirmed[words(plain(text))] = Mapped((), "excluded", "excluded by the site")
            continue
        names = [(name,) if name in table else shipped.read(name).ingredients or (name,) for name in written]
        confirmed[words(plain(text))] = shipped.judged(tuple(dict.fromkeys(n for group in names for n in group)))
    return confirmed


def _decided(path: Path) -> list[tuple[int, str, tuple[str, ...]]]:
    """Row number, text and ingredients of each row whose ingredients are filled in."""
    found = []
    for row, (text, joined) in rows(path, COLUMNS):
        written = tuple(name.strip().lower() for name in joined.split("+") if name.strip())
        if written:
            found.append((row, text, written))
    return found

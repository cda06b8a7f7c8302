"""Ages, sexes, dates and lists as hospitals write them; ValueError says what was expected."""

import ast
import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from lamo_desktop.admissions.cohort import Sex

DateOrder = Literal["ask", "dmy", "mdy"]

OLDEST_SHOWN = 90  # ages above 89 are given as 90
OLDEST = 120


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


EXCEL_ERRORS = _words("#REF! #N/A #VALUE! #NAME? #DIV/0! #NULL! #NUM! #SPILL! #CALC! #GETTING_DATA")
UNKNOWN = _words("- -- --- . ? n/a na nan none null nil unknown unk u missing unbekannt k.a. 未知 不详 无") | {
    "",
    *(text.casefold() for text in EXCEL_ERRORS),
    "not known",
    "not recorded",
    "nicht bekannt",
}
_FEMALE = _words(
    "f female fem w weiblich frau woman femme femenino feminino féminin feminin mujer "
    "女 女性 女子 여 여성 여자 k kobieta kvinna žena zena ж жен женский kadın kadin"
)
_MALE = _words(
    "m male man männlich maennlich mann herr masculin masculino homme hombre h varón varon v "
    "男 男性 男子 남 남성 남자 mężczyzna mezczyzna muž muz м муж мужской erkek"
)
_NEITHER = _words("o other x d divers diverse indeterminate ambiguous nonbinary non-binary i 其他")

_AGE = re.compile(
    r"(?P<over>[>≥]=?|over|above|über|ueber|más de|plus de)?\s*(?P<number>-?\d+(?:[.,]\d+)?)\s*(?P<plus>\+)?[\s-]*"
    r"(?P<unit>[^\W\d_][^\s\d,-]*)?(?:[\s-]*old|[\s-]+of age)?"
    r"(?:[\s,]*(?:(?:and|und|et|y)\s+)?\d+\s*(?P<rest>[^\W\d_]+)\.?)?"
)
_YEARS = _words(
    "y yr yrs year years yo a j jr jaar jahr jahre jahren jahrig jahrige jahriger an ans annee annees ano anos "
    "anni lat 岁 周岁 歲 周歲 歳 才 세 살"
)
_YEAR_PARTS = {
    12.0: _words(
        "m mo mon mos month months mth mths monat monate monaten mois mes meses 月 个月 月龄 個月 箇月 か月 ヶ月 개월"
    ),
    52.18: _words("w wk wks week weeks woche wochen semaine semaines sem semana semanas sm 周 週"),
    365.25: _words("d day days tag tage tagen jour jours dia dias 天 日"),
    8766.0: _words("h hr hrs hour hours std stunde stunden heure heures hora horas 小时 小時"),
}
MONTHS_BY_LETTER = 36  # "84 M" is a man of 84 as likely as an age in months
NO_AGE = "expected an age in years such as 67, 67y or >89"


def is_unknown(text: str) -> bool:
    """Whether a cell only says that nothing is known: empty, "n/a", "-", "unknown" and the like."""
    return text.strip().casefold() in UNKNOWN


def identifier(text: str) -> str:
    """An identifier as text, without the ".0" of a number that passed through a spreadsheet."""
    return re.sub(r"^(\d+)\.0+$", r"\1", text.strip())


def parse_age(text: str) -> int | None:
    """Age in whole years; above 89 becomes 90; None when the cell says that it is not known."""
    if is_unknown(text):
        return None
    match = _AGE.fullmatch(text.strip().casefold())
    if match is None:
        raise ValueError(NO_AGE)
    number = float(match["number"].replace(",", "."))
    unit, rest = _unaccented(match["unit"] or ""), _unaccented(match["rest"] or "")
    parts = next((parts for parts, words in _YEAR_PARTS.items() if unit in words), 1.0)
    if parts == 1.0 and unit and unit not in _YEARS:
        raise ValueError(NO_AGE)
    if rest and not any(rest in words for words in _YEAR_PARTS.values()):
        raise ValueError(NO_AGE)
    if unit == "m" and number > MONTHS_BY_LETTER and not match["number"].startswith("0"):
        raise ValueError(NO_AGE)
    if number < 0:
        raise ValueError(f"negative age; expected 0 to {OLDEST}")
    if number / parts >= OLDEST + 1:
        raise ValueError(f"expected an age from 0 to {OLDEST}")
    years = int(number / parts)
    if match["over"] or match["plus"]:
        if years < OLDEST_SHOWN - 1:  # ">65" is a band, not an age
            raise ValueError("expected one age in years, not a range")
        return OLDEST_SHOWN
    return min(years, OLDEST_SHOWN)


def _unaccented(word: str) -> str:
    """Letters alone, without accents: "años" and "y/o" as "anos" and "yo"."""
    letters = "".join(c for c in unicodedata.normalize("NFKD", word) if c.isalpha())
    return unicodedata.normalize("NFC", letters)  # Korean syllables are taken apart above


def says_years(text: str) -> bool:
    """Whether an age is written with its unit, years: "67 J.", "67岁"."""
    match = _AGE.fullmatch(text.strip().casefold())
    return match is not None and _unaccented(match["unit"] or "") in _YEARS


def parse_sex(text: str) -> Sex | None:
    """Female or male from F, Female, w, weiblich, 女, ...; None for unknown or other."""
    word = text.strip().casefold().rstrip(".")
    if word in _FEMALE:
        return "female"
    if word in _MALE:
        return "male"
    if is_unknown(word) or word in _NEITHER:
        return None
    raise ValueError("expected F, M, Female or Male")


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar janvier enero jän jänner",
            "feb february februar février febrero",
            "mar march mär märz mrz mars marzo",
            "apr april avril abril",
            "may mai mayo",
            "jun june juni juin junio",
            "jul july juli juillet julio",
            "aug august août agosto",
            "sep sept september septembre septiembre",
            "oct okt october oktober octobre octubre",
            "nov november novembre noviembre",
            "dec dez december dezember décembre diciembre",
        ),
        start=1,
    )
    for name in names.split()
}
_TIME = (
    r"(?:[T\s,:]+(?P<h>\d{1,2}):(?P<min>\d{2})(?::(?P<s>\d{2})(?:[.,]\d+)?)?\s*(?P<half>[ap]\.?m\.?)?"
    r"\s*(?:uhr|z|utc|[+-]\d\d:?\d\d)?)?"
)
_DATES = tuple(
    re.compile(pattern + _TIME, re.IGNORECASE)
    for pattern in (
        r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})",
        r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
        r"(?P<y>(?:19|20)\d{2})(?P<m>\d{2})(?P<d>\d{2})[ T]?(?P<ch>\d{2})(?P<cm>\d{2})(?P<cs>\d{2})?",
        r"(?P<y>\d{4})\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日",
        r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4}|\d{2})",  # dots: day first
        r"(?P<d>\d{1,2})[\s./-]*(?P<name>[^\W\d_]{3,10})[\s.,/-]*(?P<y>\d{4}|\d{2})",
        r"(?P<name>[^\W\d_]{3,10})\.?\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y>\d{4})",
        r"(?P<first>\d{1,2})[/-](?P<second>\d{1,2})[/-](?P<y>\d{4}|\d{2})",
    )
)


_COMPACT_TIME = {"h": "ch", "min": "cm", "s": "cs"}  # of 202404031530
_COMPACT_MOMENT = re.compile(r"(?:19|20)\d{6}[ T]?\d{4}(?:\d{2})?")
_DAY_NUMBER = re.compile(r"[1-6]\d{4}(?:[.,]\d+)?")
_DAY_ZERO = datetime(1899, 12, 30)


class AmbiguousDateError(ValueError):
    """A date such as 03/04/2024 that is 3 April or March 4, depending on the country."""


def parse_date(text: str, order: DateOrder = "ask") -> datetime | None:
    """A date with its time if it has one; None when unknown. AmbiguousDateError where `order` must be asked."""
    text = " ".join(text.split())
    if is_unknown(text):
        return None
    if is_day_number(text):
        return _of_day_number(text)
    match = next((m for m in (pattern.fullmatch(text) for pattern in _DATES) if m), None)
    if match is None:
        raise ValueError("expected a date such as 2024-04-03")
    part = match.groupdict()
    part |= {name: part[compact] for name, compact in _COMPACT_TIME.items() if part.get(compact)}
    year = int(part["y"]) + (0 if len(part["y"]) == 4 else 2000 if int(part["y"]) < 70 else 1900)
    if part.get("first"):
        month, day = _month_and_day(int(part["first"]), int(part["second"]), order)
    else:
        day = int(part["d"])
        month = int(part["m"]) if part.get("m") else _MONTHS.get(str(part["name"]).casefold(), 0)
    hour = int(part["h"] or 0)
    if part["half"]:
        hour = hour % 12 + (12 if part["half"].lower().startswith("p") else 0)
    try:
        return datetime(year, month, day, hour, int(part["min"] or 0), int(part["s"] or 0))
    except ValueError:
        raise ValueError("not a day of the calendar; expected a date such as 2024-04-03") from None


def parse_year(text: str) -> int | None:
    """A year that stands alone, as of a birth; None for anything else."""
    match = re.fullmatch(r"((?:19|20)\d\d)(?:\.0+)?", text.strip())
    return int(match[1]) if match else None


def has_time(text: str) -> bool:
    """Whether a date is written with a time of day."""
    text = text.strip()
    if is_day_number(text):
        return bool(re.search(r"[.,]\d*[1-9]", text))
    return bool(re.search(r"\d:\d\d", text) or _COMPACT_MOMENT.fullmatch(text))


def is_day_number(text: str) -> bool:
    """Whether a cell is a date as Excel counts its days (45000.5 is noon of 15 March 2023): from 1927 to 2091."""
    return bool(_DAY_NUMBER.fullmatch(text))


def _of_day_number(text: str) -> datetime:
    moment = _DAY_ZERO + timedelta(days=float(text.replace(",", ".")))
    return (moment + timedelta(seconds=30)).replace(second=0, microsecond=0)


PROOFS, PROVEN_SHARE = 3, 0.1  # dates whose day is above 12, at least, to decide the order of a column


def decided_order(cells: Sequence[str], order: DateOrder) -> tuple[DateOrder, str]:
    """The order of day and month in a column of dates such as 03/04/2024, and the sentence that says what decided it.

    An order that is given stands. Else the dates whose day is above 12 decide, where there are enough and none
    contradicts another; the sentence is empty where there was nothing to decide.
    """
    if order != "ask":
        return order, ""
    pairs = [(int(m["first"]), int(m["second"])) for m in map(_DATES[-1].fullmatch, (c.strip() for c in cells)) if m]
    day_first, month_first = sum(first > 12 for first, _ in pairs), sum(second > 12 for _, second in pairs)
    proofs = max(day_first, month_first)
    open_ones = any(first <= 12 and second <= 12 and first != second for first, second in pairs)
    if not open_ones or (day_first and month_first) or proofs < max(PROOFS, PROVEN_SHARE * len(pairs)):
        return order, ""
    shown = "day before month" if day_first else "month before day"
    said = f"dates are read with the {shown}: {proofs:,} of {len(pairs):,} prove it and none contradicts"
    return ("dmy" if day_first else "mdy"), said


def _month_and_day(first: int, second: int, order: DateOrder) -> tuple[int, int]:
    if first > 12 or order == "dmy":
        return second, first
    if second > 12 or order == "mdy" or first == second:
        return first, second
    raise AmbiguousDateError("day and month cannot be told apart; set date_order to dmy or mdy in the profile")


_NUMBERING = re.compile(r"^\s*(?:[-*•·–—▪●○]+\s*|\(?\d{1,3}[.)、]\s*(?!\d))+")
_CODE = re.compile(r"[A-Z]\d[\dA-Z](?:\.?[\dA-Z]{1,4})?|\d{3}(?:\.\d{1,2})?|[EV]\d{2,3}(?:\.\d{1,2})?")
_BREAKS = re.compile(r"[\n;|；、]|\s\|\s|<br\s*/?>")


def split_list(text: str) -> list[str]:
    """Entries of a list in one cell, in order, without numbering and repeats.

    Separators: line break, semicolon, vertical bar, their Chinese forms, or a Python/JSON list. A comma separates only
    where every piece is a diagnosis code: "Pneumonia, unspecified organism" is one entry.
    """
    pieces = _literal_list(text) or _BREAKS.split(text)
    if len(pieces) == 1 and "," in text:
        codes = [piece.strip() for piece in text.split(",")]
        if all(_CODE.fullmatch(code) for code in codes if code):
            pieces = codes
    entries = (_NUMBERING.sub("", unicodedata.normalize("NFKC", piece)).strip(" \t,;.'\"") for piece in pieces)
    return list(dict.fromkeys(" ".join(entry.split()) for entry in entries if not is_unknown(entry)))


def _literal_list(text: str) -> list[str]:
    text = text.strip()
    if not (text.startswith("[") and text.endswith("]")) or len(text) > 100_000:
        return []
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return [piece.strip(" '\"") for piece in text[1:-1].split(",")]
    return [str(entry) for entry in value if entry is not None]

"""Ages, sexes, dates and lists as hospitals write them."""

from datetime import datetime

import pytest

from lamo_desktop.admissions.sex_column import SexColumn
from lamo_desktop.admissions.values import AmbiguousDateError, has_time, parse_age, parse_date, parse_sex, split_list


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("67", 67),
        ("67.0", 67),
        ("67,5", 67),
        ("67y", 67),
        ("67 yrs", 67),
        ("67 years old", 67),
        ("67-year-old", 67),
        ("67岁", 67),
        ("67 Jahre", 67),
        ("067Y", 67),
        ("67y 3m", 67),
        (">89", 90),
        ("> 89", 90),
        ("≥90", 90),
        ("90+", 90),
        ("103", 90),
        ("6 months", 0),
        ("18 Monate", 1),
        ("3 days", 0),
        ("", None),
        ("unknown", None),
        ("N/A", None),
    ],
)
def test_age(text: str, age: int | None) -> None:
    assert parse_age(text) == age


@pytest.mark.parametrize("text", ["-3", "300", "old", "45-50", ">65", "67 apples", "1e5", "2024-01-01"])
def test_what_is_no_age_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_age(text)


def test_sex() -> None:
    assert [parse_sex(t) for t in ("F", "female", "w", "Frau", "女", "M", "Male", "männlich", "男性")] == [
        "female"
    ] * 5 + ["male"] * 4
    assert [parse_sex(t) for t in ("", "U", "unknown", "other", "d")] == [None] * 5
    for text in ("1", "2", "yes"):
        with pytest.raises(ValueError, match="expected F, M"):
            parse_sex(text)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2024-04-03", datetime(2024, 4, 3)),
        ("2024-04-03 13:05:09", datetime(2024, 4, 3, 13, 5, 9)),
        ("2024-04-03T13:05:09.123Z", datetime(2024, 4, 3, 13, 5, 9)),
        ("2024/4/3", datetime(2024, 4, 3)),
        ("20240403", datetime(2024, 4, 3)),
        ("2024年4月3日", datetime(2024, 4, 3)),
        ("03.04.2024", datetime(2024, 4, 3)),
        ("3.4.24", datetime(2024, 4, 3)),
        ("03-Apr-2024", datetime(2024, 4, 3)),
        ("3 März 2024", datetime(2024, 3, 3)),
        ("Apr 3, 2024", datetime(2024, 4, 3)),
        ("April 3rd, 2024 1:05 PM", datetime(2024, 4, 3, 13, 5)),
        ("25/04/2024", datetime(2024, 4, 25)),
        ("04/25/2024", datetime(2024, 4, 25)),
        ("04/04/2024", datetime(2024, 4, 4)),
        ("12/31/69", datetime(2069, 12, 31)),
        ("12/31/70", datetime(1970, 12, 31)),
        ("42005", datetime(2015, 1, 1)),
        ("42005.35417", datetime(2015, 1, 1, 8, 30)),
        ("42005,35417", datetime(2015, 1, 1, 8, 30)),
        ("202404031530", datetime(2024, 4, 3, 15, 30)),
        ("20240403153009", datetime(2024, 4, 3, 15, 30, 9)),
        ("", None),
        ("unknown", None),
    ],
)
def test_date(text: str, date: datetime | None) -> None:
    assert parse_date(text) == date


def test_which_dates_have_a_time_of_day() -> None:
    assert all(map(has_time, ("2024-04-03 13:05", "42005.35417", "202404031530")))
    assert not any(map(has_time, ("2024-04-03", "42005", "42005.0", "20240403")))


@pytest.mark.parametrize(
    ("header", "cells", "sexes"),
    [
        ("Sexo", ["H", "M", "M"], ["male", "female", "female"]),
        ("Sexo", ["V", "M", "v"], ["male", "female", "male"]),
        ("Sexo", ["varón", "mujer", ""], ["male", "female", None]),
        ("Sexe", ["F", "H"], ["female", "male"]),
        ("Geschlecht", ["w", "m", "d"], ["female", "male", None]),
        ("Sex", ["M", "F", "U"], ["male", "female", None]),
        ("Sex", ["M", "M"], ["male", "male"]),
        ("Sexo (H/M)", ["M", "M"], ["female", "female"]),
        ("Sex (1 = male, 2 = female)", ["1", "2.0"], ["male", "female"]),
    ],
)
def test_the_values_of_a_column_tell_its_sexes(header: str, cells: list[str], sexes: list[str | None]) -> None:
    column = SexColumn(header, cells, {})
    assert [column.read(cell) for cell in cells] == sexes
    assert not column.question


@pytest.mark.parametrize(
    ("header", "cells", "named"),
    [("Sex", ["1", "2", "1"], "'1' and '2'"), ("GENDER_CD", ["0", "1"], "'0' and '1'"), ("Sexo", ["M", "M"], "'M'")],
)
def test_sexes_that_nothing_tells_are_asked_and_not_guessed(header: str, cells: list[str], named: str) -> None:
    column = SexColumn(header, cells, {})
    assert [column.read(cell) for cell in cells] == [None] * len(cells)
    assert f"the values {named} do not tell women from men" in column.question
    told = SexColumn(header, cells, {cells[0]: "female"})
    assert told.read(cells[0]) == "female"


def test_day_and_month_are_asked_not_guessed() -> None:
    with pytest.raises(AmbiguousDateError, match="date_order"):
        parse_date("03/04/2024")
    assert parse_date("03/04/2024", "dmy") == datetime(2024, 4, 3)
    assert parse_date("03/04/2024", "mdy") == datetime(2024, 3, 4)


@pytest.mark.parametrize(
    "text", ["2024-02-30", "145000", "32.01.2024", "yesterday", "2024-13-01", "25:00", "2024-04-03 25:61"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_date(text)


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("a; b;a", ["a", "b"]),
        ("1. a\n2) b\n- c\n• d", ["a", "b", "c", "d"]),
        ("高血压；糖尿病、痛风", ["高血压", "糖尿病", "痛风"]),
        ("['a', 'b, c']", ["a", "b, c"]),
        ('["a", "b"]', ["a", "b"]),
        ("[a, b]", ["a", "b"]),
        ("Pneumonia, unspecified organism", ["Pneumonia, unspecified organism"]),
        ("I10, E11.9,J18.9", ["I10", "E11.9", "J18.9"]),
        ("401.9, 250.00", ["401.9", "250.00"]),
        ("n/a; unknown", []),
        ("", []),
    ],
)
def test_list(text: str, entries: list[str]) -> None:
    assert split_list(text) == entries


@pytest.mark.parametrize("text", ["67岁", "67歲", "67歳", "67 周歲", "67세", "67 lat", "67 J."])
def test_years_are_read_in_any_of_the_scripts(text: str) -> None:
    assert parse_age(text) == 67


@pytest.mark.parametrize(
    ("text", "sex"),
    [("K", "female"), ("Ж", "female"), ("여", "female"), ("남성", "male"), ("муж", "male"), ("男性", "male")],
)
def test_sexes_are_read_in_any_of_the_scripts(text: str, sex: str) -> None:
    assert parse_sex(text) == sex


def test_dates_of_sas_are_read() -> None:
    assert parse_date("29DEC2019:14:05:00") == datetime(2019, 12, 29, 14, 5)
    assert has_time("29DEC2019:14:05:00")

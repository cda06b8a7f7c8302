"""Ages, sexes, dates and lists as hospitals write them."""

from datetime import datetime

import pytest

from lamo_desktop.admissions.values import AmbiguousDateError, parse_age, parse_date, parse_sex, split_list


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
        ("", None),
        ("unknown", None),
    ],
)
def test_date(text: str, date: datetime | None) -> None:
    assert parse_date(text) == date


def test_day_and_month_are_asked_not_guessed() -> None:
    with pytest.raises(AmbiguousDateError, match="date_order"):
        parse_date("03/04/2024")
    assert parse_date("03/04/2024", "dmy") == datetime(2024, 4, 3)
    assert parse_date("03/04/2024", "mdy") == datetime(2024, 3, 4)


@pytest.mark.parametrize(
    "text", ["2024-02-30", "45000", "32.01.2024", "yesterday", "2024-13-01", "25:00", "2024-04-03 25:61"]
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

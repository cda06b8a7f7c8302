"""Words that come from rooms without Qt (tables, findings, stages, errors) in the language of the window.

`said` looks a text up as it is, then among the sentences with something in them. What is not listed stays as it is:
names of drugs, wards and columns of the site are nobody's to translate.
"""

import re
from dataclasses import replace
from functools import cache

from PySide6.QtCore import QCoreApplication

from lamo_desktop.recommend.safety import Flag, flag_text
from lamo_desktop.ui.kit.finding_words import FINDING_SENTENCES, FINDING_WORDS
from lamo_desktop.ui.kit.room_sentences import SENTENCES
from lamo_desktop.ui.kit.room_words import WORDS

CONTEXT = "rooms"
_NUMBER = r"[-+−\d.,:]+ ?%?"


def said(text: str) -> str:
    """The text in the language of the window."""
    if QCoreApplication.translate(CONTEXT, "metric") == "metric":
        return text  # the window is in English, as the rooms are
    if text in WORDS or text in FINDING_WORDS:
        return QCoreApplication.translate(CONTEXT, text)
    for template in map(str, (*SENTENCES, *FINDING_SENTENCES)):
        found = _pattern(template).fullmatch(text)
        if found is not None:
            parts = {name: said(value) for name, value in found.groupdict().items()}
            return QCoreApplication.translate(CONTEXT, template).format(**parts)
    return text


def flag_words(flag: Flag) -> str:
    """One flag as a sentence; a reason and source of the tables stay in their language."""
    return flag_text(replace(flag, text=said(flag.text)), said(flag.severity or ""), said(flag.kind))


def without_key(text: str) -> str:
    """A control's text as a title: without its letter for Alt, which Chinese has in brackets, nor dots or colon."""
    return re.sub(r"\(&\w\)", "", text).replace("&", "").rstrip("…:：")


@cache
def _pattern(template: str) -> "re.Pattern[str]":
    """A sentence with {names} as a pattern for what stands there: a number for n and a digit, else anything."""
    pieces = re.split(r"\{(\w+)\}", template)
    return re.compile("".join(_group(piece) if i % 2 else re.escape(piece) for i, piece in enumerate(pieces)))


def _group(name: str) -> str:
    return f"(?P<{name}>{_NUMBER if re.fullmatch('n[0-9]', name) else '.+?'})"

"""What an allergy entry is about: negations taken out, what is left as separate statements."""

import re

from lamo_desktop.formulary.text import LONGEST_TEXT, plain

_STATEMENT_END = re.compile(r"[,;.\n\r\t|]|\bbut\b|\bexcept\b|\bother than\b|\bhowever\b|\bapart from\b")
_NEGATES_WHAT_FOLLOWS = re.compile(
    r"\b(?:nkda|nka|nkma|nkfa|none|denies|denied|negative|unknown allergies|tolerates|tolerated|tolerating|without"
    r"|no|not (?:an? )?(?:true )?allerg\w*|isnt allergic|never had)\b"
)
_NEGATES_ALL = re.compile(r"\b(?:ruled out|refuted|disproved|disproven|delabell?ed|not (?:an? )?(?:true )?allergy)\b")


def statements(allergy: str) -> tuple[str, ...]:
    """The parts of an allergy entry that assert an allergy, read by `plain`; none for "NKDA" or "denies penicillin".

    A negation holds from its word to the end of its statement (comma, semicolon, full stop, "but", "except"), so
    "no known allergies except penicillin" keeps penicillin, and so does "penicillin: no reaction recorded".
    """
    asserted = []
    for statement in _STATEMENT_END.split(plain(allergy[:LONGEST_TEXT])):
        kept = "" if _NEGATES_ALL.search(statement) else _NEGATES_WHAT_FOLLOWS.split(statement, maxsplit=1)[0]
        if kept.strip():
            asserted.append(kept.strip())
    return tuple(asserted)

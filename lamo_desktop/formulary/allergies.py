"""What an allergy entry is about: negations taken out, what is left as separate statements."""

import re

from lamo_desktop.formulary.text import LONGEST_TEXT, plain

_STATEMENT_END = re.compile(r"[,;.\n\r\t|]|\bbut\b|\bexcept\b|\bother than\b|\bhowever\b|\bapart from\b")
_NEGATES_WHAT_FOLLOWS = re.compile(
    r"\b(?:nkda|nka|nkma|nkfa|none|denies|denied|negative|unknown allergies|tolerates|tolerated|tolerating|without"
    r"|no|not (?:an? )?(?:true )?allerg\w*|isnt allergic|never had)\b"
)
_NEGATES_ALL = re.compile(r"\b(?:ruled out|refuted|disproved|disproven|delabell?ed|not (?:an? )?(?:true )?allergy)\b")
_SIDE_EFFECT = re.compile(
    r"\b(?:nausea\w*|vomit\w*|emesis|n ?/ ?v|(?:upset|sick) stomach"
    r"|(?:stomach|gi|gastric) (?:upset|intolerance|distress)"
    r"|abdominal pain|diarrhea|constipat\w*|headaches?|dizz\w*|drows\w*|sleep\w*|fatigue|cough\w*|myalgias?"
    r"|(?:muscle|leg) (?:pains?|aches?|cramps?)|cramps|insomnia|intoleran\w*|side[ -]effects?|adverse effects?|red man"
    r"|confus\w*|hallucinat\w*|sweat\w*|palpitations|jitter\w*|nightmares)\b"
)
_ALLERGIC = re.compile(
    r"\b(?:anaphyl\w*|hives?|urticaria|rash\w*|itch\w*|prurit\w*|swell\w*|swollen|angioedema|edema|wheez\w*"
    r"|bronchospasm|throat|breath\w*|sob|dyspnea|stevens|sjs|dress|necrolysis|blister\w*|peel\w*|shock|hypotension"
    r"|thrombocytopenia|low platelets|hypersensitiv\w*|allergic|allergy|seizures?|arrest|liver|renal|kidney)\b"
)


def is_intolerance(statement: str) -> bool:
    """Whether a statement, read by `plain`, speaks of a side effect (nausea, cough) and of nothing like an allergy."""
    return _SIDE_EFFECT.search(statement) is not None and _ALLERGIC.search(statement) is None


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

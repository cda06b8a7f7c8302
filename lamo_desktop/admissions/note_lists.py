"""Allergies and medications from a section of a note, or from a cell: prose and lists to single entries."""

import re
from collections.abc import Iterator

NAME_LENGTH = 60  # a longer piece is a sentence, not an allergen

_NUMBERED = re.compile(r"(?:(?<=^)|(?<=[\s.;,]))\(?\d{1,2}[.)、]\s*(?=[^\W\d_])", re.MULTILINE)
_WIDE = str.maketrans("（）［］【】：", "()[][]:")  # as Chinese texts write them
_SYMPTOM = (
    r"(?:rash(?:es)?|hives|urticaria|nausea|vomiting|swell\w*|itch\w*|pruritus|anaphyla\w+|angioedema|dyspnea|cough\w*"
    r"|shortness of breath|difficulty breathing|upset|diarrhea|headaches?|dizziness|hallucinations?|confusion"
    r"|disorientation|reactions?|bronchospasm|tachycardi\w*|palpitations|hypotension|syncope|stuffiness|blisters"
    r"|cramps?|weakness|fever|flushing|redness|constipation|insomnia"
    r"|übelkeit|erbrechen|durchfall|ausschlag|hautausschlag|exanthem|juckreiz|schwellung|atemnot|nesselsucht|urtikaria"
    r"|naus[ée]es?|vomissements?|éruption|eruption|urticaire|œdème|démangeaisons?|prurit\b"
    r"|n[áa]useas?|v[óo]mitos?|erupci[óo]n|prurito|hinchaz[óo]n|exantema|disnea"
    r"|恶心|呕吐|皮疹|荨麻疹|瘙痒|休克|水肿|呼吸困难|腹泻|头晕|头痛)"
)
_NO_ALLERGY = re.compile(
    r"\bn\.?k\.?d?\.?a\b|\bnkma\b"
    r"|\b(?:no|not|denies|denied|without|negative for|none)\b[^.;,\n]*?"
    r"(?:allerg|reaction|sensitivit|intoleranc|known|any)"
    r"|\b(?:no|denies|denied|negative for)\b[^.;\n]*\bor\b[^.;,\n]*\ballerg"  # "denies shrimp, seafood or dye allergy"
    r"|\b(?:has|have) (?:no|not had any)\b"
    r"|\b(?:can|may) (?:get|take|tolerate|have(?! \w+ed\b| had\b| given\b))\b|\btolerate[sd]\b"
    r"|^\W*(?:denie[sd]|refer|see|none|nil|no|negative|unknown|unremarkable|n/a)\b\W*(?:\w+\W*){0,2}$"
    r"|^\W*(?:none|denie[sd]|keine?r?|aucune?|néant|neant|ninguna?|niega|sin alergias?|pas d.allergie)\b|"
    r"\b(?:are|is) none\b|^\W*(?:无|否认|未发现)",
    re.IGNORECASE,
)
_EXCEPT = re.compile(
    r"\b(?:except(?:ing| for)?|other than|besides|apart from|außer|ausser|sauf|excepto|salvo)\b", re.IGNORECASE
)
_BUT = re.compile(r",?\s*\b(?:but|however)\b,?", re.IGNORECASE)
_ABOUT_ALLERGY = re.compile(
    r"allerg|react|intoleran|sensitiv|anaphyl|\bcaus|\bresult|tolerate|\bcannot|can ?not|can't|unable to take|\bgets?\b"
    r"|\bgives?\b|\bgave\b|\bmakes?\b|\bmade\b|develop|break|broke|avoid|think|state|report|includ|\blist|\bsays?\b"
    rf"|{_SYMPTOM}",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(  # says where to look, or is about something else
    r"\b(?:(?:as|see|mentioned|noted|discussed|listed|documented|stated) (?:above|below|elsewhere|previously)"
    r"|(?:refer|according|per|see)\b[^,;]*\b(?:chart|record|list|h ?& ?p|note)"
    r"|unable to (?:evaluate|obtain|assess|give)"
    r"|not (?:obtainable|applicable|available)|family history|social history|review of systems)\b|^\W*when\b",
    re.IGNORECASE,
)
_SOMEONE = re.compile(
    r"^\W*(?:(?:of note|also|in addition|currently)\W+)?(?:i|we|they|she|he|(?:the )?patient|history of)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^[^:]*(?:intoleran|allerg|antibiotic|analgesic|medication|\bdrug|\bfood|environment|\bother|\bcontact)[^:]*:",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^.*?\b(?:allergic(?: only| also)?(?: to)?\b|(?:allerg(?:y|ies)|sensitiv(?:e|ity|ities)|intoleran(?:t|ce|ces)"
    r"|react(?:s|ed|ions?)?|anaphylaxis)\s+(?:only )?(?:to|of|includ\w+|are|is)\b)[\s:]*"
    r"|^.*\b(?:cannot|can not|can't|unable to|must not|should not|avoids?) (?:take|tolerate|have|use)?\b[\s:]*"
    r"|^.*\b(?:gets?|becomes?|breaks? out)\b[^,]*?\b(?:with|from|after)\b[\s:]*"
    r"|^(?:includ\w+|are|is|to|also|the|and|or|an?|(?:patient|he|she|it)\b(?: \w+)?(?: \w+)? that|he|she|patient"
    r"|possibl[ey]|probabl[ey]|perhaps|maybe|some|certain|various|other|any"
    r"|(?:states|thinks|reports|notes|says|said)(?: that| to)?|questionable|multiple|only|there"
    r"|medications? are(?: listed as)?)\b[\s:]*",
    re.IGNORECASE | re.DOTALL,
)
_TELLS_REACTION = re.compile(rf"{_SYMPTOM}|\b(?:throat|tongue|lips?|face|airway|breath\w*|shock)\b", re.IGNORECASE)
_REACTION = re.compile(
    r"\s*(?:[(\[].*|\s[-–—=>→]+\s.*|:.*"
    rf"|\bwith\b(?!\s+(?!{_SYMPTOM})[\w-]+\s*$).*"  # "Tylenol with codeine" is one drug, "with cough" a reaction
    r"|\b(?:which|that|who|where|when|because|from|due to|causes?|causing|caused|gives?|giving|gets?|makes?|has"
    r"|had|produce[sd]?|producing|result\w*|develop\w*|lead(?:s|ing)?|reactions?|allerg(?:y|ies|ic)"
    r"|may|might|could|seems?|appears?)\b.*)$",
    re.IGNORECASE | re.DOTALL,
)
_ONLY_REACTION = re.compile(
    r"(?:(?:an?|severe|mild|skin|and|of|the|his|her|in|some|facial|lip|tongue|throat|stomach|gi|nasal|possible|unknown"
    rf"|at|this|time)\s*)*(?:{_SYMPTOM}|unknown|medications?|drugs?|history"
    r"|(?:he|she|it|i|they|we|does|did|can|denies|listed|seems?)\b.*)?\W*",
    re.IGNORECASE,
)


def parse_allergies(text: str) -> dict[str, str]:
    """Allergens named in an allergy section or cell, in order, each with its reaction as written, "" where none is.

    Nothing for NKDA, "none", "denies" and the like. "Penicillin (rash), codeine causes nausea" gives penicillin with
    "(rash" and codeine with "causes nausea". "No known allergies except latex" gives latex. Sentences about something
    else ("See chart", "She does not smoke") give nothing. What stands between an allergen and the next one counts as
    the reaction to the first, so that no part of a reaction is lost.
    """
    found: dict[str, list[str]] = {}
    reaction: list[str] = []
    text = text.translate(_WIDE)
    for sentence in re.split(r"[\n;；。]|\.(?=\s|$)|\s\|\s", _NUMBERED.sub("\n", text)):
        about = _ABOUT_ALLERGY.search(sentence) is not None
        if _ELSEWHERE.search(sentence) or (_SOMEONE.search(sentence) and not about):
            continue
        for clause in _BUT.split(_LABEL.sub("", sentence)):
            for name, told, goes_on in _allergens(clause):
                own = found.setdefault(name, []) if name else reaction
                reaction = reaction if goes_on else own
                reaction.append(told)
    return {name: " ".join(" ".join(told).split()) for name, told in found.items()}


def _allergens(clause: str) -> Iterator[tuple[str, str, bool]]:
    """Each allergen ("" where a piece names none), what is told, and whether that goes on about the allergen before."""
    depth = 0
    if denied := _NO_ALLERGY.search(clause):
        before, exception = clause[: denied.start()].rstrip(), _EXCEPT.search(clause)
        if exception:
            clause = clause[exception.end() :]
        elif before.endswith((",", "-", "–", "(")):  # "penicillin, no other known allergies"
            clause = before.rstrip(",-–( ")
        else:
            return
    for piece in re.split(r"[,、，/]|\s+(?:and|or|as well as)\s+|\s+&\s+", clause, flags=re.IGNORECASE):
        within, depth = depth > 0, max(0, depth + piece.count("(") - piece.count(")"))
        name, longer = piece.strip(" \t-*•"), None
        while longer != name:
            longer, name = name, _LEAD.sub("", name).strip()
        told = _REACTION.search(name)
        name = " ".join(_REACTION.sub("", name).strip(" .:-–*'\"()\t").split())
        if name and len(name) <= NAME_LENGTH and not _ONLY_REACTION.fullmatch(name):
            goes_on = within or _TELLS_REACTION.search(name) is not None  # "nausea and throat closing"
            yield name, piece if goes_on else told.group() if told else "", goes_on
        else:
            yield "", piece, True


_NO_MEDICATION = re.compile(
    r"^\W*(?:none|nil|no|n/a|negative|unknown|not (?:known|available|recorded)|无|keine)\W*$|^none\b"
    r"|\b(?:no|not (?:on|taking)(?: any)?|denies(?: any)?|takes no|none)\b(?: \w+){0,3} "
    r"(?:medications?|meds|medicines|drugs)",
    re.IGNORECASE,
)
_TAKING = re.compile(
    r"^(?:(?:the |this )?(?:patient|pt|he|she|mr|ms|mrs)\b\.?[^,:;]{0,40}?"
    r"\b(?:takes?|taking|on|includes?|uses?|using|with)\b"
    r"|(?:current(?:ly)?|her|his|the|home|present)?\s*(?:medications?|meds)?\s*(?:list )?"
    r"(?:includes?|are|is|currently|consists? of|as follows|taking)\b|and\b|also\b|plus\b)[\s:,]*",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[a-z\d)])[.]\s+(?=[A-Z])|(?<=[.][a-z][.])\s+(?=[A-Z])")
# A comma separates drugs only before a word that is not part of a dose ("40 mg, one tablet daily").
_DOSE_WORD = (
    r"(?:one|two|three|half|once|twice|daily|every|each|with|then|which|for|per|take|taking|tablets?|caps\w*|oral\w*"
    r"|by mouth|nightly|weekly|monthly|extended|last|dose|also|as needed|in the|at bed\w*)\b"
)
_NEXT_DRUG = re.compile(
    rf",\s*(?!(?:and\s+)?{_DOSE_WORD})(?=(?:and\s+)?[^\W\d_][a-z-]{{3,}}|[A-Z]{{2,}})|\s+and\s+(?=[A-Z][a-z]{{3,}})"
)


def parse_medications(text: str) -> tuple[str, ...]:
    """Medications named in a section or cell, one text each with its dose, in order; () for "none" and its kin."""
    lines = re.split(r"[\n;；、|•]", _NUMBERED.sub("\n", text))
    return tuple(dict.fromkeys(entry for line in lines for entry in _medications(line)))


def _medications(line: str) -> Iterator[str]:
    for sentence in _SENTENCE_END.split(line):
        if _NO_MEDICATION.search(sentence):
            continue
        for piece in _NEXT_DRUG.split(sentence):
            entry = " ".join(_TAKING.sub("", piece.strip(" \t-*·–,.:")).split()).strip(" ,.;:")
            if sum(letter.isalpha() for letter in entry) >= (2 if not entry.isascii() else 3):
                yield entry

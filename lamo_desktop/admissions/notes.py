"""Clinical notes: cut out the four sections known at admission, and leave everything written later behind.

A note is a row of headings with text between them. Only text under a heading of one of the four sections is returned,
so hospital course, discharge medications and diagnoses, assessment, plan and instructions, which name the answer, never
are. A bare "Medications" heading counts only before the first such heading: below it, it is the discharge list.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from lamo_desktop.admissions.note_lists import parse_allergies, parse_medications

__all__ = [
    "SECTIONS",
    "before_later_text",
    "cut_sections",
    "parse_allergies",
    "parse_medications",
    "section_spans",
    "tells_of_stay",
]

SECTIONS = ("history_of_present_illness", "past_medical_history", "allergies", "medications_on_admission")
Kind = Literal[
    "history_of_present_illness",
    "past_medical_history",
    "allergies",
    "medications_on_admission",
    "medications",  # before anything later these are the home medications
    "later",
    "other",
]

# Headings are compared as lower-case words without punctuation; the first pattern that fits the whole heading decides.
_PATTERNS: tuple[tuple[Kind, str], ...] = (
    (
        "other",
        r".*\bdates?\b.*|discharge (summary|note|attending|physician|service|unit)|"
        r".*\b(vaginal|nasal|ear|eye|ocular|penile|urethral|nipple|rectal|wound|purulent|bloody|yellow|green|clear|watery|"
        r"foul) discharge\b.*",  # a symptom
    ),
    (
        "later",
        r".*\b(hospital course|clinical course|course (in|of|during)( the)? hospital\w*|ward course|discharge[ds]?|"
        r"plans?|impressions?|recommendations?|disposition|instructions?|follow ?up|prognosis|"
        r"medical decision making|prescriptions?(?! (med|drug))|treatment|intervention|a p|postop\w*|postprocedure|"
        r"addendum|transfer medications?|medications? (on|at|upon) transfer)\b.*|"
        r"((clinical|final|overall|initial|medical|diagnostic|my) )?assessments?( .*)?|"
        r"course|emergency (department|room) course|ed course|therapie( und| u)? verlauf|verlauf|procedere|"
        r"entlass\w*( \w+)*|epikrise|诊疗经过|治疗经过|住院经过|出院.*|诊疗计划|治疗计划|初步诊断|病程记录|处理意见",
    ),
    (
        "history_of_present_illness",
        r"(.{0,30} )?(history|hx) (of|of the|and) (present|presenting|current) (illness|illnesses|complaint|complaints|"
        r"condition|problem|injury|symptoms)( .{0,30})?|(brief )?hpi( .{0,20})?|(present|presenting|current) illness|"
        r"brief (clinical )?history( of( the)? patient)?|history( of illness)?|presenting history|"
        r"现病史|(jetzige|aktuelle) anamnese|anamnese",
    ),
    (
        "past_medical_history",
        r"((significant|pertinent|relevant|known|other|additional|chronic|general|adult|prior|previous|past|the|"
        r"patient s) )*(medical|med) (history|hx|problems?( list)?|illnesses|conditions?)( .{0,40})?|"
        r"past (history|hx|med hx|medical( .{0,30})?)|(.* )?past medical history( .*)?|"
        r"(previous|prior) (history|illnesses)|pmh?x?( .{0,12})?|p m h|"
        r"(.{0,20} )?past medical (and )?surgical history|chronic (conditions|illnesses|problems)|co ?morbidities|"
        r"既往史|vorerkrankungen|eigenanamnese|nebendiagnosen",
    ),
    (
        "allergies",
        r"((known|drug|medication|medications|medicine|food|environmental|and|or|no known|patient|current) )*"
        r"allerg(y|ies)( (to|and|or|list|status|history|drug|drugs|medication|medications|medicines|intolerances?|"
        r"sensitivities|adverse|reactions?|food|known|penicillin|note|noted|as follows))*|"
        r"adverse (drug )?reactions?|(drug |medication )?intolerances?|drug sensitivities|"
        r"(药物)?过敏史|allergien( .*)?|allergie",
    ),
    (
        "medications_on_admission",
        r"(.{0,30}\b)?(home|preadmission|pre admission|prehospital|outpatient)( current)? "
        r"(medications?|meds|medicines|drugs|medication list|prescriptions?)( .{0,30})?|"
        r"(admission|admitting) (medications?|meds)|(medications?|meds) (as an )?outpatient|past medication history|"
        r"(current |usual |regular )?(medications?|meds|medicines|drugs) "
        r"(prior to|before|on|upon|at|at the time of|at time of) "
        r"(admission|home|arrival|presentation|hospitali[sz]ation|admit|the time of admission|surgery)( .{0,20})?|"
        r"入院前用药|既往用药史?|用药史|hausmedikation|vormedikation|medikation bei aufnahme|aufnahmemedikation",
    ),
    (
        "medications",
        r"((current|present|routine|regular|usual|daily|chronic|prescription|prescribed|active|ongoing|long term|"
        r"the|other|pertinent|list of|patient s|her|his) )*"
        r"(medication|medications|medication s|meds|medicines|medication list|medication history|drug history)"
        r"( (list|include|are|currently|history|as follows|at present|and (dosages?|doses|supplements|vitamins|"
        r"allergies)|taken|currently taken|being taken|include the following))*|dauermedikation|medikation",
    ),
    (
        "other",
        r".*\b(history|hx|examinations?|exam|systems|data|stud(y|ies)|findings|diagnos[ie]s|signs|procedures?|operations?|"
        r"surger(y|ies)|complaints?|laborator(y|ies)|labs?|results|vitals|imaging|radiology|x rays?|ekg|ecg|"
        r"consultations?|consults?|immunizations?|assessments?|habits|anesthesia|complications?|indications?|appearance|status|"
        r"reason|referral|admitted|service|physician|attending|specimens?|problems|risk factors)\b.*|"
        r"(subjective|objective|general|heent|neck|lungs?|heart|chest|abdomen|extremities|skin|neuro(logic(al)?)?|"
        r"musculoskeletal|cardiovascular|respiratory|gastrointestinal|genitourinary|constitutional|psychiatric|"
        r"ros|fhx|shx|psh|pshx|fh|sh|cc|pe|social|family|summary|discussion|conclusions?|diet|activity|condition|"
        r"gyn|ob gyn|tests?|title|description|sample name|note|technique|source|informant|sex|facility|"
        r"befund|labor|familienanamnese|sozialanamnese|diagnosen?|"
        r"主诉|个人史|婚育史|月经史|家族史|体格检查|辅助检查|诊断|入院诊断)",
    ),
)
_KINDS = tuple((kind, re.compile(pattern)) for kind, pattern in _PATTERNS)

_NAME = r"[A-Za-zÄÖÜäöü][A-Za-zÄÖÜäöüß0-9 \t/&,'’()\-]{1,90}?"
_MARKS = r"[ \t>*#_=]*(?:\(?(?:\d{1,2}|[IVX]{1,4}|[A-Z])[.)][ \t]+)?[*_#]*"
_AT_LINE_START = re.compile(
    rf"^{_MARKS}(?P<name>{_NAME})[*_ \t]*(?P<colon>:|：|\.?[*_]*[ \t]*$|[ \t]+[-–—][ \t])", re.MULTILINE
)
_RUN_IN = re.compile(
    r"(?:(?<=[.;!?)\]])|(?<=[.:;],)|(?<=  ))[ \t,*]*(?:\d{1,2}[.)][ \t]+)?"
    r"(?P<name>[A-Z][A-Za-z0-9 \t/&,'’()\-]{1,90}?[A-Za-z)])[* \t]*(?P<colon>:)"
)
_CHINESE = re.compile(
    r"(?:^|(?<=[\n。；;\s]))[【\[]?(?P<name>[\u4e00-\u9fff]{2,8})(?P<colon>[】\]]?[:：]|[】\]])", re.MULTILINE
)


_SENTENCE_ENDS = re.compile(r"((?<=[.!?])(?<!\b[Dd]r\.)(?<!\b[Mm]r\.)(?<!\b[Mm]s\.)(?<!\b[Mm]rs\.)\s+|\n+)")
_LATER_SENTENCE = re.compile(  # an earlier stay is told in other words ("was discharged two weeks ago")
    r"\bhospital day\b|\b(?:on|day of|time of|prior to|before) (?:the )?discharge\b(?! from)"
    r"|\b(?:to|will|and|we|can|then) discharge (?:the|this|him|her|home|patient)\b"
    r"|\b(?:will be|is being|to be|ready to be) discharged\b|\bdischarged? (?:today|tomorrow)\b"
    r"|\bduring (?:this|the current|the present) (?:hospitali[sz]ation|admission|hospital stay|stay)\b"
    r"|\bdischarge medications?\b",
    re.IGNORECASE,
)
_STAY = re.compile(r"course|discharge|disposition|transfer|verlauf|entlass|经过|出院")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading in a note: characters start..end including its colon, and what its text is."""

    start: int
    end: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of a note that belongs to a section: characters start..end, heading excluded."""

    section: str
    start: int
    end: int


def kind_of(heading: str) -> Kind | None:
    """What a heading announces; None when it is not a known heading."""
    words = " ".join(re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", heading).casefold()).split())
    return next((kind for kind, pattern in _KINDS if pattern.fullmatch(words)), None)


def headings(text: str) -> list[Heading]:
    """All headings of a note in order."""
    found: dict[int, Heading] = {}
    taken: set[int] = set()
    for pattern in (_AT_LINE_START, _CHINESE, _RUN_IN):
        for match in pattern.finditer(text):
            kind = _accepted(match, run_in=pattern is _RUN_IN)
            if kind and match.start("name") not in taken:
                taken.update(range(*match.span()))
                found[match.start("name")] = Heading(match.start(), match.end(), kind)
    return [found[start] for start in sorted(found)]


def _accepted(match: re.Match[str], run_in: bool) -> Kind | None:
    """A heading is written in capitals with a colon, or is a known one with a colon or on a line of its own."""
    name = match["name"].strip()
    capitals = name.upper() == name and sum(c.isalpha() for c in name) >= 3
    known = kind_of(name)
    colon = match["colon"].strip() in {":", "：", "】", "]", "】:", "】："}
    if colon:
        if known and (not run_in or capitals or known != "other" or len(name.split()) > 1) and len(name.split()) <= 12:
            return known
        return "other" if capitals and name.isascii() else None
    if run_in or known is None or len(name.split()) > 6:
        return None
    if capitals or (name[0].isupper() and known != "other") or match["colon"].strip() in {"-", "–", "—"}:
        return known
    return None


def section_spans(text: str) -> list[Span]:
    """Where the four sections lie in a note, in order; a section can have several spans."""
    marks = headings(text)
    spans = []
    left = thought = False  # past the stay itself, past a plan (which some notes put first)
    for mark, following in zip(marks, [*(m.start for m in marks[1:]), len(text)], strict=False):
        section = mark.kind
        if section == "later":
            name = text[mark.start : mark.end].casefold()
            left = left or (_STAY.search(name) is not None and "diagnos" not in name)
            thought = thought or "post" in name or ("diagnos" not in name and "history" not in name)
        elif section == "history_of_present_illness":
            thought = False
        elif section == "medications":
            section = "other" if left or thought else "medications_on_admission"
        if section in SECTIONS:
            start, end = _trimmed(text, mark.end, following)
            if start < end:
                spans.append(Span(section, start, end))
    return spans


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without blanks, marks and MTSamples' stray commas at either end."""
    while start < end and text[start] in " \t\r\n,*_:：-–.":
        start += 1
    while start < end and text[end - 1] in " \t\r\n,*_#":
        end -= 1
    return start, end


def cut_sections(text: str) -> dict[str, str]:
    """The sections of a note that are known at admission, by the names in `SECTIONS`; absent ones are left out.

    Sentences in them that tell of this stay's later days ("discharge the child with amoxicillin") are taken out too.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found: dict[str, str] = {}
    for span in section_spans(text):
        piece = without_later_sentences(text[span.start : span.end])
        if piece:
            found[span.section] = f"{found[span.section]}\n{piece}" if span.section in found else piece
    return found


def without_later_sentences(text: str) -> str:
    """The text without sentences that say they tell of the stay's later days or of its end; others are untouched."""
    pieces = _SENTENCE_ENDS.split(text)  # sentence, blank, sentence, blank, ...
    kept = [
        "" if _LATER_SENTENCE.search(sentence) else sentence + blank
        for sentence, blank in zip(pieces[::2], [*pieces[1::2], ""], strict=True)
    ]
    return "".join(kept).strip() if "" in kept else text


def before_later_text(text: str) -> str:
    """A section that stands in a column of its own, up to the first heading of something written after admission."""
    cut = next((mark.start for mark in headings(text) if mark.kind == "later"), len(text))
    return without_later_sentences(text[:cut].strip())


def tells_of_stay(text: str) -> bool:
    """Whether a text has a heading, with its colon, or a sentence of the stay itself ("Discharge medications: ...").

    A list of diagnoses or drugs has none; an entry that only begins like one ("coronary intervention - remote") does
    not count.
    """
    marked = (text[mark.start : mark.end] for mark in headings(text) if mark.kind == "later")
    return any(_STAY.search(name.casefold()) and name.rstrip().endswith((":", "：")) for name in marked) or (
        without_later_sentences(text) != text
    )

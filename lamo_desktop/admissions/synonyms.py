"""Which field a header means, by the synonyms of a profile, and which headers identify a person.

A header is taken apart before it is compared: what stands in brackets, units, the words that carry no meaning of their
own ("of", "der", "text"), abbreviations and endings. What is left must be a synonym of the field; a word left over that
speaks of something else ("family history", "discharge medications") makes it no match at all.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from lamo_desktop.admissions import header_words
from lamo_desktop.admissions.notes import SECTIONS

LISTS = ("diagnoses", "procedures", "allergies", "medications_on_admission", "orders", "note")  # may span columns
ORDER_FIELDS = ("order_drug", "order_start", "order_end", "order_status")
CLINICAL = ("diagnoses", "note", *SECTIONS)
CERTAIN = 0.9  # confidence from which a header tells the header row
LATER = 0.7  # confidence at most of a column that was filled at discharge
POSSIBLE = 0.5  # confidence from which the cells of the column may decide
GROUP = " › "  # between a group header and the header below it


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words without a meaning of their own: articles and prepositions, what says that a column holds text, kinds of codes.
_NEUTRAL = _words(
    "the a an of at on in for by to from per and or with as is all any der die das des dem den von vom bei im am zu "
    "zur zum und oder mit als de du des la le les l d et ou au aux en pour par avec el las del y o con al un "
    "une una text texts textes texte texto textos list liste lista listado name names nom nombre bezeichnung libelle "
    "description descriptions desc beschreibung descripcion value values field column col data free freitext libre "
    "details entry entries recorded documented noted icd icd10 icd9 cim cim10 cie cie10 cm gm ops ccam snomed who "
    "icd11 cie9 cim9 english deutsch 名称 列表 信息 内容 情况 描述 文本 记录"
)
_WRITTEN = _words("entry entries recorded documented noted")  # of a date: when it was written down
_NAMES = _words("name names nom nombre 名称")
_PATIENT = _words("patient patients patienten patiente pacientes paciente pat pt person case subject 患者 病人")
_AT_ADMISSION = _words(
    "admission admissions aufnahme aufnahmezeitpunkt ingreso admision entree arrival arrived known present poa "
    "baseline current 入院 入院时"
)
_CODES = _words("code codes kode kodes codigo codigos 编码 代码")
_SAYS_NO_MORE = _NEUTRAL | _CODES | _words("id no nr num number nbr key dt date dat datum time")
_DATE = _words("date time datetime timestamp datum zeit uhrzeit fecha hora heure")
_ENCOUNTER = _words("encounter hospital hsp adt")
# A header with one of these words is not what the rest of it says ("diagnosis date", "dose of the drug").
_CHANGES_MEANING = (
    _words(
        "date time datum zeit uhrzeit fecha hora heure family familie familien famille familiar familiares father "
        "mother count number no anzahl zahl nombre_de type typ tipo status estado statut flag version score dose dosis "
        "dosage dosierung posologie posologia route weg applikation voie via unit units einheit unidad unite strength "
        "frequency freq haufigkeit frequence frecuencia source quelle quantity menge duration dauer stop end ende fin "
        "ended stopped expired ward station days tage provider physician doctor arzt medico medecin prescriber rank "
        "priority reaction severity class group gruppe result results 日期 时间 家族 剂量 途径 单位 频次 类型 状态 "
        "数量 医生 医师 科室 次数 停止 结束 过期"
    )
    | _CODES
    | _words("id")
)
# What is known only later, at the end of the stay: for diagnoses and procedures a warning, for drugs another column.
_LATER = _words("discharge discharged sortie alta egreso final finale definitive drg billing abrechnung 出院 出院时")
_LATER_STEMS = ("entl", "abschluss", "出院")
# Drugs taken before: not what was ordered in the stay.
_BEFORE = _words(
    "home before prior previous previously pre preadmission outpatient ambulatory chronic habitual usual vor vorher "
    "bisherig zuhause hausmedikation vormedikation dauermedikation avant domicile antes previo previa previos previas "
    "domicilio domiciliario domiciliaria domiciliarios domiciliarias hogar habituales habituel habituelle "
    "入院前 院前 既往 院外 家庭"
)
_PAST = _words(
    "history hx past vorgeschichte antecedents antecedentes antecedente underlying preexisting comorbid comorbidity "
    "comorbidities chronic vorbestehend vorbestehende grunderkrankung grunderkrankungen chronische begleiterkrankungen "
    "preexistantes preexistants chroniques preexistentes cronicas cronicos comorbilidades comorbidites 史 基础 慢性"
)
_BEFORE_STEMS = ("haus", "vormed", "dauermed", "eigenmed")
_SHORT = {
    "dt": "date",
    "dttm": "date",
    "dtm": "date",
    "dte": "date",
    "ts": "timestamp",
    "tm": "time",
    "num": "number",
    "nbr": "number",
    "no": "number",
    "nr": "number",
    "nummer": "number",
    "num.": "number",
    "numero": "number",
    "identifier": "id",
    "ident": "id",
    "identifiant": "id",
    "identificador": "id",
    "adm": "admission",
    "aufn": "aufnahme",
    "medikam": "medikament",
    "admit": "admission",
    "admitted": "admission",
    "pt": "patient",
    "pat": "patient",
    "dx": "diagnosis",
    "dxs": "diagnoses",
    "diag": "diagnosis",
    "diags": "diagnoses",
    "med": "medication",
    "meds": "medications",
    "hosp": "hospital",
    "enc": "encounter",
    "hx": "history",
    "proc": "procedure",
    "procs": "procedures",
    "rx": "prescription",
    "disch": "discharge",
    "cod": "code",
    "cd": "code",
    "lib": "libelle",
    "bez": "bezeichnung",
    "desc": "description",
}
_DATE_FIELDS = ("admission_date", "discharge_date", "birth_date", "order_start", "order_end")
_UNITS = {
    1.0: _words("min mins minute minutes minuten minuto minutos mn 分钟 分"),
    60.0: _words("h hr hrs hour hours std stunde stunden heure heures hora horas 小时"),
    1440.0: _words("d day days tag tage tagen jour jours dia dias 天 日"),
}
_OFFSETS_IN_MINUTES = ("drugstartoffset", "drugorderoffset")  # columns of eICU
_YEARS = _words("y yr yrs year years j jahr jahre jahren an ans ano anos 岁 周岁 m f w male female 男 女")
_UNIT_WORDS = frozenset().union(*_UNITS.values()) | _YEARS
_FROM = _words("from since after before ab seit nach depuis apres desde tras relative rel offset 距 自 从 后")
_REMARK = re.compile(r"[(\[（【{<].*?[)\]）】}>]")  # "Gender (M/F)"
_SIDES = re.compile(r"\s*[/|:：／｜\n]\s*|\s+[-–—]\s+|" + re.escape(GROUP))  # "Alter / Age", "诊断 | Diagnosis"
_REVISION = re.compile(r"\b(icd|cim|cie) (9|10|11)\b")  # of the classification; "Drug 9" is the ninth
_TABLE = re.compile(
    r"([A-Za-z]\w{0,15})\.(?=\w{2})"
)  # "enc.ADMIT_DT", "dbo.Patient.PatientKey": tables before a column
_TABLE_NAME = re.compile(
    r"(?:pat|patient|enc|encounter|adm|ord|order|visit|diag|dx|med|stay|case|fall|(?:tbl|dim|vw) .*)s?"
)
_MEDICAL = re.compile(r"\bmed\b")  # which elsewhere is a medication
_CJK = re.compile(r"[\u4e00-\u9fff]")
_ENDING = re.compile(r"(?:ies|ie|is|es|en|os|as|y|s|n|e|o|a)$")
_PERSON = frozenset(
    {
        *("patient", "patients", "pt", "pat", "patienten", "paciente", "pacientes", "malade", "person", "subject"),
        *("client", "contact", "home", "mother", "father", "guardian", "kin", "emergency", "given", "maiden"),
    }
)

LONG_PART = 8  # letters of a word that tells also in the middle of a compound: "Fachabteilungsname"
_NUMBERED = frozenset(["id", "no", "nr", "number", "num", "nbr", "key", "nummer"])
_STAFF = re.compile(
    r"\b(?:by|von|par|por)$|(?:^|\bdel? )medic[oa]\b|\b(?!arztlich)(?:\w*arzt\w*|physician"
    r"|provider|prescriber|clinician|doctor|nurse|attending"
    r"|consultant|md|surgeon|facultativ[oa]|medecin|prescripteur|prescriptora?|pharmacist|apotheker\w*|user"
    r"|(?:verordnet|angeordnet|verschrieben|prescri\w*|ordered|authori[sz]ed|entered|signed|indicad[oa]|ordenad[oa])"
    r" (?:von|durch|by|par|por)|benutzer|bearbeiter\w*|operator|enfermer[oa]|infirmiere?)\b"
    r"|医生|医师|护士|药师|开单人|录入人|操作员"
)
_CLINICAL_TEXTS = (*CLINICAL, "reason", "procedures", "orders", "order_drug")
_NO_SUBGROUP = re.compile(
    r"\b(?:reasons?|\w*grund|motifs?|motivos?|\w*anlass|causes?|causa|complaints?|\w*beschwerden?|problems?|\w*symptom\w*"
    r"|\w*diagn\w*|dx|icd\w*|diseases?|\w*krankheit(?:en)?|maladies?|enfermedad(?:es)?|conditions?|drg|ghm|comorbid\w*"
    r"|outcomes?|died|deaths?|dead|mortality|surviv\w*|expired?|verst\w*|gestorben|tod|deces|decede\w*|muert\w*|exitus"
    r"|fallec\w*|verlegt|transfer\w*|destin\w*|ziel\w*|dispos\w*|readmi\w*|wiederaufnahme\w*|complic\w*|komplik\w*"
    r"|los|length|duration|\w*dauer|duree|estancia|results?|ergebnis\w*|resultat\w*|resultado\w*|cost\w*|charges?|\w*kosten|importe|montant|tarif\w*"
    r"|date|time|timestamp|datum|uhrzeit|zeit|fecha|heure|hora|dttm|dt|counts?|anzahl|days|tage|jours|dias"
    r"|drugs?|medications?|\w*medikament\w*|arznei\w*|medicament\w*|farmaco\w*|allerg\w*"
    r"|beds?|\w*bett|rooms?|\w*zimmer|lits?|chambre|cama|habitacion|body|korper\w*|anatom\w*|birth|geburts?\w*|naiss\w*"
    r"|nacim\w*|\w*contact\w*|\w*kontakt\w*|contacto|relatives?|kin|angehorig\w*|policy|income|requests?|regimen|phone|telefon\w*|number|numero|nummer|nr)\b"
    r"|原因|主诉|诊断|病种|疾病|死亡|转归|结局|预后|并发|再入院|天数|费用|金额|日期|时间|次数|药|过敏|床|出生|电话|号码"
)
_OF_MEASURE = re.compile(  # "Dose unit", "Right arm BP": no units and arms of a hospital or a study
    r"\b(?:dos\w*|strength|weight|height|volume|rate|amount|quantity|creat\w*|lab\w*|value|result"
    r"|measure\w*|temp\w*) units?$"
    r"|\b(?:left|right) arm\b"
)
_PLACES = frozenset(["unit", "ward", "station", "service", "department", "specialty", "abteilung", "klinik", "clinic"])
_REMARKS = re.compile(
    r"\b(?:\w*bemerkung\w*|\w*kommentar\w*|comments?|comentarios?|commentaires?|remarks?|remarques?|observaciones"
    r"|notiz\w*|hinweis\w*)\b|备注"
)


@lru_cache(maxsize=50_000)
def normalised(header: str) -> str:
    """A header for comparison: words in lower case without accents and punctuation, camel case split."""
    header = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.sub(r"\b[dD]/[cC]\b", "discharge", header))
    text = "".join(c for c in unicodedata.normalize("NFKD", header.casefold()) if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W_]+", " ", header_words.simplified(text)).split())


def known_later(header: str) -> bool:
    """Whether a header says that the column was filled at discharge: later than the index time."""
    words = normalised(header).split()
    return any(word in _LATER or word.startswith(_LATER_STEMS) or "出院" in word for word in words)


def known_before(header: str) -> bool:
    """Whether a header says that the column tells of the time before the stay: "Home drugs", "院前用药"."""
    words = normalised(header).split()
    return any(
        word in _BEFORE or word.startswith(_BEFORE_STEMS) or any(_CJK.search(b) and b in word for b in _BEFORE)
        for word in words
    )


def not_ordered_here(title: str) -> bool:
    """Whether the title of a table says that its drugs were taken before the stay or prescribed at its end."""
    return known_before(title) or known_later(title)


def minutes_of_unit(word: str) -> float | None:
    """Minutes in a unit of time: "h", "Stunden", "分钟"; None for another word."""
    word = normalised(word)
    for minutes, units in _UNITS.items():
        if word in units or (_CJK.match(word) and any(len(unit) > 1 and unit in word for unit in units)):
            return minutes
    return None


def minutes_per_unit(header: str) -> float | None:
    """Minutes in one unit of a column of numbers, where its header names the unit ("Start (min from admission)")."""
    if normalised(header) in _OFFSETS_IN_MINUTES:
        return 1.0
    spaced = re.sub(r"(?<=[\u4e00-\u9fff])(?=[^\u4e00-\u9fff])|(?<=[^\u4e00-\u9fff])(?=[\u4e00-\u9fff])", " ", header)
    found = (minutes_of_unit(word) for word in normalised(spaced).split())
    return next((minutes for minutes in found if minutes is not None), None)


class Vocabulary:
    """The `synonyms` and `identifiers` of a flat profile, ready for comparison; answers are remembered."""

    def __init__(self, profile: Mapping[str, Any]) -> None:
        self._synonyms = {
            name: tuple(_Synonym(normalised(str(word)), name) for word in words)
            for name, words in profile["synonyms"].items()
        }
        self._identifiers = frozenset(normalised(str(word)) for word in profile["identifiers"])
        self._squeezed = frozenset(word.replace(" ", "") for word in self._identifiers)
        own = {
            name: frozenset(word for synonym in synonyms for word in (*synonym.words.split(), *synonym.core))
            for name, synonyms in self._synonyms.items()
        }
        self._foreign = {
            name: frozenset().union(*(words for each, words in own.items() if each != name))
            - own[name]
            - _neutral(name)
            for name in own
        }
        self._changes = {name: _changes_of(name) | foreign for name, foreign in self._foreign.items()}
        self._known: dict[tuple[str, str], float] = {}
        self._telling: dict[str, set[str]] = defaultdict(set)  # word -> fields with a synonym that it tells
        for name, synonyms in self._synonyms.items():
            for synonym in synonyms:
                for word in (synonym.squeezed, *synonym.core):
                    self._telling[word].add(name)
        self._telling_cjk = tuple(sorted(word for word in self._telling if _CJK.search(word) and len(word) > 1))

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field a column can hold."""
        return tuple(self._synonyms)

    def confidence(self, header: str, name: str) -> float:
        """How well a header fits a field: 1 a synonym, 0.9 numbered or with words that say nothing, 0.8 with more
        words or a remark, 0.65 misspelled, 0.5 possible where the cells agree, 0 not.
        """
        key = (header, name)
        if key not in self._known:
            self._known[key] = self._confidence(header, name)
        return self._known[key]

    def _confidence(self, header: str, name: str) -> float:
        header = self._without_tables(header)
        found = self._fit(normalised(header), name)
        if found == 1:
            return min(found, LATER) if known_later(header) and name in ("diagnoses", "procedures") else found
        if name == "past_medical_history" and (spelled := _MEDICAL.sub("medical", normalised(header))):
            found = max(found, min(CERTAIN, self._fit(spelled, name)))
        found = self._resembles(header, name, found)
        group, _, own = header.rpartition(GROUP)
        together = f"{group} {own}"
        if header_words.names(together, name):
            found = max(found, CERTAIN if not group else 0.85)
        elif group and header_words.names(own, name) and not known_later(group) and not known_before(group):
            found = max(found, 0.8)
        elif header_words.denies(together, name):
            found = min(found, 0.0 if name in ("admission_id", "patient_id") else POSSIBLE)
        elif header_words.abbreviates(own, name):
            found = max(found, POSSIBLE)
        if known_later(header) and name in ("diagnoses", "procedures"):
            return min(found, LATER)
        return found

    def _resembles(self, header: str, name: str, found: float) -> float:
        """How well a header fits a field whose synonyms it is not, by its sides and without its remark."""
        if name in ("patient_id", "admission_id") and self.is_identifier(header):
            return 0.0  # "Patient name" is no number of a patient
        if found < CERTAIN:
            found = max(found, self._of_sides(header, name))
        if found < CERTAIN and (bare := self._without_remark(header, name)):
            found = max(found, min(0.8, self._fit(bare, name)))
        return found

    def _without_tables(self, header: str) -> str:
        """A database's column without the tables before it; in "age.at.adm" a point stands for a blank."""
        while match := _TABLE.match(header):
            before, rest = normalised(match[1]), header[match.end() :]
            words = set(before.split())
            telling = words & (_CHANGES_MEANING | _SHORT.keys() | self._telling.keys())
            if set(normalised(rest).split()) <= _SAYS_NO_MORE or (telling and not _TABLE_NAME.fullmatch(before)):
                break
            header = rest
        return header

    def _of_sides(self, header: str, name: str) -> float:
        """How well a header in two languages ("Alter / Age") or under a group header fits."""
        sides = [normalised(side) for side in _SIDES.split(_REMARK.sub(" ", header))]
        sides = [side for side in sides if side]
        if len(sides) < 2:
            return 0.0
        if GROUP in header:  # "Hospital stay › Diagnoses": the group is a heading, unless it says before or later
            group = set(" ".join(sides[:-1]).split())
            later = bool(group & (_BEFORE | _LATER)) or any(word.startswith(_LATER_STEMS) for word in group)
            own = self._fit(sides[-1], name)
            return min(0.8, own) if own >= CERTAIN and not later and not group & _CHANGES_MEANING else 0.0
        if self._speaks_of_others(" ".join(sides), name):
            return 0.0
        fits = [self._fit(side, name) for side in sides]
        told = [fit for side, fit in zip(sides, fits, strict=True) if set(side.split()) - _neutral(name)]
        return min(CERTAIN if min(told, default=0.0) > 0 else 0.8, max(fits))

    def _fit(self, words: str, name: str) -> float:
        header = _Header(words, name)
        return max(_likeness(header, name, synonym, self._changes[name]) for synonym in self._synonyms[name])

    def _speaks_of_others(self, words: str, name: str) -> bool:
        left = set(words.split()) - _neutral(name)
        changes = _CHANGES_MEANING - _DATE if name in _DATE_FIELDS else _CHANGES_MEANING
        return bool(left & (changes | self._foreign[name]))

    def _without_remark(self, header: str, name: str) -> str:
        """The header's words without what stands in brackets, where that does not speak of another field; else none."""
        remark = normalised(" ".join(_REMARK.findall(header)))
        words = set(remark.split())
        if not words:
            return ""
        bare = normalised(_REMARK.sub(" ", header))
        if _is_unit(remark) or (words <= _neutral(name) | _UNIT_WORDS):
            return bare
        changes = (_CHANGES_MEANING | self._foreign[name]) - _neutral(name)
        if name in ("orders", "order_drug", "medications_on_admission"):
            changes = changes | _LATER | (_BEFORE if name != "medications_on_admission" else frozenset())
        elif name in ("diagnoses", "procedures"):
            changes = changes - _LATER
        return "" if words & changes else bare

    def recognised(self, cells: Sequence[str]) -> int:
        """How many distinct fields a row of cells names, to tell the header row from titles and data."""
        short = [cell for cell in cells if cell and len(cell) <= 80]
        possible = {(cell, name) for cell in short for name in self._told_by(cell)}
        return len({name for cell, name in possible if self.confidence(cell, name) >= CERTAIN})

    def _told_by(self, cell: str) -> set[str]:
        """Fields that a cell can name for certain: most cells of a file are data and share no word with a synonym."""
        words = normalised(cell).split()
        squeezed = "".join(words)
        numberless = squeezed.rstrip("0123456789")
        parts = {*words, squeezed, numberless, numberless.removesuffix("list"), numberless.removesuffix("text")}
        parts |= {_SHORT[word] for word in words if word in _SHORT}
        if _CJK.search(squeezed):
            parts |= {word for word in self._telling_cjk if word in squeezed}
        if any(word in _DATE for word in parts):
            parts.add("date")
        told = set().union(*(self._telling[part] for part in parts if part in self._telling))
        return told | (header_words.named(self._without_tables(cell)) & self._synonyms.keys())

    def is_identifier(self, header: str) -> bool:
        """Whether a header names a direct identifier of a person: name, phone, address, record number."""
        bare = _REMARK.sub(" ", header)
        if bare != header and self.is_identifier(bare):
            return True
        own = header.rpartition(GROUP)[2]
        if own != header and self.is_identifier(own):
            return True
        words = normalised(header).split()
        if " ".join(words) in self._identifiers or "".join(words) in self._squeezed:
            return True
        rest = [word for word in words if word not in _PERSON and word not in _NUMBERED]
        return len(rest) < len(words) and " ".join(rest) in self._identifiers


class SubgroupWords:
    """Which headers may name a subgroup: those with words of a profile's `subgroups`, and none that tells of a reason,
    an illness, a drug or an outcome, whatever else they say.
    """

    def __init__(self, profile: Mapping[str, Any], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        entries = {normalised(str(word)) for word in profile["subgroups"]}
        self._phrases = [frozenset(entry.split()) for entry in entries]
        single = [entry for entry in entries if " " not in entry]
        self._parts = tuple(word for word in single if len(word) >= 5 or _CJK.search(word))

    def name(self, header: str) -> bool:
        """Whether a header names a subgroup."""
        own = header.rpartition(GROUP)[2]  # a group header says nothing of the column itself
        own = header if set(normalised(own).split()) <= _NUMBERED else own
        written = normalised(own)
        if known_later(header) or _NO_SUBGROUP.search(normalised(header)) or _OF_MEASURE.search(written):
            return False
        if any(
            self._vocabulary.confidence(each, field) >= POSSIBLE for field in _CLINICAL_TEXTS for each in (own, header)
        ):
            return False
        words = {_SHORT.get(word, word) for word in written.split()} | set(written.split())
        return any(phrase <= words for phrase in self._phrases) or any(
            word.startswith(part)
            or word.endswith(part)
            or ((len(part) >= LONG_PART or _CJK.search(part)) and part in word)
            for word in words
            for part in self._parts
        )


def names_staff(header: str) -> bool:
    """Whether a header says who did something: "Prescribed by", "Aufnehmender Arzt"; not where: "Nurse unit"."""
    written = normalised(header)
    return _STAFF.search(written) is not None and written.rpartition(" ")[2] not in _PLACES


def holds_remarks(header: str) -> bool:
    """Whether a header says that anything may be written below it, persons' names too."""
    return _REMARKS.search(normalised(header)) is not None


class _Synonym:
    """One synonym, its words without blanks, and the words that carry its meaning."""

    def __init__(self, words: str, name: str) -> None:
        self.words = words
        self.squeezed = words.replace(" ", "")
        self.core = _core(words, name) or frozenset(words.split())
        self.stems = frozenset(map(_stem, self.core))
        self.alternatives = (self.squeezed, self.squeezed + "list", self.squeezed + "text")
        self.cjk = bool(_CJK.search(words))


class _Header:
    """The words of a header as they are compared with the synonyms of one field."""

    def __init__(self, words: str, name: str) -> None:
        self.words = words
        self.squeezed = words.replace(" ", "")
        self.numberless = re.sub(r"\d+$", "", self.squeezed) if name in LISTS else self.squeezed
        core = _core(words, name)
        if name in ("diagnoses", "procedures"):
            core = frozenset(word for word in core if word not in _LATER and not word.startswith(_LATER_STEMS))
        self.core = core
        self.stems = frozenset(map(_stem, core))


@cache
def _neutral(name: str) -> frozenset[str]:
    """The words that say nothing beside a field's own."""
    if name in ("admission_id", "patient_id"):
        return (_NEUTRAL - _NAMES) | {"id", "number"} | ({"hospital"} if name == "admission_id" else set())
    if name == "order_status":
        return _NEUTRAL | _CODES | {"flag", "kennzeichen", "kz", "current"}
    words = _NEUTRAL | _PATIENT | _ENCOUNTER
    if name in ("orders", "order_drug", "medications_on_admission"):
        return words
    if name in ("admission_date", "discharge_date", "order_start", "order_end"):
        return words - _WRITTEN
    if name == "reason":
        return words
    if name in ("diagnoses", "procedures", "sex"):
        words = words | _CODES
    return words | _AT_ADMISSION


def _core(words: str, name: str) -> frozenset[str]:
    """The words that carry the meaning, abbreviations spelled out."""
    spelled = (_SHORT.get(word, word) for word in _REVISION.sub(r"\1\2", words).split())
    if name in _DATE_FIELDS:
        spelled = ("date" if word in _DATE else word for word in spelled)
    return frozenset(word for word in spelled if word not in _neutral(name) and not _numbering(word, name))


def _numbering(word: str, name: str) -> bool:
    return (name in LISTS and word.isdigit()) or (name == "age" and word in _UNIT_WORDS)


def _stem(word: str) -> str:
    while len(word) >= 5 and not _CJK.search(word) and (shorter := _ENDING.sub("", word)) != word:
        word = shorter
    return word


def _is_unit(remark: str) -> bool:
    """Whether a remark tells a unit: "min", "hours after admission", "min from unit admission"."""
    words = remark.split()
    first = bool(words) and (words[0] in _UNIT_WORDS or words[0].startswith(("分钟", "小时")))
    return first and (len(words) == 1 or bool(_FROM & set(words)) or set(words) <= _UNIT_WORDS | _NEUTRAL)


def _changes_of(name: str) -> frozenset[str]:
    """The words that make a header mean something else than a field, whatever the other fields are."""
    changes = _CHANGES_MEANING | _LATER
    if name == "diagnoses":
        return changes | _BEFORE | _PAST
    return changes | _BEFORE if name in ("orders", "order_drug") else changes


def _likeness(header: _Header, name: str, synonym: _Synonym, changes: frozenset[str]) -> float:
    """How well the words of a header fit one synonym of a field."""
    squeezed, core = header.squeezed, header.core
    if squeezed == synonym.squeezed:
        return 1.0
    if header.numberless in synonym.alternatives:
        return CERTAIN
    if synonym.cjk:
        return _likeness_without_blanks(squeezed, name, synonym)
    if not core:
        return 0.0
    if core == synonym.core:
        return CERTAIN
    if header.stems == synonym.stems:
        return 0.85
    if len(core) == len(synonym.core) and not (core - synonym.core) & changes and _abbreviates(core, synonym.core):
        return 0.7
    if synonym.core < core:
        more = core - synonym.core
        if not more & changes:
            if len(synonym.core) > 1 and len(more) <= 2 and f" {synonym.words} " in f" {header.words} ":
                return 0.8
            if len(more) <= 2 and len(synonym.squeezed) >= 3:
                return POSSIBLE
    if min(len(synonym.squeezed), len(squeezed)) >= 6 and abs(len(synonym.squeezed) - len(squeezed)) <= 2:
        from rapidfuzz.fuzz import ratio  # loaded by reading alone, not by the window's start

        return 0.65 if ratio(synonym.squeezed, squeezed) >= 90 else 0.0
    return 0.0


def _abbreviates(core: frozenset[str], synonym: frozenset[str]) -> bool:
    """Whether words are beginnings of a synonym's ("FECHA_ING"): of five letters, or of three beside a whole word."""
    short, whole = core - synonym, synonym - core
    if not short or len(short) != len(whole):
        return False
    least = 3 if core & synonym else 5
    return all(len(word) >= least and sum(full.startswith(word) for full in whole) == 1 for word in short)


def _likeness_without_blanks(squeezed: str, name: str, synonym: _Synonym) -> float:
    """The same for Chinese, which has no blanks between words: what is left beside the synonym decides."""
    before, found, after = squeezed.partition(synonym.squeezed)
    if not found or len(synonym.squeezed) < 2:
        return 0.0
    rest = before + after
    later = name in ("diagnoses", "procedures")
    changes = _CHANGES_MEANING | (frozenset() if later else _LATER) | (_BEFORE if name.startswith("order") else set())
    changes = changes | _BEFORE | _PAST if name == "diagnoses" else changes
    for word in sorted(_neutral(name) | _UNIT_WORDS | (_LATER if later else set()), key=len, reverse=True):
        if _CJK.search(word):
            rest = rest.replace(word, "")
    rest = re.sub(r"\d+$", "", rest) if name in LISTS else rest
    if not rest:
        return CERTAIN
    if any(_CJK.search(word) and word in rest for word in changes):
        return 0.0
    return POSSIBLE if len(rest) <= 4 else 0.0

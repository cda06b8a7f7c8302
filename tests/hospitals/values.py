"""Values as hospitals write them: dates, identifiers, ages, sexes, and the contents of columns nobody asks for."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from tests.hospitals.files import Value

EXCEL_EPOCH = datetime(1899, 12, 30)

# The usual styles stand twice. "cell" is a real date of a workbook, "serial" its bare number.
DATE_STYLES = {
    "en": ("cell", "cell", "iso", "iso", "iso_t", "mdy", "mdy", "mdy_12h", "dmy", "oracle", "compact", "serial"),
    "de": ("cell", "cell", "iso", "dots", "dots", "dots", "dots_short", "compact", "serial"),
    "fr": ("cell", "cell", "iso", "dmy", "dmy", "dmy", "dashes", "serial"),
    "es": ("cell", "cell", "iso", "dmy", "dmy", "dmy", "dashes", "serial"),
    "zh": ("cell", "cell", "iso", "iso", "slashes", "chinese", "iso_t", "serial"),
}
_PATTERNS = {  # with and without the time of day
    "iso": ("%Y-%m-%d %H:%M", "%Y-%m-%d"),
    "iso_t": ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"),
    "mdy": ("%m/%d/%Y %H:%M", "%m/%d/%Y"),
    "mdy_12h": ("%m/%d/%Y %I:%M %p", "%m/%d/%Y"),
    "dmy": ("%d/%m/%Y %H:%M", "%d/%m/%Y"),
    "dots": ("%d.%m.%Y %H:%M", "%d.%m.%Y"),
    "dots_short": ("%d.%m.%y %H:%M", "%d.%m.%y"),
    "dashes": ("%d-%m-%Y %H:%M", "%d-%m-%Y"),
    "oracle": ("%d-%b-%Y %H:%M", "%d-%b-%Y"),
    "compact": ("%Y%m%d%H%M", "%Y%m%d"),
    "slashes": ("%Y/%m/%d %H:%M", "%Y/%m/%d"),
    "chinese": ("%Y年%m月%d日 %H:%M", "%Y年%m月%d日"),
}
CELL_FORMATS = {
    "en": ("m/d/yyyy h:mm", "m/d/yyyy"),
    "de": ("dd.mm.yyyy hh:mm", "dd.mm.yyyy"),
    "fr": ("dd/mm/yyyy hh:mm", "dd/mm/yyyy"),
    "es": ("dd/mm/yyyy hh:mm", "dd/mm/yyyy"),
    "zh": ("yyyy-mm-dd hh:mm", "yyyy/m/d"),
}


def moment(when: datetime, style: str, with_time: bool) -> Value:
    """A point in time in one of the styles."""
    if style == "cell":
        return when if with_time else when.date()
    if style == "serial":
        days = (when - EXCEL_EPOCH) / timedelta(days=1)
        return round(days, 5) if with_time else int(days)
    timed, dated = _PATTERNS[style]
    text = when.strftime(timed if with_time else dated)
    return text.upper() if style == "oracle" else text


@dataclass(frozen=True, slots=True)
class IdentifierStyle:
    """How a hospital numbers its patients or stays."""

    kind: str  # "number", "zeros", "long", "prefix", "year", "hash"
    prefix: str

    def write(self, rng: Random) -> Value:
        """The next identifier; unique for all practical purposes."""
        if self.kind == "number":
            return rng.randrange(10_000_000, 99_999_999)
        if self.kind == "zeros":
            return f"{rng.randrange(10_000, 9_999_999):010d}"
        if self.kind == "long":
            return f"{rng.randrange(10**16, 10**17)}"
        if self.kind == "year":
            return f"{rng.choice((2019, 2020, 2021, 2022))}-{rng.randrange(100_000, 999_999)}"
        if self.kind == "hash":
            return f"{rng.getrandbits(64):016x}"
        return f"{self.prefix}{rng.randrange(100_000, 9_999_999)}"


def identifier_style(rng: Random) -> IdentifierStyle:
    """A style of identifiers."""
    kind = rng.choice(("number", "number", "number", "zeros", "long", "prefix", "year", "hash"))
    return IdentifierStyle(kind, rng.choice(("H", "V", "IP-", "A0", "E")))


# (female, male) by language; codes 1 and 2 only where the header says that it holds a code.
SEX_STYLES = {
    "en": (("F", "M"), ("F", "M"), ("Female", "Male"), ("FEMALE", "MALE"), ("f", "m")),
    "de": (("w", "m"), ("W", "M"), ("weiblich", "männlich"), ("Weiblich", "Männlich")),
    "fr": (("F", "M"), ("F", "H"), ("Féminin", "Masculin"), ("femme", "homme")),
    "es": (("M", "H"), ("Mujer", "Hombre"), ("F", "M"), ("Femenino", "Masculino"), ("M", "V")),
    "zh": (("女", "男"), ("女", "男"), ("女性", "男性")),
}
_SEX_IN_HEADER = {"H/F": ("F", "H"), "M/F": ("F", "M"), "H/M": ("M", "H"), "m/w": ("w", "m"), "男/女": ("女", "男")}
_CODED = ("_CD", "CODE", "_C", "COD_", "代码", "GSCHL", "KENNZ")


def sex_words(rng: Random, language: str, header: str) -> tuple[str, str]:
    """How female and male are written below a header."""
    for remark, pair in _SEX_IN_HEADER.items():
        if remark in header:
            return pair
    if any(mark in header.upper() for mark in _CODED) and rng.random() < 0.5:
        return "2", "1"
    return rng.choice(SEX_STYLES[language])


AGE_UNITS = {"en": " y", "de": " J.", "fr": " ans", "es": " años", "zh": "岁"}


def age_value(rng: Random, age: int, style: str, language: str) -> Value:
    """An age in years; those above 89 are capped as exports for research do."""
    if age >= 90 and style != "number":
        return ">89" if style == "unit" else "90+"
    if style == "unit":
        return f"{age}{AGE_UNITS[language]}"
    if style == "decimal":
        return round(age + rng.randrange(0, 9) / 10, 1)
    if style == "text":
        return str(age)
    return age


WORDS = {
    "ward": {
        "en": ("ICU 3B", "MICU", "CCU", "4 West", "SICU"),
        "de": ("ITS 1", "Innere 2A", "Kardio 3", "Chir. 4B"),
        "fr": ("Réanimation", "Cardiologie", "Méd. interne", "USI"),
        "es": ("UCI", "Medicina Interna", "Cardiología", "Planta 3"),
        "zh": ("重症医学科", "心内科", "呼吸科", "急诊科"),
    },
    "frequency": {
        "en": ("BID", "Q6H PRN", "daily", "TID", "ONCE", "continuous"),
        "de": ("1-0-1-0", "1-0-0-0", "bei Bedarf", "1-1-1-0"),
        "fr": ("1-0-1", "3x/j", "si besoin", "/8h"),
        "es": ("c/8h", "c/24h", "De-Co-Ce", "si precisa"),
        "zh": ("bid", "qd", "每日三次", "q8h", "st"),
    },
    "live": {
        "en": ("Active", "Completed", "Discontinued", "Verified", "Dispensed"),
        "de": ("aktiv", "beendet", "abgesetzt", "freigegeben"),
        "fr": ("En cours", "Terminé", "Arrêté", "Validé"),
        "es": ("Activa", "Finalizada", "Suspendida", "Validada"),
        "zh": ("执行中", "已停止", "已完成", "已审核"),
    },
    "void": {
        "en": ("Cancelled", "Canceled", "Entered in error", "Voided"),
        "de": ("storniert", "Storno"),
        "fr": ("Annulé", "Annulée"),
        "es": ("Anulada", "Cancelada"),
        "zh": ("已作废", "作废", "已取消"),
    },
    "category": {
        "en": ("Inpatient",),
        "de": ("stationär",),
        "fr": ("Hospitalisation",),
        "es": ("Hospitalización",),
        "zh": ("长期医嘱", "临时医嘱"),
    },
    "admission_type": {
        "en": ("Emergency", "Elective", "Urgent"),
        "de": ("Notfall", "Einweisung", "Verlegung"),
        "fr": ("Urgences", "Programmé", "Mutation"),
        "es": ("Urgente", "Programado"),
        "zh": ("急诊", "门诊", "转入"),
    },
    "disposition": {
        "en": ("Home or self care", "SNF", "Expired", "Rehab"),
        "de": ("regulär", "verlegt", "Tod"),
        "fr": ("Domicile", "Transfert", "Décès"),
        "es": ("Domicilio", "Traslado", "Exitus"),
        "zh": ("医嘱离院", "转院", "死亡"),
    },
    "person": {
        "en": ("Smith, J", "Nguyen, T", "Garcia, M", "Okafor, A", "Lee, S"),
        "de": ("Müller, K.", "Schäfer, T.", "Yilmaz, A.", "Weiß, J."),
        "fr": ("Lefèvre A", "Dupont M", "Bénard C", "Traoré I"),
        "es": ("García P", "Muñoz L", "Ibáñez R", "Peña S"),
        "zh": ("王伟", "李娜", "张敏", "刘洋"),
    },
    "insurance": {
        "en": ("Medicare", "Medicaid", "BCBS", "Self-pay"),
        "de": ("AOK", "TK", "Barmer", "privat"),
        "fr": ("CPAM", "MGEN", "AME"),
        "es": ("SNS", "Mutua", "Privado"),
        "zh": ("城镇职工医保", "新农合", "自费"),
    },
    "procedure": {
        "en": ("Central venous catheter placement", "Mechanical ventilation", "Coronary angiography", ""),
        "de": ("8-930", "8-831.0", "1-275.0", ""),
        "fr": ("GLLD004", "EPLF002", ""),
        "es": ("Ventilación mecánica", "Cateterismo", ""),
        "zh": ("机械通气", "冠脉造影", ""),
    },
    "comment": {
        "en": ('Pt. states "feels fine"; no complaints', "see chart,\nfollow up with PCP", "", ""),
        "de": ("Verlegung aus Haus B;\nsiehe Arztbrief", "Angehörige informiert", "", ""),
        "fr": ('Patient "stable";\nà revoir', "RAS", "", ""),
        "es": ("Sin incidencias;\nver evolución", "Familia informada", "", ""),
        "zh": ("病情稳定，\n继续观察", "无特殊", "", ""),
    },
    "race": {
        "en": ("White", "Black or African American", "Asian", "Hispanic"),
        "de": ("deutsch", "türkisch", "polnisch"),
        "fr": ("FR", "MA", "PT"),
        "es": ("España", "Marruecos", "Ecuador"),
        "zh": ("汉族", "回族", "壮族"),
    },
    "yes": {"en": ("Y", "N"), "de": ("ja", "nein"), "fr": ("Oui", "Non"), "es": ("Sí", "No"), "zh": ("是", "否")},
    "site": {
        "en": ("Main Campus", "St. Mary"),
        "de": ("Haus A", "Klinikum Nord"),
        "fr": ("CHU Nord", "Site Sud"),
        "es": ("Hospital General", "H. Clínico"),
        "zh": ("东院区", "本部"),
    },
}


def distractor(rng: Random, kind: str, language: str, known: dict[str, Value], dated: "Dated") -> Value:
    """The content of a column nobody asks for. `known`: age, row and, for an order, dose and route."""

    def word(group: str) -> str:
        return rng.choice(WORDS[group][language])

    contents: dict[str, Value] = {
        "row_number": known["row"],
        "patient_name": word("person"),
        "ward": word("ward"),
        "bed": f"{rng.randrange(1, 40):02d}-{rng.choice('AB')}",
        "length_of_stay": known["los"],
        "discharge_date": dated.write("discharged"),
        "icu_admission_date": dated.write("unit"),
        "drg": rng.choice(("E77B", "871", "F62A", "04M053", "291", "GRD 194")),
        "insurance": word("insurance"),
        "cost": round(rng.uniform(900, 60_000), 2),
        "drug_code": f"{rng.randrange(10_000, 9_999_999)}",
        "route": known.get("route", ""),
        "dose": known.get("dose", ""),
        "dose_unit": rng.choice(("mg", "g", "mL", "units")),
        "frequency": word("frequency"),
        "drug_form": rng.choice(("TABLET", "INJ", "SOLN")),
        "prescriber": word("person"),
        "order_id": known.get("order_id", ""),
        "order_end": dated.write("ended"),
        "order_entered": dated.write("entered"),
        "order_category": word("category"),
        "admission_type": word("admission_type"),
        "discharge_disposition": word("disposition"),
        "physician": word("person"),
        "race": word("race"),
        "postcode": f"{rng.randrange(10_000, 99_999)}",
        "outcome": word("yes"),
        "procedure": word("procedure"),
        "diagnosis_count": rng.randrange(1, 12),
        "order_count": rng.randrange(3, 30),
        "age_group": f"{int(str(known['age'] or 60)) // 10 * 10}-{int(str(known['age'] or 60)) // 10 * 10 + 9}",
        "comment": word("comment"),
        "visit_number": rng.randrange(1, 4),
        "weight": round(rng.uniform(45, 120), 1),
        "site": word("site"),
        "extract_date": dated.write("extracted"),
    }
    return contents[kind]


@dataclass(frozen=True, slots=True)
class Dated:
    """The moments of a stay or order, and how its table writes them."""

    moments: dict[str, datetime]
    style: str
    with_time: bool

    def write(self, name: str) -> Value:
        """One moment; empty where the stay has none."""
        when = self.moments.get(name)
        return moment(when, self.style, self.with_time) if when else ""


def birthday(rng: Random, age: int, admitted: datetime) -> date:
    """A date of birth that makes this age on the day of admission."""
    last = admitted.date() - timedelta(days=int(age * 365.25) + 2)
    return last - timedelta(days=rng.randrange(0, 340))

"""What a header says by the meaning of its words, in the languages of the synonyms.

Each word stands for one idea ("venue" and "Fall" for a stay, "n°" and "Kennung" for a number), a compound or a Chinese
header for several ("Aufnahmezeitpunkt"). A field is named by some ideas and bears some others beside them; a header
that holds any other idea, or a word that is not known, is not taken for the field. So "N° venue" is an admission's
number, "Venue prévue" is nothing, and "Prescrit par" is no drug.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache

_LEXICON: Mapping[str, str] = {
    "number": (
        "id ids no nos nr nrs num nbr number numbers nummer numero numeros n key keys ref reference referenz "
        "ident identifier identifikation identifikator identifiant identificador identificativo kennung kenn "
        "kennz kennzahl serial pk uid guid 号 号码 编号 标识 标识符 流水号 流水 登记号 序列号 唯一 唯一号"
    ),
    "code": (
        "code codes kode kodes cod cd codigo codigos codage coding codificacion schluessel schlussel ziffer "
        "ziffern 编码 代码 码 国际"
    ),
    "stay": (
        "encounter encounters enc encntr visit visits stay stays case episode episodes spell hospitalization "
        "hospitalisation hospitalizacion hospitalizations episodio episodios fall falls falles fal aufenthalt "
        "aufenthalts aufenthaltes behandlungsfall sejour sejours venue estancia estancias kontakt contact csn "
        "encuentro hospitalise hospitalises hospitalisee 住院 就诊 次住院"
    ),
    "stay number": (
        "hadm hadmid iep nda rss fallnr falnr fallid fallnummer fallzahl admno visitno encid csnid 住院号 就诊号 "
        "入院号 流水号住院"
    ),
    "account": "account acct acc konto billing facturacion cuenta facturation",
    "admission": (
        "admission admissions adm adt admit admits admitted admitting admsn aufnahme aufn aufnahmen aufgenommen "
        "eintritt eintritts zugang zugangs entree entrees entre admis admise ingreso ingresos ing ingresado "
        "ingresada internacion internado admision admitido admittime arrival arrived arrivee llegada reg "
        "registration 入院 收治 收住 登记"
    ),
    "inpatient": (
        "inpatient ip inp inpat stationar stationare stationarer stationares stationaren stationaer stationaere "
        "stationaerer stat stationary 本次 本院"
    ),
    "hospital": (
        "hospital hospitals hosp hsp krankenhaus klinik klinikum khs hopital hospitalier hospitaliere "
        "hospitalario hospitalaria facility provider"
    ),
    "patient": (
        "patient patients patienten patientin pat pt pts person pers personen subject subjects client clients "
        "member demographics demografie personalien stammdaten identite filiacion personal pac paciente pacientes "
        "individual enterprise 患者 病人 个人 主索引"
    ),
    "patient number": (
        "mrn mpi empi eid pid piz patnr patid ipp nip nhc nhs mrno unitno 病案号 病案号码 病历号 病历号码 "
        "就诊卡号 门诊号 患者号 患者id"
    ),
    "record": (
        "record records rec recs chart charts dossier dossiers file akte akten historia historial hc stamm "
        "expediente expedientes ha register 病案 病历 档案"
    ),
    "medical": (
        "medical med clinical medizinisch medizinische klinisch klinische clinico clinica clinicos clinicas "
        "medico medicos medicas medicaux medicales clinique cliniques 临床 西医 医学"
    ),
    "pseudonym": (
        "pseudo pseudonym pseudonyme pseudonymised pseudonymized pseudonimo deidentified deident anon anonymised "
        "anonymized anonym anonymisiert study"
    ),
    "age": "age ages leeftijd eta idade alder edad edades alter alters lebensalter patientenalter 年龄 岁数 年纪 周岁",
    "group": (
        "group grp groups gruppe gruppen band bands bracket brackets klasse klassen class classes grupo grupos "
        "tramo rango tranche tranches classe cat category categories kategorie categoria categorie range 段 组 "
        "分组 分段"
    ),
    "years": "y yr yrs year years j jahr jahre jahren an ans annees annee ano anos a yo 岁 周岁 年",
    "sex": "sex sexe sexo gender genders geschlecht geschlechts geschl gschl sx genre genero gen 性别",
    "letters": "kz m f w d h v male female 男 女",
    "date": (
        "date dates dt dttm datetime time times tm tms timestamp ts day datum datums dat zeit zeiten zeitpunkt "
        "uhrzeit tag fecha fechas fec fech fh hora heure jour moment instant inst f 日期 时间 日 时刻 时 日期时间"
    ),
    "birth": (
        "birth born dob birthdate birthday geburt geburts geb geboren naissance naiss ne nee nacimiento nac "
        "nacido ddn bday 出生 生日"
    ),
    "diagnosis": (
        "diagnosis diagnoses diag diags dx dxs diagnostic diagnostics diagnostico diagnosticos diagnose diagnosen "
        "diagn diagnostik problem problems problema problemas probleme disease diseases condition conditions "
        "pathologie pathologies patologia patologias krankheit krankheiten erkrankung erkrankungen enfermedad "
        "enfermedades juicio hauptdiagnose hauptdiagnosen nebendiagnose nebendiagnosen pdx diagtxt 诊断 疾病 病名 "
        "病种"
    ),
    "rank": (
        "principal primary prim main secondary sec other others additional associated associe associes all final "
        "working coded codes ranked haupt neben codificados codificado alle weitere principaux principales "
        "secundario secundarios secundaria ppal secondaire secondaires autres otros otro todos tous active "
        "retenus etabli behandlungs fachabteilungs entity 主要 次要 其他 其它 全部 所有 第一 第 主 次 及 与"
    ),
    "icd": "icd icd9 icd10 icd11 icd10cm cim cim10 cim9 cie cie10 cie9 cie10es icd10gm cm gm es 9 10 11",
    "late": (
        "discharge discharged disch dc entlass entlassung entlassungs entl sortie alta altas egreso egresos "
        "abschluss 离院 出院"
    ),
    "drug": (
        "drug drugs med meds medication medications medicine medicines rx pharm pharmacy pharmaceutical arznei "
        "arzneimittel praparat praparate praeparat praeparate medikament medikamente medikamenten medikation "
        "medikations wirkstoff wirkstoffe medicament medicaments medicamenteuse medicamenteuses specialite "
        "specialites produit produits molecule dci medicamento medicamentos medicacion farmaco farmacos fco "
        "principio generic handels especialidad especialidades substance substanz 药品 药物 药名 药 用药 通用名 "
        "商品名 西药 成药"
    ),
    "active": "active activo actif ingredient ingredients principe",
    "order": (
        "order orders ordered orderable ord prescribed prescription prescriptions presc prescr requested "
        "verordnung verordnungen verordnungs verordnet verordnete verordneter verordnetes verordneten vo "
        "anordnung anordnungen angeordnet prescrit prescrits prescrite prescrites prescripcion prescripciones "
        "pautado pautados pautada prescrito prescritos orden ordenes 医嘱 处方 开立 下达 开具 开单"
    ),
    "therapy": (
        "treatment treatments traitement traitements tratamiento tratamientos therapy therapie tto ttt "
        "administration administracion gabe"
    ),
    "dose": "dose doses dosis",
    "before": (
        "home prior previous pta preadmission outpatient ambulatory habitual habituel usual vor haus dauer "
        "hausmedikation vormedikation dauermedikation domicile domicilio previa previo bisherige "
        "domiciliario domiciliaria domiciliarios habituales 院前 既往 家庭 "
        "院外 长期"
    ),
    "name": (
        "name names nom nombre libelle lib libelles bezeichnung bez text texts texte texto textos txt desc "
        "description display beschreibung descripcion descr list liste lista listado listing value angabe angaben "
        "item items informationen info bezeichnungen 名称 内容 信息 描述 列表 项目 名 详情 值"
    ),
    "start": (
        "start starts started starting begin begins beginning beginn beginnt ab debut debute debutee deb inicio "
        "iniciado iniciada inic comienzo desde first gestartet angesetzt ansetz ansetzen onset erste ersten "
        "premiere primera primer 开始 起始 首次 生效 启用"
    ),
    "reaction": "reaction reactions reaktion reaktionen reaccion reacciones 反应",
    "allergy": (
        "allergy allergies allergic allergen allergens allergene allergie allergien allergique allergiques allergenes "
        "alergia alergias alergico alergica alergicas alergeno alergenos 过敏 过敏原"
    ),
    "due": "due valid effective gultig gueltig active on am le el at um",
    "minutes": "min mins minute minutes minuten minuto minutos mn 分钟 分",
    "hours": "h hr hrs hour hours std stunde stunden heures horas 小时",
    "since": (
        "from since after relative rel offset elapsed seit nach depuis apres desde tras hasta delai to 距 自 从 "
        "后 至 相对"
    ),
    "registered": (
        "registered administrative admin administrativ administratif legal biological current actual actuel "
        "recorded registrado registrada tatsachlich 实际"
    ),
    "nothing": (
        "auf gegen "
        "the a an u of in for and or with der die das des dem den von vom zu zum zur und oder mit bei im als du "
        "de la les l d et ou au aux en pour avec las los del y o con al un une una z zt s"
    ),
}
"""Ideas and the words that stand for them; several ideas may share a word."""

_SIMPLIFIED = str.maketrans(
    "時間號診斷醫囑藥齡別編碼歷錄門過稱開結單劑數費術類態狀長臨內項處後從鐘個歲報統計級區師療檢驗測員職種產現實際發聯絡電話證"
    "體壓病患住院況訊資料備註說說審對執終給頻規轉離導繳癥併發無專業來記載關係標識唯營養觀無與為應達製廠進貨價總額繼續專",
    "时间号诊断医嘱药龄别编码历录门过称开结单剂数费术类态状长临内项处后从钟个岁报统计级区师疗检验测员职种产现实际发联络电话证"
    "体压病患住院况讯资料备注说说审对执终给频规转离导缴症并发无专业来记载关系标识唯营养观无与为应达制厂进货价总额继续专",
)
_PIECES_ONLY_WHOLE = 3  # a piece of a compound is at least this long, and one of two letters ends it
_DISCHARGE = re.compile(r"\bd\s?/\s?c\b", re.IGNORECASE)
_CJK = re.compile(r"[\u4e00-\u9fff]")
_LINKS = ("", "s", "n", "en", "es", "e")  # between the parts of a German compound

# A field: each of its forms is (ideas it must hold, ideas it may hold beside them).
_Form = tuple[frozenset[str], frozenset[str]]


def _form(needed: str, allowed: str) -> _Form:
    def ideas(text: str) -> frozenset[str]:
        return frozenset(part.strip() for part in text.split(",") if part.strip())

    beside = ideas(allowed) | {"nothing"}
    return ideas(needed), beside | {"hospital"} if "inpatient" in beside | ideas(needed) else beside


_FIELDS: Mapping[str, tuple[_Form, ...]] = {
    "admission_id": (
        _form("stay, number", "inpatient, patient, admission, record, medical, code, pseudonym"),
        _form("admission, number", "inpatient, patient, record, code, pseudonym"),
        _form("inpatient, record, number, stay", "patient"),
        _form("inpatient, account", "number, patient"),
        _form("account, number, stay", "inpatient, patient"),
        _form("stay number", "number, stay, inpatient, patient, admission, code"),
        _form("stay, code", "inpatient, number"),
        _form("stay, inpatient", "patient"),
        _form("stay, hospital", "patient"),
        _form("stay, stay number", "inpatient"),
        _form("inpatient, number", "patient"),
    ),
    "patient_id": (
        _form("patient, number", "record, medical, pseudonym, code, registered"),
        _form("patient, record", "number, medical, pseudonym"),
        _form("medical, record, number", "pseudonym"),
        _form("patient, pseudonym", "number, code"),
        _form("patient number", "number, patient, pseudonym, code"),
        _form("patient, code", "number, pseudonym"),
        _form("record, number", "medical, pseudonym"),
        _form("hospital, number", "patient"),
    ),
    "age": (_form("age", "years, patient, admission, stay, inpatient, name, registered, number of years, due"),),
    "sex": (_form("sex", "patient, code, letters, registered, birth, name, medical"),),
    "birth_date": (_form("birth", "date, patient, due, years"),),
    "admission_date": (
        _form("admission, date", "stay, inpatient, patient, start, due"),
        _form("admission, due", "stay, inpatient, patient"),
        _form("stay, start", "date, inpatient, patient, due"),
        _form("admission, start", "date, inpatient, patient, stay, due"),
        _form("stay, date", "inpatient, patient"),
        _form("stay, due", "inpatient, patient"),
    ),
    "discharge_date": (_form("late, date", "stay, inpatient, patient"), _form("late, due", "patient, inpatient")),
    "diagnoses": (
        _form("diagnosis", "rank, name, code, icd, stay, inpatient, patient, medical, registered, active, late, due"),
        _form("icd", "code, diagnosis, rank, late, stay, name"),
    ),
    "order_drug": (
        _form("drug", "order, name, inpatient, therapy, active, medical, registered"),
        _form("order, name", "inpatient"),
        _form("active, drug", "name"),
    ),
    "orders": (_form("drug, order", "name, inpatient, therapy, patient, medical"),),
    "allergy_reaction": (_form("reaction", "allergy, drug, name, patient, medical, due, since"),),
    "order_start": (
        _form("start", "date, order, drug, therapy, dose, due, since, name"),
        _form("order, date", "drug, due"),
        _form("order, due", "drug"),
        _form("minutes, since", "start, admission, order, date, inpatient, therapy, drug, stay, due"),
        _form("hours, since", "start, admission, order, date, inpatient, therapy, drug, stay, due"),
        _form("minutes, start", "since, admission, order, date, inpatient, therapy, drug, stay, due"),
        _form("hours, start", "since, admission, order, date, inpatient, therapy, drug, stay, due"),
    ),
}
_NUMBERED = ("diagnoses", "orders")
_ABBREVIATED = {
    "diagnoses": frozenset(["hd", "nd", "dp", "dr", "das"])
}  # that mean it in one country; the cells must agree


@cache
def _ideas() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for idea, words in _LEXICON.items():
        for word in words.split():
            found.setdefault(_plain(word), set()).add(idea)
    return {word: frozenset(ideas) for word, ideas in found.items()}


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKD", text.casefold())
    return simplified("".join(c for c in text if not unicodedata.combining(c)))


def simplified(text: str) -> str:
    """A Chinese text in the characters of the mainland, as far as headers use them."""
    return text.translate(_SIMPLIFIED)


@lru_cache(maxsize=50_000)
def understood(header: str) -> tuple[frozenset[str], ...] | None:
    """The ideas of each word of a header, a word of several meanings with all of them; None where one is not known."""
    marked = _DISCHARGE.sub("discharge", header)
    marked = re.sub(r"\((?:n|en|s|es|e)\)", "", marked)  # a plural left open
    marked = re.sub(r"[\[(][A-Za-z]{0,3}\d+[\])]", "", marked) or marked  # a number of the column: "Sex [V004]"
    marked = re.sub(r"[#№]|(?<![^\W\d_])[nN]\s?[°º]", " no ", marked).replace("@", " at ")
    marked = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", marked)
    words = re.sub(r"[\W_]+", " ", _plain(marked).replace("'", " ")).split()
    told: list[frozenset[str]] = []
    for word in words:
        parts = _parts(word)
        if parts is None:
            return None
        told += parts
    return tuple(told)


def _parts(word: str) -> list[frozenset[str]] | None:
    """The ideas of one word: known as it is, or put together of known words ("aufnahmezeitpunkt", "住院登记号")."""
    if word in _ideas():
        return [_ideas()[word]]
    if word.isdecimal():
        return [frozenset({"figure"})]
    if len(word) > 40:
        return None
    return _compound(word)


@lru_cache(maxsize=50_000)
def _compound(word: str) -> list[frozenset[str]] | None:
    chinese = bool(_CJK.search(word))
    known = _ideas()
    for length in range(len(word) - 1, 0, -1):
        piece, rest = word[:length], word[length:]
        if piece not in known or (bool(_CJK.search(piece)) != chinese and not piece.isascii()):
            continue
        if not chinese and length < _PIECES_ONLY_WHOLE:
            continue
        for link in ("",) if chinese else _LINKS:
            if link and not rest.startswith(link):
                continue
            left = rest[len(link) :]
            if not left:
                return [known[piece]]
            if left.isdecimal():
                return [known[piece], frozenset({"figure"})]
            if left in known and (chinese or len(left) >= 2):
                return [known[piece], known[left]]
            if (more := _compound(left)) is not None:
                return [known[piece], *more]
    return None


def names(header: str, field: str) -> bool:
    """Whether the words of a header, all of them understood, name a field."""
    return field in named(header)


@lru_cache(maxsize=50_000)
def named(header: str) -> frozenset[str]:
    """The fields that a header names by all of its words."""
    told = understood(header)
    if not told or all(ideas == {"figure"} for ideas in told):
        return frozenset()
    figureless = tuple(ideas for ideas in told if ideas != {"figure"})
    return frozenset(
        field
        for field, forms in _FIELDS.items()
        if any(_fits(figureless if field in _NUMBERED else told, needed, allowed) for needed, allowed in forms)
    )


def _fits(told: tuple[frozenset[str], ...], needed: frozenset[str], allowed: frozenset[str]) -> bool:
    """Whether each word has a meaning that the field bears, and every needed idea a word of its own."""
    if not all(ideas & (needed | allowed) for ideas in told):
        return False
    left = list(told)
    for idea in sorted(needed, key=lambda idea: sum(idea in ideas for ideas in told)):
        holder = next((ideas for ideas in sorted(left, key=len) if idea in ideas), None)
        if holder is None:
            return False
        left.remove(holder)
    return True


def abbreviates(header: str, field: str) -> bool:
    """Whether a header is a short form that may name a field: "HD", "ND 3", "DP/DAS"."""
    words = re.sub(r"[\W_\d]+", " ", _plain(header)).split()
    others = (w for w in words if w not in _ABBREVIATED.get(field, ()))
    allowed = _FIELDS.get(field, ((frozenset(), frozenset()),))[0]
    known = all(_ideas().get(word, frozenset()) & (allowed[0] | allowed[1]) for word in others)
    return known and any(word in _ABBREVIATED.get(field, ()) for word in words)


def tells_entry(header: str) -> bool:
    """Whether a header tells when an order was written, not when it starts: "Ordered at", "Order placed"."""
    told = understood(header.casefold().replace("placed", "order"))
    ideas = frozenset().union(*told) if told else frozenset()
    return "order" in ideas and not ideas & {"start", "since", "minutes", "hours"}


def says_orders(title: str) -> bool:
    """Whether one of the words of a title says that something was ordered: "Orders", "Verordnungen 2024", "医嘱"."""
    words = re.sub(r"[\W_\d]+", " ", _plain(title)).split()
    return any("order" in ideas for word in words for ideas in _parts(word) or ())


def denies(header: str, field: str) -> bool:
    """Whether the words of a header, all of them understood, say that it is another field than one they resemble."""
    told = understood(header)
    if not told or names(header, field):
        return False
    if field in ("admission_id", "patient_id", "admission_date", "discharge_date", "order_start"):
        return True
    counts = any(ideas <= {"number", "code"} for ideas in told) and not any("figure" in ideas for ideas in told)
    return counts and field in ("orders", "order_drug", "diagnoses", "medications_on_admission")

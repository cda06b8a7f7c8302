"""What an allergy entry is about: negations taken out, what is left as separate statements."""

import re

from lamo_desktop.formulary.text import LONGEST_TEXT, plain, words

# Words that say there is none or that nothing is known, and words beside them that name no allergen and no drug.
_NONE_OR_UNKNOWN = frozenset(
    """
    none unknown keine kein keinerlei unbekannt nicht geen onbekend niet nessun nessuna nessuno non sconosciuta
    sconosciute nenhum nenhuma nao desconhecida desconhecidas desconhecido ninguna ninguno desconocida desconocidas
    desconocido aucun aucune inconnu inconnue inconnues ingen inga inget okand okant ukendt ukjent
    """.split()  # noqa: SIM905 - a word list reads better than quoted strings
)
_BESIDE_NONE = frozenset(
    """
    allergia allergie allergien allergieen allergier allergies alergia alergias angabe angaben angegeben bekannt
    bekannte bekannten bekend bekende conhecida conhecidas conhecido connu connue connues conocida conocidas
    dokumentiert erfragbar erhebbar erhoben ermittelbar kanda kand kant kendt kendte kjent kjente nota note noto
    sonst weitere weiteren
    """.split()  # noqa: SIM905
)
_STATEMENT_END = re.compile(
    r"[,;.\n\r\t|]|\b(?:but|except|other than|however|apart from"
    r"|ausser|außer|aber|sauf|mais|excepto|salvo|pero)\b|除了|(?<!排)除(?!草)"
)
_NEGATES_WHAT_FOLLOWS = re.compile(
    r"\b(?:nkda|nka|nkma|nkfa|none|denies|denied|negative|unknown allergies|tolerates|tolerated|tolerating|without"
    r"|no(?! (?:tolera|descartad|excluid))|not (?:an? )?(?:true )?allerg\w*|isnt allergic|never had"
    # German, French, Spanish; what must not be given or is not tolerated is an allergy
    r"|(?<!vertragt )(?<!darf )(?<!cave )(?<!cave: )(?<!bitte )kein(?:e[nrms]?)?(?!.*\bgeben)"
    r"|(?<!nicht )(?:vertragt|vertragen|toleriert)(?!.*\bnicht\b)(?! kein)"
    r"|(?<!ne )pas dallerg\w*|aucune?|(?<!ne )tolere(?! pas)|ningun[ao]?|niega|sin alergias?|(?<!no )tolera)\b"
)
_NEGATES_ALL = re.compile(
    r"(?<!nicht )(?<!not )(?<!non )(?<!no )\b(?:ruled out|refuted|disproved|disproven|delabell?ed"
    r"|not (?:an? )?(?:true )?allergy|ausgeschlossen|widerlegt|ecartee?s?|infirmee?s?|descartad[ao]s?|excluid[ao]s?)\b"
    r"|(?<!不能)(?<!未)排除"
)
_SIDE_EFFECT = re.compile(
    r"\b(?:nausea\w*|vomit\w*|emesis|n ?/ ?v|(?:upset|sick) stomach"
    r"|(?:stomach|gi|gastric) (?:upset|intolerance|distress)"
    r"|abdominal pain|diarrhea|constipat\w*|headaches?|dizz\w*|drows\w*|sleep\w*|fatigue|cough\w*|myalgias?"
    r"|(?:muscle|leg) (?:pains?|aches?|cramps?)|cramps|insomnia|intoleran\w*|side[ -]effects?|adverse effects?|red man"
    r"|confus\w*|hallucinat\w*|sweat\w*|palpitations|jitter\w*|nightmares"
    # German, French, Spanish
    r"|ubelkeit|erbrechen|brechreiz|durchfall|diarrh\w*|bauchschmerz\w*|magenschmerz\w*|magenbeschwerden|kopfschmerz\w*"
    r"|schwindel|mudigkeit|schlaflos\w*|husten|muskelschmerz\w*|verstopfung|verwirr\w*|halluzin\w*|unvertraglich\w*"
    r"|nebenwirkung\w*|nausees?|vomissements?|diarrhees?|douleurs? abdominales?|douleurs? gastriques?|cephalees?"
    r"|maux de tete|vertiges?|somnolence|fatigue|toux|crampes?|myalgies?|insomnie|effets? indesirables?"
    r"|nauseas?|vomitos?|diarreas?|dolor abdominal|dolor de estomago|estrenimiento|cefaleas?|dolor de cabeza|mareos?"
    r"|somnolencia|cansancio|tos|calambres|mialgias?|insomnio|confusion|alucinacion\w*|intolerancia|efectos? advers\w*"
    r"|molestias gastric\w*)\b"
    r"|恶心|呕吐|腹泻|腹痛|腹胀|便秘|头痛|头晕|嗜睡|乏力|咳嗽|肌痛|失眠|不耐受|副作用|胃肠道反应|胃部不适"
)
_ALLERGIC = re.compile(
    r"\b(?:anaphyl\w*|hives?|urticaria|rash\w*|itch\w*|prurit\w*|swell\w*|swollen|angioedema|edema|wheez\w*"
    r"|bronchospasm|throat|breath\w*|sob|dyspnea|stevens|sjs|dress|necrolysis|blister\w*|peel\w*|shock|hypotension"
    r"|thrombocytopenia|low platelets|hypersensitiv\w*|allergic|allergy|seizures?|arrest|liver|renal|kidney"
    # German, French, Spanish
    r"|anaphyla\w*|\w*ausschlag\w*|exanthem\w*|nesselsucht|urtikaria|juckreiz|schwell\w*|geschwollen|angioodem\w*|odem\w*"
    r"|quincke\w*|atemnot|luftnot|dyspnoe|bronchospasmus|schock|krampfanfall\w*|kreislauf\w*|leber\w*|nieren\w*|allergi\w*"
    r"|thrombozytopenie|choc|eruptions?|exantheme|urticaire|prurit|demangeaisons?|gonflements?|angio-?oedeme\w*|oedeme\w*"
    r"|dyspnee|bronchospasme|convulsions?|hypersensibilit\w*|anafila\w*|choque|erupcion\w*|sarpullido|exantema"
    r"|ronchas|prurito|picor|hinchazon|angioedema|edema|disnea|broncoespasmo|convulsion\w*|hipersensibilid\w*"
    r"|hepat\w*|insuffisance|insuficiencia|hypotonie|hipotension)\b"
    r"|皮疹|荨麻疹|风团|瘙痒|红疹|过敏性休克|休克|水肿|肿胀|哮喘|呼吸困难|喉头|支气管痉挛|肝|肾|抽搐|血小板减少|剥脱"
)


def is_intolerance(statement: str) -> bool:
    """Whether a statement, read by `plain`, speaks of a side effect (nausea, cough) and of nothing like an allergy."""
    return _SIDE_EFFECT.search(statement) is not None and _ALLERGIC.search(statement) is None


def says_none(entry: str) -> bool:
    """Whether an entry of a list of allergies or medications says only that there is none or that none is known.

    "keine", "nicht erhoben", "geen bekende allergieën", "ingen kända"; what else an entry says makes it one.
    """
    said = frozenset(words(plain(entry[:LONGEST_TEXT])))
    return not said.isdisjoint(_NONE_OR_UNKNOWN) and said <= _NONE_OR_UNKNOWN | _BESIDE_NONE


def statements(allergy: str) -> tuple[str, ...]:
    """The parts of an allergy entry that assert an allergy, read by `plain`; none for "NKDA" or "denies penicillin".

    A negation holds from its word to the end of its statement (comma, semicolon, full stop, "but", "except"), so
    "no known allergies except penicillin" keeps penicillin, and so does "penicillin: no reaction recorded".
    """
    asserted = []
    for statement in _STATEMENT_END.split(plain(allergy[:LONGEST_TEXT])):
        kept = "" if _NEGATES_ALL.search(statement) else _NEGATES_WHAT_FOLLOWS.split(statement, maxsplit=1)[0]
        if kept.strip() and not says_none(statement):
            asserted.append(kept.strip())
    return tuple(asserted)

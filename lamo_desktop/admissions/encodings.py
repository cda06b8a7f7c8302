"""In which encoding a text table was written: by its marks, as UTF-8 or UTF-16, else by what its letters spell.

charset-normalizer says which encodings give text at all. Where several do, as with a single word among thousands of
English ones, the one wins whose letters are those that hospitals of its language write.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

SAMPLE_CELLS = 300  # cells with other than ASCII characters that are weighed
SAMPLE_CELL_BYTES = 200
CLOSE = 0.15  # disorder, as charset-normalizer measures it, by which another encoding may be worse and still be right

_CELL = re.compile(rb'[\r\n\t,;"]+')  # none of these is the second byte of a character in any of the encodings
_PUNCTUATION = frozenset("–—‘’“”„«»•…€\xa0")
_SIGNS = frozenset("°µ²³·™®±¹×½¼¾§")  # beside figures and words, not inside them
_FIGURES = frozenset("±¹×½¼¾§")  # of these, what touches no word
# The letters beyond ASCII of each language: a text is in one of them, not in a mixture.
_WESTERN = (
    "äöüÄÖÜß",
    "éèêëàâçîïôœùûÉÈÊÀÂÇÎÔŒÙ",
    "ñÑáéíóúÁÉÍÓÚü¿¡ºª",
    "áâãàçéêíóôõúÁÂÃÀÇÉÊÍÓÔÕÚºª",
    "åäöÅÄÖéæøÆØ",
    "àèéìòùÀÈÉÌÒÙ",
)
_CENTRAL = (
    "ąćęłńóśźżĄĆĘŁŃÓŚŹŻ",
    "áčďéěíňóřšťúůýžÁČĎÉĚÍŇÓŘŠŤÚŮÝŽ",
    "áäčďéíĺľňóôŕšťúýžÁÄČĎÉÍĽŇÓÔŔŠŤÚÝŽ",
    "áéíóöőúüűÁÉÍÓÖŐÚÜŰ",
    "ăâîşţĂÂÎŞŢ",
    "čćđšžČĆĐŠŽ",
)
_TURKISH = ("çğıöşüâîÇĞİÖŞÜ",)
_CYRILLIC = ("".join(chr(c) for c in range(0x410, 0x450)) + "ёЁ№іїєґІЇЄҐ",)
_GREEK = ("".join(chr(c) for c in range(0x391, 0x3CA)) + "άέήίόύώΆΈΉΊΌΎΏϊϋΐΰ",)
_RARE = frozenset("ľĺŕĽĹŔбгжзйфхцчшщъыьэюёБГЖЗЙФХЦЧШЩЪЫЬЭЮЁβγδζθξφχψωςΒΓΔΖΘΞΦΧΨΩ")
# Common characters and those of clinical words, which tell languages apart that share their byte ranges.
_CLINICAL = {
    "gb18030": "病炎高血压糖尿心肺肝肾急慢性衰竭感染癌肿瘤骨折肌梗死脑出塞冠状动脉硬化贫胃肠溃疡胆囊结石支气管哮喘阻"
    "呼吸功能不全发热痛咳嗽胸腹头晕术后史入院号年龄别诊断医嘱药品名称过敏既往现主诉科室患者编住日期时间男"
    "女岁片注射液胶钠阿司匹林胰岛素无的一是了在有人中大为上个国我以要他来用们到作地于分对成会可同工也下产"
    "面多天自方实点理小定量文件数表示",
    "big5": "病炎高血壓糖尿心肺肝腎急慢性衰竭感染癌腫瘤骨折肌梗塞腦出冠狀動脈硬化貧胃腸潰瘍膽囊結石支氣管哮喘阻呼"
    "吸功能不全發熱痛咳嗽胸腹頭暈術後史入院號年齡別診斷醫囑藥品名稱過敏既往現主訴科室患者編住日期時間男女"
    "歲錠注射液膠鈉阿斯匹靈胰島素無的一是了在有人中大為上個國我以要他來用們到作地於分對成會可同工也下產面"
    "多天自方實點理小定量文件數表示",
    "cp932": "病炎高血圧糖尿心肺肝腎急慢性不全感染癌腫瘍骨折筋梗塞脳出冠動脈硬化貧胃腸潰胆嚢結石気管支喘息閉呼吸機"
    "能発熱痛咳胸腹頭術後歴入院番号年齢別診断名処方薬剤患者日時男女歳錠注射液既往現主訴科無疑",
    "cp949": "병염고혈압당뇨심장폐렴간신급만성부전감암종양골절근경색뇌출관상동맥화빈위궤담낭결석기지천식쇄호흡열통"
    "증침흉복두수술후력입원번나이별진단명처방약품환자일시남여세정주사액과거현재소없음질의등가은는을를에서"
    "로하다리아스해대도어인있한습니까그라트드프으용오류파설요",
}
_CLINICAL["euc_jp"] = _CLINICAL["cp932"]
# Rows of the two-byte sets in which the common characters of a language stand (first bytes).
_COMMON_ROWS = {
    "gb18030": (0xB0, 0xD7),
    "big5": (0xA4, 0xC6),
    "cp932": (0x88, 0x97),
    "euc_jp": (0xB0, 0xCF),
    "cp949": (0xB0, 0xC8),
}
# Every encoding that is considered, the likelier first; of equals the first is taken.
_LETTERS: dict[str, tuple[str, ...]] = {
    "cp1252": _WESTERN,
    "cp1250": _CENTRAL,
    "iso8859_2": _CENTRAL,
    "cp1251": _CYRILLIC,
    "koi8_r": _CYRILLIC,
    "gb18030": (),
    "big5": (),
    "cp932": (),
    "euc_jp": (),
    "cp949": (),
    "cp1254": _TURKISH,
    "cp1253": _GREEK,
    "cp866": _CYRILLIC,
    "cp852": _CENTRAL,
    "cp850": _WESTERN,
}
OFFERED = ("utf-8", "utf-16", *_LETTERS)  # for a person to choose from
SHOWN = {
    "utf-8-sig": "UTF-8",
    "iso8859_2": "ISO-8859-2",
    "koi8_r": "KOI8-R",
    "big5": "Big5",
    "cp932": "Shift-JIS",
    "euc_jp": "EUC-JP",
    "cp949": "EUC-KR",
}


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding a file is read in; `rivals` are others that give as plausible, but different, text."""

    name: str
    rivals: tuple[str, ...] = ()


def shown(encoding: str) -> str:
    """How messages call an encoding."""
    return SHOWN.get(encoding, encoding.upper())


def is_encoding(name: str) -> bool:
    """Whether this is the name of a text encoding."""
    try:
        "".encode(name)
    except (LookupError, ValueError):
        return False
    return True


def detect_encoding(sample: bytes, complete: bool = True) -> Encoding:
    """The encoding of a text file, from its first bytes; `complete` when they are all of it."""
    if sample.startswith(b"\xef\xbb\xbf"):
        return Encoding("utf-8-sig")
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Encoding("utf-16")
    even, odd = sample[:4000:2].count(0), sample[1:4000:2].count(0)
    if even + odd > len(sample[:4000]) // 8:
        return Encoding("utf-16-le" if odd > even else "utf-16-be")
    try:
        sample[: len(sample) - _cut_sequence(sample, complete)].decode("utf-8")
        return Encoding("utf-8")
    except UnicodeDecodeError:
        return Encoding("utf-8") if mostly_utf8(sample) else _by_letters(_foreign_cells(sample, complete))


def mostly_utf8(sample: bytes) -> bool:
    """Whether non-ASCII characters are UTF-8 but for a few damaged ones."""
    text = sample.decode("utf-8", "replace")
    letters = len(re.findall(r"[^\x00-\x7f\ufffd]", text))
    return letters >= 10 * max(1, text.count("\ufffd"))


def _cut_sequence(sample: bytes, complete: bool) -> int:
    """Bytes at the end of a cut sample that may be the beginning of a multi-byte character."""
    if complete:
        return 0
    return next((k for k in range(1, 4) if sample[-k] >= 0xC0), 0)


def _foreign_cells(sample: bytes, complete: bool) -> list[bytes]:
    """The distinct cells with other than ASCII characters: all that tells encodings apart."""
    cells = _CELL.split(sample)
    if not complete:
        cells.pop()
    foreign = dict.fromkeys(cell for cell in cells if not cell.isascii() and len(cell) <= SAMPLE_CELL_BYTES)
    if not foreign:
        foreign = dict.fromkeys(cell[:SAMPLE_CELL_BYTES] for cell in cells if not cell.isascii())
    return list(foreign)[:SAMPLE_CELLS]


def _by_letters(cells: Sequence[bytes]) -> Encoding:
    if not cells:
        return Encoding("cp1252")
    text = b"\n".join(cells)
    from charset_normalizer import from_bytes  # loaded by reading alone, not by the window's start

    found = from_bytes(text, cp_isolation=list(_LETTERS), threshold=0.6)
    matches = {name: m.chaos for m in found for name in m.could_be_from_charset if name in _LETTERS}
    tidiest = min(matches.values(), default=0.0)
    order = list(_LETTERS)
    ranked = sorted(
        (name for name in order if name in matches and matches[name] <= tidiest + CLOSE),
        key=lambda name: (-round(_familiarity(text.decode(name), name), 2), round(matches[name], 1), order.index(name)),
    )
    if not ranked:
        return Encoding(next((name for name in order if _decodes(text, name)), "cp1252"))
    best, read = ranked[0], text.decode(ranked[0])
    level = _familiarity(read, best) - 0.05
    rivals = [n for n in ranked[1:] if text.decode(n) != read and _familiarity(text.decode(n), n) >= level]
    return Encoding(best, tuple(rivals))


def _familiarity(text: str, encoding: str) -> float:
    """How usual the characters other than ASCII are in the likeliest language written in this encoding, from 0 to 1."""
    foreign = [
        text[max(0, k - 1) : k + 2] if k else " " + text[:2]
        for k, c in enumerate(text)
        if not c.isascii() and c not in _PUNCTUATION
    ]
    foreign = [trio for trio in foreign if trio[1] not in _SIGNS or _in_a_word(trio)]
    if not foreign:
        return 1.0
    if encoding in _COMMON_ROWS:
        return sum(_usual_sign(trio, encoding) for trio in foreign) / len(foreign)
    return max(sum(_usual_letter(trio, letters) for trio in foreign) / len(foreign) for letters in _LETTERS[encoding])


def _in_a_word(trio: str) -> bool:
    beside = trio[0].isalpha() + trio[2:].isalpha()
    return beside >= (1 if trio[1] in _FIGURES else 2)


def _usual_letter(trio: str, letters: str) -> float:
    """How usual a letter is between its neighbours: those of another script do not stand beside Cyrillic or Greek."""
    letter = trio[1]
    if letter not in letters:
        return 0.0
    if letter >= "\u0370" and any(c.isascii() and c.isalpha() for c in trio):
        return 0.0
    if (trio[0].islower() and letter.isupper()) or (letter == "ς" and trio[2:].isalpha()):
        return 0.3 if letter < "\u0370" else 0.0
    return 0.8 if letter in _RARE else 1.0


def _usual_sign(trio: str, encoding: str) -> float:
    character = trio[1]
    if len(trio) == 3 and (trio[0] + trio[2]).isascii() and (trio[0] + trio[2]).islower():
        return 0.0
    if character in _CLINICAL[encoding]:
        return 1.0
    if encoding in ("cp932", "euc_jp") and "\u3041" <= character <= "\u30fe":
        return 1.0
    if character in "，；、。：（）［］・\u3000" or "\uff10" <= character <= "\uff5a":
        return 0.7
    low, high = _COMMON_ROWS[encoding]
    code = character.encode(encoding)
    return 0.6 if len(code) == 2 and low <= code[0] <= high else 0.0


def _decodes(text: bytes, encoding: str) -> bool:
    try:
        text.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True

"""Text tables in the encodings of hospitals' systems: whole notes, and one word among thousands of English ones."""

import gzip
from pathlib import Path

import pytest

from lamo_desktop.admissions.delimited import SAMPLE_BYTES, read_delimited
from lamo_desktop.admissions.encodings import detect_encoding
from lamo_desktop.errors import InputError

POLISH = ("Numer przyjęcia;Wiek;Płeć;Rozpoznanie", "Zapalenie płuc i ciężka duszność", "Żółtaczka, marskość wątroby")
CZECH = ("Číslo přijetí;Věk;Pohlaví;Diagnóza", "Zápal plic a těžká dušnost", "Selhání srdce, cukrovka, žloutenka")
RUSSIAN = ("Номер истории;Возраст;Пол;Диагноз", "Пневмония и дыхательная недостаточность", "САХАРНЫЙ ДИАБЕТ")
TAIWAN = ("住院號;年齡;性別;診斷", "肺炎併急性呼吸衰竭", "高血壓，糖尿病，股骨頸骨折")
JAPANESE = ("入院番号;年齢;性別;診断名", "肺炎による急性呼吸不全", "高血圧症と２型糖尿病（アスピリン服用）")
KOREAN = ("입원번호;나이;성별;진단명", "폐렴과 급성 호흡부전", "고혈압, 당뇨병, 대퇴골 골절, 뷁")
CHINESE = ("住院号;年龄;性别;诊断", "肺炎伴急性呼吸衰竭", "高血压，糖尿病，股骨颈骨折")
GERMAN = ("Fallnummer;Alter;Geschlecht;Hauptdiagnose für DRG", "Lungenentzündung", "Gastroösophageale Größe unklar")
FRENCH = ("Numéro de séjour;Âge;Sexe;Diagnostic", "Pneumopathie sévère, fièvre élevée", "Œdème aigu du poumon à 38,5°")
SPANISH = ("Número de episodio;Edad;Sexo;Diagnóstico", "Neumonía e insuficiencia respiratoria", "Infección, año 2019")
TURKISH = ("Başvuru no;Yaş;Cinsiyet;Tanı", "Zatürre ve solunum yetmezliği", "Şeker hastalığı, böbrek ağrısı")
GREEK = ("Αριθμός;Ηλικία;Φύλο;Διάγνωση", "Πνευμονία", "Υπέρταση, σακχαρώδης διαβήτης")

SAMPLES = [
    (POLISH, "cp1250"),
    (POLISH, "iso8859_2"),
    (POLISH, "cp852"),
    (CZECH, "cp1250"),
    (CZECH, "iso8859_2"),
    (RUSSIAN, "cp1251"),
    (RUSSIAN, "koi8_r"),
    (RUSSIAN, "cp866"),
    (TAIWAN, "big5"),
    (JAPANESE, "cp932"),
    (JAPANESE, "euc_jp"),
    (KOREAN, "cp949"),
    (CHINESE, "gb18030"),
    (GERMAN, "cp1252"),
    (FRENCH, "cp1252"),
    (SPANISH, "cp1252"),
    (TURKISH, "cp1254"),
    (GREEK, "cp1253"),
]
ENGLISH = [
    f'{1000 + n};{40 + n % 50};{"FM"[n % 2]};"Type {n % 3} diabetes mellitus; hypertension, essential"'
    for n in range(400)
]
NAMES = [f"{encoding} {words[0][:8]}" for words, encoding in SAMPLES]


def assert_read(text: str, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_bytes(text.encode(encoding))
    sheet = read_delimited(path)
    header, *rows = [line.split(";", 3) for line in text.split("\r\n")]
    assert [column[0] for column in sheet.columns] == header
    assert sheet.columns[3][1:] == [row[3].strip('"') for row in rows]


@pytest.mark.parametrize(("words", "encoding"), SAMPLES, ids=NAMES)
def test_a_table_of_many_words(words: tuple[str, ...], encoding: str, tmp_path: Path) -> None:
    header, *texts = words
    rows = [f"{1000 + n};{40 + n % 50};F;{texts[n % len(texts)]}" for n in range(200)]
    assert_read("\r\n".join([header, *rows]), encoding, tmp_path)


@pytest.mark.parametrize(("words", "encoding"), SAMPLES, ids=NAMES)
def test_a_table_of_one_row(words: tuple[str, ...], encoding: str, tmp_path: Path) -> None:
    header, text, _ = words
    assert_read(f"{header}\r\n1;67;F;{text}", encoding, tmp_path)


@pytest.mark.parametrize(("words", "encoding"), SAMPLES, ids=NAMES)
def test_only_the_header_is_not_english(words: tuple[str, ...], encoding: str, tmp_path: Path) -> None:
    assert_read("\r\n".join([words[0], *ENGLISH]), encoding, tmp_path)


@pytest.mark.parametrize(("words", "encoding"), SAMPLES, ids=NAMES)
def test_one_text_among_four_hundred_in_english(words: tuple[str, ...], encoding: str, tmp_path: Path) -> None:
    rows = [*ENGLISH[:200], f"9;67;F;{words[1]}", *ENGLISH[200:]]
    assert_read("\r\n".join(["Admission ID;Age;Sex;Diagnoses", *rows]), encoding, tmp_path)


@pytest.mark.parametrize(("words", "encoding"), SAMPLES, ids=NAMES)
def test_the_first_letters_beyond_ascii_come_late(words: tuple[str, ...], encoding: str, tmp_path: Path) -> None:
    rows = ENGLISH * (SAMPLE_BYTES // sum(map(len, ENGLISH)) + 1)
    assert_read("\r\n".join(["Admission ID;Age;Sex;Diagnoses", *rows, f"9;67;F;{words[2]}"]), encoding, tmp_path)


def test_the_encoding_that_is_named_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "export.csv.gz"
    path.write_bytes(gzip.compress("id;Dx\n1;Зуб".encode("cp1251")))
    assert read_delimited(path, "koi8_r").columns[1][1] == "Зуб".encode("cp1251").decode("koi8_r")
    assert read_delimited(path, "cp1251").columns[1][1] == "Зуб"
    with pytest.raises(InputError, match=r"'klingon' is no encoding; expected a name such as"):
        read_delimited(path, "klingon")


def test_a_doubt_is_said_with_the_other_encodings(tmp_path: Path) -> None:
    assert detect_encoding("fête".encode("cp1252")).rivals  # Polish "fęte" in cp1250
    path = tmp_path / "export.csv"
    path.write_bytes("id;Dx\n1;fête".encode("cp1252"))
    assert any("it may also be" in remark and "name the encoding" in remark for remark in read_delimited(path).remarks)
    path.write_bytes("id;Dx\n1;fête".encode())
    assert not any("it may also be" in remark for remark in read_delimited(path).remarks)

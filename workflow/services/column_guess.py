"""What an office's headers probably mean: a first proposal, which a person then corrects.

Why: nobody should write a file of settings to have a register read. The words are those that offices put above their
columns, in the languages of the interface; a wrong guess costs one click.
Never here: reading files (spreadsheet), registering (importing).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from workflow.engine.process import ProcessDefinition
from workflow.services import names
from workflow.services.importing import FIELDS, words_for
from workflow.services.spreadsheet import Columns, cells_of, local_time, plain

SAMPLES = 3
LOOKED_AT = 20_000
MOST_STRANGE = 40
"""How many words of the file that mean nothing to us are asked about."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "position": (
        "position", "post", "job", "stanowisko", "wakat", "длъжност", "позиция", "должность", "вакансия",
        "岗位", "职位", "报考岗位",
    ),
    "name": (
        "name", "full name", "candidate", "applicant", "imie i nazwisko", "nazwisko i imie", "kandydat", "nazwisko",
        "име", "имена", "кандидат", "три имена", "трите имена", "фио", "ф и о", "заявитель", "имя", "姓名", "考生姓名",
    ),
    "documents": (
        "documents", "papers", "attachments", "dokumenty", "zalaczniki", "документи", "приложени документи",
        "документы", "приложения", "材料", "提交材料", "文件",
    ),
    "register_number": (
        "register number", "number", "no", "reg no", "numer", "nr", "numer rejestru", "nr wplywu", "lp",
        "входящ номер", "вх номер", "вх no", "номер", "рег номер", "регистрационный номер", "входящий номер",
        "编号", "报名序号", "登记号",
    ),
    "received_at": (
        "received at", "received", "date", "date received", "submitted", "data wplywu", "data zlozenia", "data",
        "получено", "дата", "дата на подаване", "дата и час", "получено на", "дата поступления", "дата подачи",
        "收到时间", "报名时间", "日期",
    ),
    "email": (
        "email", "e mail", "mail", "e mail address", "adres e mail", "имейл", "електронна поща", "е поща", "эл почта",
        "электронная почта", "почта", "邮箱", "电子邮箱", "电子邮件",
    ),
    "phone": ("phone", "telephone", "mobile", "telefon", "tel", "телефон", "тел", "gsm", "电话", "手机", "联系电话"),
    "address": ("address", "postal address", "adres", "adres korespondencyjny", "адрес", "地址", "通讯地址"),
    "town": (
        "town", "place of residence", "miejscowosc", "miejsce zamieszkania", "населено място", "населенный пункт",
        "居住地",
    ),
    "language": ("language", "jezyk", "език", "язык", "语言"),
    "dossier": ("dossier", "same person as", "teczka", "досие", "дело", "档案"),
    "channel": ("channel", "how it came", "sposob zlozenia", "начин на подаване", "способ подачи", "报名方式"),
    "posted_on": (
        "posted on", "postmark", "data stempla", "data nadania", "пощенско клеймо", "почтовый штемпель", "邮戳日期",
    ),
    "entry": ("entry", "register entry", "wpis", "запис", "запись", "登记"),
    "remark": ("remark", "remarks", "note", "notes", "comment", "uwagi", "бележка", "забележка", "примечание", "备注"),
}  # fmt: skip
"""Field -> headers, folded as names are: without case, diacritics and signs."""

PATTERNS = (
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%Y/%m/%d %H:%M",
    "%Y年%m月%d日 %H:%M",
)
ENCODINGS = ("utf-8", "windows-1250", "windows-1251", "gb18030", "utf-16")
_OWN = {"pl": "windows-1250", "bg": "windows-1251", "ru": "windows-1251", "zh": "gb18030"}


@dataclass(frozen=True, slots=True)
class Table:
    """A file at a glance: its headers, a few rows of texts, and how many rows there are below the header."""

    header: tuple[str, ...]
    samples: tuple[tuple[str, ...], ...]
    rows: int


def encoding_of(path: Path, process: ProcessDefinition) -> str:
    """UTF-8 if the file is that, else what the office's programs save by default."""
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return _OWN.get(process.institution.languages[0], "windows-1250")
    return "utf-8"


def glimpse(path: Path, columns: Columns) -> Table:
    """The file at a glance. Raises ImportFileError when it is no table."""
    table = cells_of(path, columns)
    header = tuple(str(plain(cell)) for cell in next(table, ()))
    samples: list[tuple[str, ...]] = []
    rows = 0
    for cells in table:
        texts = tuple(_text(plain(cell)) for cell in cells)
        if any(texts):
            rows += 1
            if len(samples) < SAMPLES:
                samples.append(texts)
    return Table(header, tuple(samples), rows)


def guess(header: Sequence[str]) -> dict[str, str]:
    """Field -> header, for every header that is understood; each is used once."""
    meant = {word: field for field in FIELDS for word in (*WORDS[field], field.replace("_", " "))}
    found: dict[str, str] = {}
    for text in header:
        field = meant.get(" ".join(names.words(text)))
        if field is not None:
            found.setdefault(field, text)
    for text in header:  # "Name of the candidate", "Дата и час на подаване": by its beginning, the longest word first
        folded = " ".join(names.words(text))
        for word in sorted(meant, key=len, reverse=True):
            if text not in found.values() and len(word) > 2 and folded.startswith(word):
                found.setdefault(meant[word], text)
    return found


def pattern_of(values: Iterable[str | datetime]) -> str | None:
    """The first pattern that reads every one of these local times; None when each is readable without one."""
    texts = [value for value in values if isinstance(value, str) and value]
    if all(local_time(text, Columns()) is not None for text in texts):
        return None
    fitting = (p for p in PATTERNS if all(local_time(text, Columns(date=p)) is not None for text in texts))
    return next(fitting, None)


def values_of(path: Path, columns: Columns, header: str) -> list[str | datetime]:
    """The cells below a header."""
    table = cells_of(path, columns)
    place = [str(plain(cell)) for cell in next(table, ())].index(header)
    return [plain(cells[place]) for cells in table if len(cells) > place]


def strange_words(values: Iterable[str | datetime], known: Mapping[str, object], words: Mapping[str, str]) -> list[str]:
    """The words of a column that are neither names nor labels of what the definition has, each once."""
    meant = words_for(known, words)
    strange: dict[str, None] = {}
    for value in values:
        text = value if isinstance(value, str) else _text(value)
        if text.casefold() in meant:
            continue
        for part in (part.strip() for part in text.split(",")):
            if part and part != "*" and part.casefold() not in meant:
                strange[part] = None
                if len(strange) > MOST_STRANGE:
                    return list(strange)[:MOST_STRANGE]
    return list(strange)


def _text(value: str | datetime) -> str:
    return value if isinstance(value, str) else value.isoformat(sep=" ", timespec="minutes")

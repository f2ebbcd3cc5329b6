"""What people and machines type who mean no good, or whose keyboard, script or spreadsheet is not ours.

Made by rule rather than copied: markup, formulas, control and direction signs, forms of the same letter, rare letters,
templates, paths, numbers and dates that are none.
"""

from __future__ import annotations

import unicodedata

_MARKUP = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</textarea><script>alert(1)</script>",
    "</title><b>x</b>",
    "<a href=javascript:alert(1)>x</a>",
    "javascript:alert(1)",
    "<!-- x -->",
    "<![CDATA[x]]>",
    "&lt;b&gt;",
    "&#x3c;b&#x3e;",
    "<b>fat</b>",
    "<iframe srcdoc='<p>x</p>'>",
    "<form action=//evil.example><button>x",
    "<style>*{display:none}</style>",
    "<base href=//evil.example/>",
    "<meta http-equiv=refresh content=0>",
]
_TEMPLATES = [
    "{{ 7*7 }}",
    "{% raw %}",
    "{# x #}",
    "{{ ''.__class__.__mro__ }}",
    "${7*7}",
    "#{7*7}",
    "%(name)s",
    "%s%s%n",
    "{0.__class__}",
    "{candidate}",
    "{detail}",
    "{",
    "}",
    "{{",
    "}}",
    "%",
    "%%",
    "%(",
]
_FORMULAS = [
    f"{sign}{rest}"
    for sign in ("=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "'=", '"=', "|", ";=", ",=")
    for rest in ("1+1", "cmd|' /C calc'!A0", 'HYPERLINK("http://evil.example")')
]
_CONTROL = [
    f"a{sign}b"
    for sign in ("\0", "\x01", "\x08", "\x0b", "\x0c", "\x1b[31m", "\x7f", "\x85", "\r\nSet-Cookie: x=1", "\n", "\t")
] + ["Bcc: all@evil.example", "x\r\nBcc: all@evil.example", "x\r\n\r\nbody", "x%0d%0aBcc: y@evil.example"]
_DIRECTION = [
    f"a{sign}b"
    for sign in (
        "\u200b",
        "\u200c",
        "\u200d",
        "\u200e",
        "\u200f",
        "\u202a",
        "\u202e",
        "\u2066",
        "\u2069",
        "\ufeff",
        "\u00ad",
    )
] + ["Иван\u202eteg.exe", "עברית", "مرحبا بالعالم"]
_NAMES = [
    "Ёлкин Пётр",
    "Żółć Łękówna",
    "Йордан Ѝ",
    "Ångström",
    "İbrahim ı",
    "ß ẞ ſ",
    "王小明",
    "𠮷田",
    "𬭎𫖯",
    "ﬁ ﬂ Ⅷ ①",
    "👩🏽‍💼",
    "O'Neill",
    "Иванова-Петрова",
]
_FORMS = [unicodedata.normalize(form, name) for form in ("NFC", "NFD", "NFKC", "NFKD") for name in _NAMES]
_PATHS = [
    "../../etc/passwd",
    "..\\..\\x",
    "/etc/passwd",
    "C:\\x",
    "file" + ":///etc/passwd",
    "~root",
    "con",
    "nul.txt",
    "a/b",
    ".",
    "..",
    "%2e%2e%2f",
]
_DATABASE = [
    "' OR '1'='1",
    "'; DROP TABLE application; --",
    "\\'",
    '"',
    "`",
    "%_%",
    "_",
    "\\",
    "1; SELECT pg_sleep(9)",
    "NULL",
    "null",
]
_NUMBERS = [
    "0",
    "-1",
    "1e309",
    "-0",
    "NaN",
    "Infinity",
    "9" * 400,
    "1" * 30,
    "0x10",
    "1_000",
    "1,5",
    "1.5",
    "٣",
    "²",
    "½",
    "1/3",
    "00000001",
    "+1",
    "1E-999999999",
]
_DATES = [
    "0000-00-00",
    "2026-02-30",
    "2026-13-01",
    "9999-12-31",
    "10000-01-01",
    "-1-01-01",
    "2026-03-29 02:30",
    "2026-03-18T10:00:00Z",
    "today",
    "18.03.2026",
    "0001-01-01",
]
_ADDRESSES = [
    "a@b",
    "@",
    "a@@b.example",
    "a@b.example\nBcc: c@d.example",
    "<a@b.example>",
    '"a b"@c.example',
    "a@[127.0.0.1]",
    "a@xn--80ak6aa92e.example",
    "x" * 300 + "@b.example",
]
_OTHERS = [
    "",
    " ",
    "\u3000",
    "\u00a0",
    "true",
    "[]",
    "{}",
    "[object Object]",
    "undefined",
    "x" * 5_000,
    "я" * 5_000,
    "\U0010ffff",
    "\ufffd",
    "\ufffe",
    "a" + "\u0301" * 200,
    "0190a000-0000-7000-8000-000000000000",
]

STRINGS: tuple[str, ...] = tuple(
    dict.fromkeys(
        _MARKUP
        + _TEMPLATES
        + _FORMULAS
        + _CONTROL
        + _DIRECTION
        + _FORMS
        + _PATHS
        + _DATABASE
        + _NUMBERS
        + _DATES
        + _ADDRESSES
        + _OTHERS
    )
)
"""Each once."""

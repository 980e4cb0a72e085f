"""Decoding of HTML: byte order mark, the encoding that the page names, else what its bytes say."""

from __future__ import annotations

import codecs
import re

from retrieval.ingest.parsers.text.decoding import Decoded, decode, mend_strays

_HEAD = 4_096  # bytes in which browsers, too, look for the name of the encoding
_NAMED = re.compile(
    rb"""<(?:meta\b[^>]{0,300}?\bcharset|\?xml\b[^>]{0,100}?\bencoding)\s*=\s*["']?\s*([\w.:-]{2,30})""",
    re.IGNORECASE,
)
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: Encodings that browsers read as the code page that contains them.
_READ_AS = {"iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030"}


def decode_html(source: bytes) -> Decoded | None:
    """Decode a page; ``None`` when it is no text in any encoding known here. Stray bytes are mended."""
    named = None if source.startswith(_BOMS) else _by_name(source)
    decoded = named or decode(source)
    if decoded is None:
        return None
    return Decoded(mend_strays(decoded.text)[0], decoded.encoding)


def _by_name(source: bytes) -> Decoded | None:
    found = _NAMED.search(source[:_HEAD])
    if found is None:
        return None
    try:
        name = codecs.lookup(found[1].decode("ascii")).name
        name = _READ_AS.get(name, name)
        # A name that stands in ASCII cannot be that of an encoding whose ASCII takes more bytes.
        return None if name.startswith(("utf-16", "utf-32", "utf-7")) else Decoded(source.decode(name), name)
    except (LookupError, UnicodeError, ValueError):
        return None

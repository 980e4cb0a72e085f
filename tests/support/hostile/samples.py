"""A small file of every format, written here byte by byte, so that a mutation can reach every part of it."""

from __future__ import annotations

import io
import json
import zipfile
import zlib

_WORDS = "The pier of the harbour is open. The ships are back since May, and the tide is high at noon."
_NS = 'xmlns:{0}="{1}"'
_WORD_NS = _NS.format("w", "http://schemas.openxmlformats.org/wordprocessingml/2006/main")
_ODF_NS = " ".join(
    _NS.format(name, f"urn:oasis:names:tc:opendocument:xmlns:{name}:1.0") for name in ("office", "text", "table")
)
_XML = '<?xml version="1.0" encoding="UTF-8"?>'

MARKDOWN = f"""---
title: "Pier: the guide"
date: 2024-05-01
tags: [a, b]
---
# The pier {{#pier}}

{_WORDS} It is **bold**, `code` and [a link](https://example.org/a?b=c "t").

!!! note "Mind"
    The gate closes at *ten*.

1. First step of all:
   - nested item
   - [x] done

| Day | Tide |
| --- | ---- |
| Mon | 3 m  |

```python
print("pier")
```

Term
:   Its definition[^1].

[^1]: A note. <!-- hidden --> <b>html</b> &amp; &#x41;
"""

RST = f"""Pier
====

:Author: Ann Lee

{_WORDS} *emphasis* ``code`` `link <https://example.org>`_ [1]_

.. note:: Mind the gate.

* item
* item::

    code

=====  =====
Day    Tide
=====  =====
Mon    3 m
=====  =====

.. [1] A note. |sub|
.. |sub| replace:: text
"""

HTML = f"""<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Pier</title>
<meta name="author" content="Ann Lee"><script type="application/ld+json">{{"@type": "Article"}}</script></head>
<body><nav><a href="/">Home</a></nav><main><h1>The pier</h1><p>{_WORDS} <b>Bold</b> &amp; <code>code</code></p>
<ul><li>one<ul><li>two</li></ul></li></ul><table><tr><th>Day</th></tr><tr><td>Mon</td></tr></table>
<pre>code</pre><p>{_WORDS}</p></main></body></html>"""

TEXT = f"PIER\n\n{_WORDS}\n\n    {_WORDS}\n\n* {_WORDS}\n\nFrom: ann@example.org\nSubject: Tides\n\n> {_WORDS}\n"
CSV = f'title,text,date\nPier,"{_WORDS}\n""quoted""",2024-05-01\nGate,{_WORDS},\n'
JSON_LINES = "\n".join(json.dumps({"title": f"Pier {number}", "text": _WORDS, "n": [1.5, None]}) for number in (1, 2))


def zipped(entries: dict[str, bytes | str]) -> bytes:
    """An archive with the entries in order; ``mimetype`` is stored, as readers of ODT and EPUB expect."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            method = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return packed.getvalue()


def docx_entries(body: str = "", head: str = "") -> dict[str, bytes | str]:
    """Parts of a Word file; ``head`` stands before its root, ``body`` in it."""
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    paragraph = f"<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>{_WORDS}</w:t></w:r></w:p>"
    table = f"<w:tbl><w:tr><w:tc>{paragraph}</w:tc><w:tc>{paragraph}</w:tc></w:tr></w:tbl>"
    return {
        "[Content_Types].xml": f'{_XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/word/document.xml" ContentType="{kind}"/></Types>',
        "_rels/.rels": f'{_XML}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{relation}" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f"{_XML}{head}<w:document {_WORD_NS}><w:body>"
        f'<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Pier</w:t></w:r></w:p>'
        f"{paragraph}{table}{body}</w:body></w:document>",
    }


def odt_entries(body: str = "", head: str = "") -> dict[str, bytes | str]:
    """Parts of an OpenDocument text."""
    kind = "application/vnd.oasis.opendocument.text"
    return {
        "mimetype": kind,
        "META-INF/manifest.xml": f'{_XML}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:'
        f'manifest:1.0"><manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        f'<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>',
        "content.xml": f'{_XML}{head}<office:document-content {_ODF_NS} office:version="1.2"><office:body><office:text>'
        f'<text:h text:outline-level="1">Pier</text:h><text:p>{_WORDS}</text:p><text:list><text:list-item>'
        f"<text:p>{_WORDS}</text:p></text:list-item></text:list>{body}</office:text></office:body>"
        f"</office:document-content>",
    }


def epub_entries(chapter: str = HTML) -> dict[str, bytes | str]:
    """Parts of a book of one chapter."""
    return {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": f'{_XML}<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:'
        f'container"><rootfiles><rootfile full-path="b.opf" media-type="application/oebps-package+xml"/></rootfiles>'
        f"</container>",
        "b.opf": f'{_XML}<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="i"><metadata '
        f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="i">x</dc:identifier><dc:title>Pier</dc:title>'
        f'<dc:language>en</dc:language></metadata><manifest><item id="c" href="c.xhtml" '
        f'media-type="application/xhtml+xml"/></manifest><spine><itemref idref="c"/></spine></package>',
        "c.xhtml": chapter.replace("<!doctype html><html", '<html xmlns="http://www.w3.org/1999/xhtml"'),
    }


def pdf(content: bytes | None = None, *, extra: bytes = b"") -> bytes:
    """A document of one page; ``content`` draws it, ``extra`` is added to the content stream's dictionary."""
    drawn = content if content is not None else f"BT /F1 12 Tf 72 700 Td ({_WORDS}) Tj ET".encode()
    packed = zlib.compress(drawn)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font 6 0 R >> >>",
        b"<< /Length %d /Filter /FlateDecode %s>>\nstream\n%s\nendstream" % (len(packed), extra, packed),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /F1 5 0 R >>",
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def samples() -> dict[str, bytes]:
    """A file of every format by its ending."""
    return {
        ".md": MARKDOWN.encode(),
        ".txt": TEXT.encode(),
        ".rst": RST.encode(),
        ".html": HTML.encode(),
        ".csv": CSV.encode(),
        ".tsv": CSV.replace(",", "\t").encode(),
        ".jsonl": JSON_LINES.encode(),
        ".pdf": pdf(),
        ".docx": zipped(docx_entries()),
        ".odt": zipped(odt_entries()),
        ".epub": zipped(epub_entries()),
    }

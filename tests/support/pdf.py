"""Small PDFs for tests: text in Helvetica at given places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Text(NamedTuple):
    """Text whose base line starts at ``x``, ``y`` (points from the lower left corner)."""

    x: float
    y: float
    text: str
    size: float = 10.0
    bold: bool = False


def paragraph(lines: Sequence[str], *, x: float = 72.0, top: float = 700.0, size: float = 10.0) -> list[Text]:
    """Lines one below the other, 1.2 times the size apart."""
    return [Text(x, top - 1.2 * size * at, line, size) for at, line in enumerate(lines)]


def make_pdf(pages: Sequence[Sequence[Text]], info: Mapping[str, str] | None = None) -> bytes:
    """A PDF of A4 pages; characters outside of Latin-1 cannot be shown."""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    objects += [
        f"<< /Type /Font /Subtype /Type1 /BaseFont /{name} /Encoding /WinAnsiEncoding >>".encode()
        for name in ("Helvetica", "Helvetica-Bold")
    ]
    kids = []
    for page in pages:
        content = b"\n".join(_shown(text) for text in page)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        stream = len(objects)
        page_of = "/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F0 3 0 R /F1 4 0 R >> >>"
        objects.append(f"<< {page_of} /Contents {stream} 0 R >>".encode())
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] >>".encode()
    trailer = ""
    if info:
        objects.append(f"<< {' '.join(f'/{key} ({value})' for key, value in info.items())} >>".encode("latin-1"))
        trailer = f" /Info {len(objects)} 0 R"
    return _file(objects, trailer)


def _shown(text: Text) -> bytes:
    escaped = text.text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /F{int(text.bold)} {text.size} Tf {text.x:.2f} {text.y:.2f} Td ({escaped}) Tj ET".encode("cp1252")


def _file(objects: Sequence[bytes], trailer: str) -> bytes:
    parts = [b"%PDF-1.4\n"]
    size = len(parts[0])
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(size)
        parts.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        size += len(parts[-1])
    parts.append(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    parts += [b"%010d 00000 n \n" % offset for offset in offsets]
    parts.append(f"trailer << /Size {len(objects) + 1} /Root 1 0 R{trailer} >>\nstartxref\n{size}\n%%EOF\n".encode())
    return b"".join(parts)

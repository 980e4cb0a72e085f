"""Extraction of archives: what is written, what is left out, and what is refused."""

from __future__ import annotations

import contextlib
import gzip
import io
import stat
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.core.errors import CorpusFileError
from retrieval.ingest.sources.archives import extract_archive, extraction
from retrieval.ingest.sources.archives.tar import TarError, read_tar
from tests.support.growth import assert_linear

HOSTILE = ["/etc/a.md", "../a.md", "a/../../b.md", "a//b.md", "C:\\a.md", "a\nb.md", "x" * 256, "d/" * 600 + "a.md"]


def tar_of(path: Path, *members: tuple[tarfile.TarInfo, bytes], form: int = tarfile.PAX_FORMAT) -> Path:
    """A gzipped tar file with these members."""
    with tarfile.open(path, "w:gz", format=form) as archive:
        for info, data in members:
            info.size = info.size or len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


def zip_of(path: Path, members: dict[str, bytes]) -> Path:
    """A zip file with these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def below(folder: Path) -> dict[str, bytes]:
    """Files in a folder by their paths."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """An empty folder."""
    folder = tmp_path / "a" / "b" / "target"
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT])
def test_a_tar_is_unpacked_in_every_format(tmp_path: Path, target: Path, form: int) -> None:
    """Long and accented names, folders and empty files arrive as tar writes them."""
    long = "l" * 90 + "/" + "o" * 90 + "/n.md"
    files = {"a.md": b"A" * 1000, long: b"B", "e.md": b"", "./c.md": b"C", ".github/d.md": b"D"}
    if form != tarfile.USTAR_FORMAT:
        files["ä" * 80 + ".md"] = b"E"
    archive = tar_of(tmp_path / "x.tgz", *((tarfile.TarInfo(name), data) for name, data in files.items()), form=form)

    extracted = extract_archive(archive, target)

    assert below(target) == {n.removeprefix("./"): d for n, d in files.items() if not n.startswith(".g")}
    assert (extracted.files, extracted.skipped) == (len(files) - 1, [])


def test_links_devices_and_pipes_of_a_tar_are_left_out(tmp_path: Path, target: Path) -> None:
    """Nothing but regular files is made, and the reason is given."""
    kinds = {"s": tarfile.SYMTYPE, "h": tarfile.LNKTYPE, "c": tarfile.CHRTYPE, "f": tarfile.FIFOTYPE}
    members = []
    for name, kind in kinds.items():
        info = tarfile.TarInfo(f"{name}.md")
        info.type, info.linkname = kind, "/etc/passwd"
        members.append((info, b""))
    behind = tarfile.TarInfo("s.md/x.md")
    archive = tar_of(tmp_path / "x.tar.gz", *members, (behind, b"in a folder, not through the link"))

    extracted = extract_archive(archive, target)

    assert list(below(target)) == ["s.md/x.md"]
    assert dict(extracted.skipped) == {
        "s.md": "it is a link", "h.md": "it is a hard link", "c.md": "it is a device", "f.md": "it is a pipe",
    }  # fmt: skip


@pytest.mark.parametrize("ending", [".zip", ".tgz"])
def test_no_path_leads_out_of_the_folder(tmp_path: Path, target: Path, ending: str) -> None:
    """Absolute, climbing, unshowable and endless names are left out, the rest is written."""
    files = dict.fromkeys([*HOSTILE, "fine.md"], b"x")
    if ending == ".zip":
        archive = zip_of(tmp_path / "x.zip", files)
    else:
        archive = tar_of(tmp_path / "x.tgz", *((tarfile.TarInfo(name), data) for name, data in files.items()))

    extracted = extract_archive(archive, target)

    assert list(below(tmp_path / "a")) == ["b/target/fine.md"]
    assert len(extracted.skipped) == len(HOSTILE)
    assert all(name.isprintable() for name, _ in extracted.skipped)


def test_links_and_encrypted_members_of_a_zip_are_left_out(tmp_path: Path, target: Path) -> None:
    """A link stays unmade, a name that stands twice is written once."""
    path = tmp_path / "x.zip"
    link = zipfile.ZipInfo("link.md")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr("a.md", "first")
        archive.writestr("a.md/b.md", "below a file")
        archive.writestr("lzma.md", "x", zipfile.ZIP_LZMA)

    extracted = extract_archive(path, target)

    assert below(target) == {"a.md": b"first"}
    assert [name for name, _ in extracted.skipped] == ["link.md", "a.md/b.md", "lzma.md"]


@pytest.mark.parametrize("ending", [".zip", ".tgz"])
def test_a_bomb_is_refused(tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    """A file that unpacks to far more than its size ends the extraction before the disk is full."""
    monkeypatch.setattr(extraction, "_RATIO_COUNTS_FROM", 1 << 20)
    data = bytes(8 << 20)
    if ending == ".zip":
        archive = zip_of(tmp_path / "x.zip", {"a.md": data})
    else:
        archive = tar_of(tmp_path / "x.tgz", (tarfile.TarInfo("a.md"), data))

    with pytest.raises(CorpusFileError, match="it unpacks to more than"):
        extract_archive(archive, target)
    assert sum(map(len, below(target).values())) <= 3 << 20


def test_too_many_members_are_refused(tmp_path: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of files is bounded, and so is the list of a zip file before it is read."""
    archive = zip_of(tmp_path / "x.zip", {f"{n}.md": b"" for n in range(20)})
    monkeypatch.setattr(extraction, "_MAX_MEMBERS", 10)
    with pytest.raises(CorpusFileError, match="more than 10 files"):
        extract_archive(archive, target)

    monkeypatch.setattr(extraction, "_MAX_DIRECTORY", 100)
    with pytest.raises(CorpusFileError, match="lists too many files"):
        extract_archive(archive, target)


def header(name: bytes, size: int, kind: bytes) -> bytes:
    """A tar header with any size and kind."""
    block = bytearray(512)
    block[:100] = name.ljust(100, b"\0")
    block[124:136] = b"\x80" + size.to_bytes(11, "big")
    block[156:157] = kind
    block[148:156] = b"%06o\0 " % (sum(block) + 8 * 32)
    return bytes(block)


@pytest.mark.parametrize("kind", [b"x", b"g", b"L", b"K"])
def test_an_extended_header_of_any_size_is_refused(kind: bytes) -> None:
    """A header that claims gigabytes is not read into memory."""
    with pytest.raises(TarError, match="too large"):
        list(read_tar(io.BytesIO(header(b"h", 1 << 40, kind) + bytes(1 << 16))))


def test_extended_headers_take_linear_time() -> None:
    """Digits without end in extended headers are read once."""

    def make(n: int) -> bytes:
        one = header(b"h", 60_000, b"x") + b"9" * 60_000 + bytes(-60_000 % 512)
        return one * max(1, n // 1_000)

    def read(data: bytes) -> None:
        with pytest.raises(TarError):
            list(read_tar(io.BytesIO(data)))

    assert_linear(read, make)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data(), ending=st.sampled_from([".zip", ".tgz", ".tar"]))
def test_a_mutated_archive_is_unpacked_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, ending: str
) -> None:
    """Whatever bytes an archive has, files are written below the folder or one error says why not."""
    folder = tmp_path_factory.mktemp("mutated")
    source = tar_of(folder / "s.tgz", (tarfile.TarInfo("ä/a.md"), b"text " * 300), (tarfile.TarInfo("b.md"), b"x"))
    if ending == ".zip":
        source = zip_of(folder / "s.zip", {"ä/a.md": b"text " * 300, "b.md": b"x"})
    raw = bytearray(gzip.decompress(source.read_bytes()) if ending == ".tar" else source.read_bytes())
    for _ in range(data.draw(st.integers(0, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    (folder / f"x{ending}").write_bytes(raw[: data.draw(st.integers(0, len(raw)))])
    (folder / "target").mkdir()

    with contextlib.suppress(CorpusFileError):
        extract_archive(folder / f"x{ending}", folder / "target")
    assert {path.name for path in folder.iterdir()} <= {"s.tgz", "s.zip", f"x{ending}", "target"}


def test_a_zip64_directory_that_claims_too_much_is_refused(tmp_path: Path, target: Path) -> None:
    """The size of the list in a zip file's large end record counts as well."""
    path = zip_of(tmp_path / "x.zip", {"a.md": b"x"})
    path.write_bytes(path.read_bytes() + b"PK\x06\x06" + bytes(36) + struct.pack("<Q", 1 << 40) + bytes(8))

    with pytest.raises(CorpusFileError, match="lists too many files"):
        extract_archive(path, target)

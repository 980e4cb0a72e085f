"""Errors that a person can act on: each carries its fields and writes its own one-line message."""

from __future__ import annotations

from pathlib import Path

from retrieval.core.health import VectorHealth


class RetrievalError(Exception):
    """Root of everything this package raises on purpose. ``str()`` is one line that says what to do."""


class CorpusFileError(RetrievalError):
    """A file of the corpus cannot be used; the rest of the corpus can."""

    def __init__(self, file: Path | str, problem: str, remedy: str, line: int | None = None) -> None:
        self.file = str(file)
        self.problem = problem
        self.remedy = remedy
        self.line = line
        place = self.file if line is None else f"{self.file}, line {line}"
        super().__init__(f"{place}: {problem}. {remedy}")


class SettingsError(RetrievalError):
    """A setting from the environment or the command line cannot be used."""

    def __init__(self, name: str, problem: str) -> None:
        self.name = name
        super().__init__(f"{name}: {problem}.")


class HomeBusyError(RetrievalError):
    """Another process owns the data folder, and this one wanted to write."""

    def __init__(self, home: Path, pid: int | None) -> None:
        self.home = home
        self.pid = pid
        super().__init__(
            f"{home} is being written by {_owner(pid)}. Wait until it is done, or stop it, then try again."
        )


class InUseError(HomeBusyError):
    """A process uses the data folder for as long as it lives, as a bot does."""

    def __init__(self, home: Path, pid: int | None) -> None:
        RetrievalError.__init__(
            self, f"{home} is in use by {_owner(pid)}, which runs on it. Stop it, or name another folder."
        )
        self.home = home
        self.pid = pid


class BeingRestoredError(HomeBusyError):
    """A backup is being restored into the data folder at this moment."""

    def __init__(self, home: Path, pid: int | None) -> None:
        RetrievalError.__init__(
            self, f"{home} is being restored by {_owner(pid)}. Wait until it is done, then try again."
        )
        self.home = home
        self.pid = pid


class NotIndexedError(RetrievalError):
    """There is no library in the data folder yet."""

    def __init__(self, home: Path) -> None:
        self.home = home
        super().__init__(f"Nothing is indexed in {home} yet. Run: pullquote index")


class OutdatedLibraryError(NotIndexedError):
    """The library was written by an older version of this program, and nothing has brought it up to date yet."""

    def __init__(self, home: Path, found: int, known: int) -> None:
        RetrievalError.__init__(
            self, f"The library in {home} has schema version {found}, this program wants {known}. Run: pullquote index"
        )
        self.home = home


class BeingIndexedError(NotIndexedError):
    """There is no library yet, but another process is about to make it."""

    def __init__(self, home: Path, pid: int | None) -> None:
        RetrievalError.__init__(
            self,
            f"{home} is being indexed for the first time by {_owner(pid)}. Wait until it is done, then try again.",
        )
        self.home = home
        self.pid = pid


def _owner(pid: int | None) -> str:
    return "another process" if pid is None else f"process {pid}"


class StorageError(RetrievalError):
    """A store could not be read or written (full disk, missing rights); what was stored before is still there."""

    def __init__(self, place: Path | str, problem: str, remedy: str) -> None:
        self.place = str(place)
        self.problem = problem
        super().__init__(f"{place}: {problem}. {remedy}")


class DamagedStoreError(StorageError):
    """A store exists but cannot be understood. What is no part of the library cannot be made anew from articles."""

    def __init__(self, place: Path | str, problem: str, *, derived: bool = True) -> None:
        remedy = (
            "Run: pullquote index --rebuild"
            if derived
            else "Restore a backup, or move the file away: it is begun anew."
        )
        super().__init__(place, f"damaged ({problem})", remedy)


class DamagedIndexError(DamagedStoreError):
    """A derived index cannot be understood. The next indexing run makes both anew from the library."""


class VectorsAwayError(StorageError):
    """The vector server cannot be asked now; the library and the keyword index can."""

    def __init__(self, place: Path | str, health: VectorHealth) -> None:
        self.health = health
        self.place = str(place)
        self.problem = health.state.value
        RetrievalError.__init__(self, f"{health.detail}.")


class IndexesReplacedError(StorageError):
    """The derived indexes were deleted while they were open: a rebuild has put new ones in their place."""

    def __init__(self, place: Path | str) -> None:
        super().__init__(place, "it was replaced while it was open", "Try again; if that fails, run: pullquote index")


class SchemaVersionError(RetrievalError):
    """The library was written by a newer version of this program."""

    def __init__(self, place: Path, found: int, known: int) -> None:
        self.found = found
        self.known = known
        super().__init__(
            f"{place} has schema version {found}, this program knows up to {known}. Upgrade pullquote, "
            "or name another folder with --home or PULLQUOTE_HOME."
        )


class IndexesDisagreeError(RetrievalError):
    """A derived index lacks passages which the library has, or (``indexed`` is ``None``) is another library's."""

    def __init__(self, place: Path | str, stored: int, indexed: int | None = None) -> None:
        self.stored = stored
        self.indexed = indexed
        problem = (
            "was made for another state of the library"
            if indexed is None
            else f"holds {indexed} of the library's {stored} passages"
        )
        super().__init__(f"{place} {problem}. Run: pullquote index")


class ModelError(RetrievalError):
    """An embedding model or reranker cannot be loaded."""

    def __init__(self, name: str, problem: str) -> None:
        self.name = name
        super().__init__(
            f"The model {name!r} cannot be loaded ({problem}). EMBEDDING_MODEL and RERANKER_MODEL take a folder "
            "or the name of a sentence-transformers model that is on this machine."
        )


class ModelMismatchError(RetrievalError):
    """The index was made with another model; vectors of two models cannot be compared."""

    def __init__(self, indexed: str, current: str) -> None:
        self.indexed = indexed
        self.current = current
        super().__init__(
            f"This index was made with the model {indexed}, the current one is {current}. "
            "Set EMBEDDING_MODEL back, or run: pullquote index --rebuild"
        )


class RemovalRefusedError(RetrievalError):
    """An indexing run would remove more than half of the library."""

    def __init__(self, removed: int, stored: int) -> None:
        self.removed = removed
        self.stored = stored
        super().__init__(
            f"{removed} of {stored} articles of the library are no longer in the corpus folder, so nothing was "
            "changed. Check the folder, or run: pullquote index --allow-removal"
        )


class BackupError(RetrievalError):
    """A backup cannot be made or restored; nothing has changed."""

    def __init__(self, file: Path | str, problem: str, remedy: str) -> None:
        self.file = str(file)
        self.problem = problem
        super().__init__(f"{file}: {problem}. {remedy}.")


class QuestionError(RetrievalError):
    """What was asked cannot be searched for."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)


class UnknownArticleError(RetrievalError):
    """No article has that id."""

    def __init__(self, article_id: str, suggestion: str | None = None) -> None:
        self.article_id = article_id
        hint = f"Did you mean {suggestion}?" if suggestion else "Run: pullquote sources"
        super().__init__(f"No article is called {article_id!r}. {hint}")


class AlteredArticleError(RetrievalError):
    """The stored text of an article is not the text that was indexed, so it is not quoted."""

    def __init__(self, article_id: str) -> None:
        self.article_id = article_id
        super().__init__(
            f"The stored text of {article_id!r} no longer matches its checksum, so it is not quoted. "
            "Run: pullquote index --rebuild"
        )

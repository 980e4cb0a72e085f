"""Exceptions of the package, each with a one-line message that says what to do."""

from __future__ import annotations

from pathlib import Path

from retrieval.core.health import VectorHealth


def one_line(text: object) -> str:
    """``str(text)`` with each run of white space as one space."""
    return " ".join(str(text).split())


class RetrievalError(Exception):
    """Base of all exceptions that this package raises. ``str()`` is one line that says what to do."""


class CorpusFileError(RetrievalError):
    """A corpus file cannot be used; the rest of the corpus can."""

    def __init__(self, file: Path | str, problem: str, remedy: str, line: int | None = None) -> None:
        self.file = str(file)
        self.problem = problem
        self.remedy = remedy
        self.line = line
        place = self.file if line is None else f"{self.file}, line {line}"
        super().__init__(f"{place}: {problem}. {remedy}")


class NoTextError(CorpusFileError):
    """A corpus file holds no text. Nothing is to be done: it is left out."""


class SettingsError(RetrievalError):
    """A setting from the environment or the command line cannot be used."""

    def __init__(self, name: str, problem: str) -> None:
        self.name = name
        super().__init__(f"{name}: {problem}.")


class HomeBusyError(RetrievalError):
    """Another process is writing the data folder."""

    _message = "{home} is being written by {owner}. Wait until it is done, or stop it, then try again."

    def __init__(self, home: Path, pid: int | None) -> None:
        self.pid = pid
        super().__init__(self._message.format(home=home, owner=_owner(pid)))


class InUseError(HomeBusyError):
    """A long-running process, such as a bot, holds the data folder."""

    _message = "{home} is in use by {owner}, which runs on it. Stop it, or name another folder."


class BeingRestoredError(HomeBusyError):
    """A backup is being restored into the data folder."""

    _message = "{home} is being restored by {owner}. Wait until it is done, then try again."


class NotIndexedError(RetrievalError):
    """The data folder holds no library that can be searched."""

    _message = "Nothing is indexed in {home} yet. Run: pullquote index"

    def __init__(self, home: Path, **fields: object) -> None:
        super().__init__(self._message.format(home=home, **fields))


class OutdatedLibraryError(NotIndexedError):
    """The library has the schema of an older version and has not been migrated."""

    _message = "The library in {home} has schema version {found}, this program wants {known}. Run: pullquote index"

    def __init__(self, home: Path, found: int, known: int) -> None:
        super().__init__(home, found=found, known=known)


class BeingIndexedError(NotIndexedError):
    """The first indexing run of the data folder is under way."""

    _message = "{home} is being indexed for the first time by {owner}. Wait until it is done, then try again."

    def __init__(self, home: Path, pid: int | None) -> None:
        super().__init__(home, owner=_owner(pid))


def _owner(pid: int | None) -> str:
    return "another process" if pid is None else f"process {pid}"


class StorageError(RetrievalError):
    """A store cannot be read or written (full disk, missing permission); its former content is kept."""

    def __init__(self, place: Path | str, problem: str, remedy: str) -> None:
        self.place = str(place)
        self.problem = problem
        super().__init__(f"{place}: {problem}. {remedy}")


class DamagedStoreError(StorageError):
    """A store is corrupt. ``derived``: it can be rebuilt from the articles."""

    def __init__(self, place: Path | str, problem: str, *, derived: bool = True) -> None:
        restore = "Restore a backup, or move the file away: a new one is made."
        super().__init__(place, f"damaged ({problem})", "Run: pullquote index --rebuild" if derived else restore)


class DamagedIndexError(DamagedStoreError):
    """A derived index is corrupt. The next indexing run rebuilds both from the library."""


class VectorsUnavailableError(StorageError):
    """The vector server is unavailable; the library and the keyword index are not affected."""

    def __init__(self, place: Path | str, health: VectorHealth) -> None:
        super().__init__(place, health.state.value, "")
        self.health = health

    def __str__(self) -> str:
        return f"{self.health.detail}."


class IndexesReplacedError(StorageError):
    """A rebuild has replaced the derived indexes while they were open."""

    def __init__(self, place: Path | str) -> None:
        super().__init__(place, "it was replaced while it was open", "Try again; if that fails, run: pullquote index")


class SchemaVersionError(RetrievalError):
    """The database was written by a newer version of this program."""

    def __init__(self, place: Path, found: int, known: int) -> None:
        self.found = found
        self.known = known
        super().__init__(
            f"{place} has schema version {found}, this program knows up to {known}. Upgrade pullquote, "
            "or name another folder with --home or PULLQUOTE_HOME."
        )


class IndexesDisagreeError(RetrievalError):
    """A derived index lacks passages of the library, or belongs to another library (``indexed`` is ``None``)."""

    def __init__(self, place: Path | str, stored: int, indexed: int | None = None) -> None:
        problem = f"holds {indexed} of the library's {stored} passages"
        if indexed is None:
            problem = "was made for another state of the library"
        super().__init__(f"{place} {problem}. Run: pullquote index")


class ModelError(RetrievalError):
    """An embedding model or reranker cannot be loaded."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(
            f"The model {name!r} cannot be loaded ({problem}). EMBEDDING_MODEL and RERANKER_MODEL take a folder "
            "or the name of a sentence-transformers model that is on this machine."
        )


class ModelMismatchError(RetrievalError):
    """The index was made with another model; vectors of two models are not comparable."""

    def __init__(self, indexed: str, current: str) -> None:
        remedy = "Set EMBEDDING_MODEL back, or run: pullquote index --rebuild"
        super().__init__(f"This index was made with the model {indexed}, the current one is {current}. {remedy}")


class RemovalRefusedError(RetrievalError):
    """An indexing run would remove more than half of the articles; nothing has changed."""

    def __init__(self, removed: int, stored: int) -> None:
        super().__init__(
            f"{removed} of {stored} articles of the library are no longer in the corpus folder, so nothing was "
            "changed. Check the folder, or run: pullquote index --allow-removal"
        )


class BackupError(RetrievalError):
    """A backup cannot be made or restored; nothing has changed."""

    def __init__(self, file: Path | str, problem: str, remedy: str) -> None:
        super().__init__(f"{file}: {problem}. {remedy}.")


class QuestionError(RetrievalError):
    """The question cannot be searched for; the message is written for the person who asked."""


class UnknownArticleError(RetrievalError):
    """No article has that id."""

    def __init__(self, article_id: str, suggestion: str | None = None) -> None:
        self.article_id = article_id
        hint = f"Did you mean {suggestion}?" if suggestion else "Run: pullquote sources"
        super().__init__(f"No article is called {article_id!r}. {hint}")


class AlteredArticleError(RetrievalError):
    """The stored text of an article does not match its checksum, so it is not quoted."""

    def __init__(self, article_id: str) -> None:
        super().__init__(
            f"The stored text of {article_id!r} no longer matches its checksum, so it is not quoted. "
            "Run: pullquote index --rebuild"
        )

"""Keyword index in Tantivy: BM25 over folded terms, exact words and phrases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import tantivy

from retrieval.core.errors import DamagedIndexError, IndexesReplacedError, RetrievalError, StorageError, one_line
from retrieval.core.system import is_disk_full

_HEAP = 64_000_000  # bytes of Tantivy's write buffer; its least is 15 million a thread


class LexicalEntry(NamedTuple):
    """Indexed words of a passage: ``terms`` for ranking (stems), ``words`` for exact search, both in order.

    ``terms`` include those of its context; ``context`` are the words of the context, for exact search.
    """

    key: int
    article_id: str
    terms: Sequence[str]
    words: Sequence[str]
    context: Sequence[str] = ()


def _schema() -> Any:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("key", stored=False, indexed=True, fast=True)
    builder.add_text_field("article", stored=False, tokenizer_name="raw", index_option="basic")
    # Folding is done once, by our own tokens module; here a term is what stands between two spaces.
    builder.add_text_field("terms", stored=False, tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("words", stored=False, tokenizer_name="whitespace", index_option="position")
    builder.add_text_field("context", stored=False, tokenizer_name="whitespace", index_option="position")
    return builder.build()


class TantivyLexicalIndex:
    """Words of passages by key; a context manager. Only the owner of the data folder may add and remove."""

    def __init__(self, folder: Path) -> None:
        """Open or make the index in ``folder``.

        Raises:
            StorageError: when it cannot be read or written; DamagedIndexError, when it is corrupt.
        """
        self._folder = folder
        self._writer: Any = None
        with self._translated():
            folder.mkdir(parents=True, exist_ok=True)
            self._schema = _schema()
            self._index = tantivy.Index(self._schema, path=str(folder))
            self._index.config_reader(reload_policy="manual")

    def __enter__(self) -> TantivyLexicalIndex:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Finish background work and close the folder."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            with self._translated():
                writer.wait_merging_threads()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except RetrievalError:
            raise
        except (ValueError, RuntimeError, OSError, SystemError) as error:
            if not self._folder.is_dir():
                raise IndexesReplacedError(self._folder) from error
            problem = one_line(error)[:160] or type(error).__name__
            if "os error 28" in problem or "No space" in problem or is_disk_full(self._folder):
                remedy = "Make room on the disk, then run: pullquote index"
            elif "Permission denied" in problem or "os error 30" in problem:
                remedy = "Check the disk and the folder's rights, then run: pullquote index"
            else:
                raise DamagedIndexError(self._folder, problem) from error
            raise StorageError(self._folder, problem, remedy) from error

    def add(self, entries: Sequence[LexicalEntry]) -> None:
        """Index passages and make them durable; a key that is known is replaced."""
        with self._translated():
            writer = self._open_writer()
            for entry in entries:
                writer.delete_documents_by_term("key", entry.key)
                document = tantivy.Document()
                document.add_integer("key", entry.key)
                document.add_text("article", entry.article_id)
                document.add_text("terms", " ".join(entry.terms))
                document.add_text("words", " ".join(entry.words))
                document.add_text("context", " ".join(entry.context))
                writer.add_document(document)
            self._commit(writer)

    def remove(self, keys: Sequence[int]) -> None:
        """Delete passages; unknown keys are ignored."""
        with self._translated():
            writer = self._open_writer()
            for key in keys:
                writer.delete_documents_by_term("key", key)
            self._commit(writer)

    def _open_writer(self) -> Any:
        if self._writer is None:
            self._writer = self._index.writer(heap_size=_HEAP, num_threads=1)
        return self._writer

    def _commit(self, writer: Any) -> None:
        writer.commit()
        self._index.reload()

    def reload(self) -> None:
        """See what another process has committed."""
        with self._translated():
            self._index.reload()

    def count(self) -> int:
        """Number of indexed passages."""
        with self._translated():
            return int(self._index.searcher().num_docs)

    def keys(self) -> set[int]:
        """All indexed keys."""
        with self._translated():
            hits = self._search(tantivy.Query.all_query(), max(1, self.count()))
            return {key for key, _ in hits}

    def best(
        self, groups: Sequence[tuple[Sequence[str], float]], limit: int, article_id: str | None = None
    ) -> list[tuple[int, float]]:
        """Keys and BM25 scores, best first, for weighted groups of terms; all terms of a group have to occur."""
        clauses = []
        for terms, weight in groups:
            queries = [tantivy.Query.term_query(self._schema, "terms", term, index_option="freq") for term in terms]
            query = queries[0] if len(queries) == 1 else self._all_of(queries)
            clauses.append((tantivy.Occur.Should, tantivy.Query.boost_query(query, weight)))
        if not clauses:
            return []
        query = self._within(tantivy.Query.boolean_query(clauses), article_id)
        with self._translated():
            return self._search(query, limit)

    def exact(
        self, phrases: Sequence[Sequence[str]], limit: int, article_id: str | None = None
    ) -> tuple[list[tuple[int, float]], int]:
        """Keys and scores of passages that hold every phrase (words one after the other), and how many there are.

        A phrase may stand in the passage's context instead; that scores less.
        """
        queries = []
        for phrase in phrases:
            own, context = (self._phrase(field, phrase) for field in ("words", "context"))
            either = [(tantivy.Occur.Should, own), (tantivy.Occur.Should, tantivy.Query.boost_query(context, 0.5))]
            queries.append(tantivy.Query.boolean_query(either))
        if not queries:
            return [], 0
        query = self._within(self._all_of(queries), article_id)
        with self._translated():
            found: Any = self._index.searcher().search(query, 1, count=True)
            return self._search(query, limit), int(found.count or 0)

    def _phrase(self, field: str, phrase: Sequence[str]) -> Any:
        if len(phrase) == 1:
            return tantivy.Query.term_query(self._schema, field, phrase[0])
        return tantivy.Query.phrase_query(self._schema, field, list(phrase))

    def _within(self, query: Any, article_id: str | None) -> Any:
        """``query`` restricted to one article, scores as they were."""
        if article_id is None:
            return query
        only = tantivy.Query.const_score_query(tantivy.Query.term_query(self._schema, "article", article_id), 0.0)
        return self._all_of([query, only])

    def _search(self, query: Any, limit: int) -> list[tuple[int, float]]:
        searcher = self._index.searcher()
        hits = searcher.search(query, limit, count=False).hits
        keys: Any = searcher.fast_field_values("key", [address for _, address in hits])
        return [(int(key), float(score)) for key, (score, _) in zip(keys, hits, strict=True)]

    @staticmethod
    def _all_of(queries: Sequence[Any]) -> Any:
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, query) for query in queries])

"""Brings the library and both derived indexes into step with a corpus: plan first, then apply."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import numpy as np

from retrieval.embedding import Embedder
from retrieval.errors import ModelMismatchError, RemovalRefusedError
from retrieval.lexical_index import LexicalEntry
from retrieval.library import LibraryWriter, StagedPassage, model_property
from retrieval.models import Article, Passage, Span
from retrieval.stamps import Stamp
from retrieval.tokens import content_terms, plain_words
from retrieval.vectors import Matrix, packed, pooled

#: Part of every digest: a change in how words are folded or vectors are pooled makes all articles new.
ANALYSIS = "1"
#: A lead-in only lends its subject, so it weighs less than the passage's own words.
LEAD_IN_WEIGHT = 0.5
_BATCH = 1500  # sentences encoded before the next commit: a kill costs at most that much work

Progress = Callable[[int], None]


class VectorStore(Protocol):
    """The writing side of a vector index."""

    def add(self, keys: Sequence[int], vectors: Matrix) -> None: ...
    def remove(self, keys: Sequence[int]) -> None: ...
    def keys(self) -> set[int]: ...
    def count(self) -> int: ...


class LexicalStore(Protocol):
    """The writing side of a keyword index."""

    def add(self, entries: Sequence[LexicalEntry]) -> None: ...
    def remove(self, keys: Sequence[int]) -> None: ...
    def keys(self) -> set[int]: ...
    def count(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Stores:
    """The two derived indexes of one folder, and the note of the library's state beside them, if they have one."""

    vectors: VectorStore
    words: LexicalStore
    stamp: Stamp | None = None

    def serve(self, *states: str) -> None:
        """Note which states of the library these indexes hold all passages of."""
        if self.stamp is not None:
            self.stamp.write(states)


@dataclass(frozen=True, slots=True)
class Plan:
    """What has to happen to the library, as article ids in order."""

    add: tuple[str, ...]
    replace: tuple[str, ...]
    remove: tuple[str, ...]
    unchanged: tuple[str, ...]


def plan(stored: Mapping[str, str], wanted: Mapping[str, str], *, keep: Iterable[str] = ()) -> Plan:
    """Compare digests by article id. Articles in ``keep`` stay although the corpus does not give them now."""
    kept = set(keep)
    return Plan(
        add=tuple(sorted(wanted.keys() - stored.keys())),
        replace=tuple(sorted(a for a in wanted.keys() & stored.keys() if wanted[a] != stored[a])),
        remove=tuple(sorted(stored.keys() - wanted.keys() - kept)),
        unchanged=tuple(sorted(a for a in wanted.keys() & stored.keys() if wanted[a] == stored[a])),
    )


def lexical_entry(key: int, passage: Passage, article: Article) -> LexicalEntry:
    """What the keyword index holds of a passage: its words; for ranking also its lead-in's and its section's."""
    text = article.slice(Span(passage.start, passage.end))
    context = [passage.section or "", article.slice(passage.lead_in) if passage.lead_in else ""]
    terms = [*content_terms(text), *(term for part in context for term in content_terms(part))]
    return LexicalEntry(key, article.article_id, terms, [found.word for found in plain_words(text)])


class Indexer:
    """Applies plans. The caller owns the data folder for as long as this lives."""

    def __init__(
        self, library: LibraryWriter, stores: Stores, embedder: Embedder, progress: Progress = lambda _: None
    ) -> None:
        self._library = library
        self._stores = stores
        self._embedder = embedder
        self.progress = progress

    def reconcile(self) -> None:
        """Finish or undo what an interrupted run left, so that all three hold the same passages."""
        self._library.discard_staged()
        self._purge(self._library.retired())
        live = self._library.keys()
        stores = self._stores
        known = stores.stamp.read() if stores.stamp is not None else None
        # In another state of the library, or in another library, the same key may stand for another passage.
        trusted = set(live) if known is None or self._library.state() in known else set()
        for store in (stores.vectors, stores.words):
            if extra := store.keys() - trusted:
                store.remove(sorted(extra))
        self.fill(live)
        state = self._library.state()
        if not state:
            state = secrets.token_hex(8)
            self._library.set_state(state)
        if known != {state}:
            stores.serve(state)

    def publish(
        self, stores: Stores, *, removed: Iterable[str] = (), properties: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """Let the library show what is staged, with these ``stores`` as its indexes."""
        state = secrets.token_hex(8)
        stores.serve(self._library.state(), state)
        self._library.publish(removed=removed, properties={**properties, "state": state})
        stores.serve(state)

    def fill(self, live: Sequence[int]) -> None:
        """Give the derived indexes what they lack of these live passages, from the library alone."""
        self._fill_vectors(sorted(set(live) - self._stores.vectors.keys()))
        missing = set(live) - self._stores.words.keys()
        for article_id in self._library.digests() if missing else ():
            keys = self._library.keys_of(article_id)
            if missing.isdisjoint(keys.values()):
                continue
            # An altered text may stand in the index: a search that is led to it refuses to quote it.
            article = self._library.article(article_id, checked=False)
            pairs = [(keys[passage.passage_id], passage) for passage in article.passages]
            self._stores.words.add([lexical_entry(key, p, article) for key, p in pairs if key in missing])

    def _fill_vectors(self, keys: Sequence[int]) -> None:
        identity = self._library.identity()
        for first in range(0, len(keys), 5000):
            some = keys[first : first + 5000]
            dimensions = identity.dimensions if identity else 1
            pairs = [(key, rows[0]) for key, rows in self._library.vectors(some, dimensions)]
            self._stores.vectors.add([key for key, _ in pairs], np.stack([row for _, row in pairs]))

    def update(
        self, articles: Mapping[str, tuple[Article, str]], *, unread: Iterable[str] = (), allow_removal: bool = False
    ) -> Plan:
        """Make the library hold exactly ``articles`` (id → article and digest), and the ``unread`` it has already.

        Raises RemovalRefusedError when more than half of the library would go, ModelMismatchError; in both cases
        nothing has changed.
        """
        identity = self._library.identity()
        if identity is not None and identity.fingerprint != self._embedder.identity.fingerprint:
            raise ModelMismatchError(str(identity), str(self._embedder.identity))
        stored = self._library.digests()
        for article_id in self._library.altered():
            stored[article_id] = ""  # so that it is read from the corpus again
        wanted = {article_id: digest for article_id, (_, digest) in articles.items()}
        actions = plan(stored, wanted, keep=unread)
        if not allow_removal and 2 * len(actions.remove) > len(stored):
            raise RemovalRefusedError(len(actions.remove), len(stored))
        if identity is None:
            self._library.set_model(self._embedder.identity)
        self._store([articles[article_id] for article_id in (*actions.add, *actions.replace)])
        if actions.remove:  # last: an article that was renamed is there under its new name first
            self.publish(self._stores, removed=actions.remove)
            self._purge(self._library.retired())
        return actions

    def reencode(
        self,
        stores: Stores,
        properties: dict[str, str],
        fresh: Mapping[str, tuple[Article, str]] = MappingProxyType({}),
    ) -> None:
        """Encode every article anew into other ``stores``, then switch to these and the model in one step.

        An article whose stored text was altered is taken from ``fresh``. Raises AlteredArticleError if it is not there.
        """
        altered = set(self._library.altered())
        for article_id, digest in self._library.digests().items():
            if article_id in altered and article_id in fresh:
                self._stage([fresh[article_id]], stores)
            else:
                self._stage([(self._library.article(article_id), digest)], stores)
        self.publish(stores, properties=properties | model_property(self._embedder.identity))
        self._library.forget_retired()

    def _store(self, articles: Sequence[tuple[Article, str]]) -> None:
        batch: list[tuple[Article, str]] = []
        size = 0
        for article, digest in articles:
            batch.append((article, digest))
            size += sum(len(passage.sentences) for passage in article.passages)
            if size >= _BATCH or article is articles[-1][0]:
                self._stage(batch, self._stores)
                self.publish(self._stores)
                self._purge(self._library.retired())
                batch, size = [], 0

    def _stage(self, batch: Sequence[tuple[Article, str]], stores: Stores) -> None:
        matrices = iter(self._encode([article for article, _ in batch]))
        keys: list[int] = []
        rows: list[Matrix] = []
        entries: list[LexicalEntry] = []
        for article, digest in batch:
            own = [next(matrices) for _ in article.passages]
            additions = [
                StagedPassage(tuple(content_terms(article.slice(s)) for s in passage.sentences), packed(matrix))
                for passage, matrix in zip(article.passages, own, strict=True)
            ]
            new = self._library.stage(article, digest, additions)
            keys += new
            rows += [matrix[0] for matrix in own]
            entries += [lexical_entry(key, p, article) for key, p in zip(new, article.passages, strict=True)]
        if keys:
            stores.vectors.add(keys, np.stack(rows))
            stores.words.add(entries)
        self.progress(len(keys))

    def _encode(self, articles: Sequence[Article]) -> list[Matrix]:
        """For every passage, in order: its vector, then those of its sentences. Equal texts are encoded once."""
        texts: dict[str, int] = {}
        for article in articles:
            for passage in article.passages:
                for span in (*passage.sentences, *([passage.lead_in] if passage.lead_in else [])):
                    texts.setdefault(article.slice(span), len(texts))
        vectors = self._embedder.encode(list(texts))
        found = []
        for article in articles:
            for passage in article.passages:
                spans = list(passage.sentences)
                sentences = vectors[[texts[article.slice(span)] for span in spans]]
                lengths = [float(span.end - span.start) for span in spans]
                if passage.lead_in:
                    spans.append(passage.lead_in)
                    lengths.append(LEAD_IN_WEIGHT * (passage.lead_in.end - passage.lead_in.start))
                whole = pooled(vectors[[texts[article.slice(span)] for span in spans]], lengths)
                found.append(np.vstack([whole[None, :], sentences]))
        return found

    def _purge(self, keys: Sequence[int]) -> None:
        if keys:
            self._stores.vectors.remove(keys)
            self._stores.words.remove(keys)
            self._library.forget_retired()


def remove_stale_indexes(home: Path, current: str) -> None:
    """Delete folders of derived indexes that the library no longer names."""
    for folder in home.glob("indexes-*"):
        if folder.name != current:
            shutil.rmtree(folder, ignore_errors=True)

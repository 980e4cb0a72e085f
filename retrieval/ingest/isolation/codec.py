"""Articles as JSON between two processes. The sender may be in the hands of a hostile file: nothing is believed."""

from __future__ import annotations

import dataclasses
import json
import types
from collections.abc import Callable, Iterable
from enum import StrEnum
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from retrieval.core.display.span import Span
from retrieval.core.errors import CorpusFileError, NoTextError
from retrieval.core.types import Article, Passage
from retrieval.ingest.isolation.frames import FrameError

_MAX_VALUES = 12_000_000  # commas and brackets of a frame, each of which can stand for an object of 64 bytes
_MAX_STRING = 1_000_000  # characters of everything but an article's text
_MAX_NUMBER = 1 << 31
_MAX_MESSAGE = 600
_Decoder = Callable[[object], Any]


class TooManyValuesError(ValueError):
    """Articles with more passages and annotations than are sent between processes."""


def encode_articles(articles: Iterable[Article]) -> bytes:
    """Encode articles without their source. A lone surrogate stays what it is.

    Raises:
        TooManyValuesError: if there are so many that decoding them would take too much memory.
    """
    body = _dump({"articles": list(articles)})
    if _values(body) > _MAX_VALUES:
        raise TooManyValuesError
    return body


def encode_refusal(error: CorpusFileError) -> bytes:
    """Encode why a file is refused."""
    kind = "empty" if isinstance(error, NoTextError) else "refused"
    return _dump({kind: [error.problem[:_MAX_MESSAGE], error.remedy[:_MAX_MESSAGE], error.line]})


def encode_failure(detail: str) -> bytes:
    """Encode how the parser failed."""
    return _dump({"failed": detail[:_MAX_MESSAGE]})


def decode_answer(body: bytes, file: str, source: bytes) -> tuple[Article, ...] | CorpusFileError:
    """Decode what a worker made of the file ``file``.

    Raises:
        FrameError: if it is not what a worker sends, or its articles contradict themselves.
    """
    try:
        if _values(body) > _MAX_VALUES:
            raise FrameError("too many values")
        answer = json.loads(body.decode("utf-8", "surrogatepass"), parse_constant=_no_number)
        match answer:
            case {"articles": list(rows)}:
                return _checked(tuple(_article(row, source) for row in rows), file)
            case {"refused": [str(problem), str(remedy), (int() | None) as line]} if not isinstance(line, bool):
                return CorpusFileError(file, _line(problem), _line(remedy), line)
            case {"empty": [str(problem), str(remedy), None]}:
                return NoTextError(file, _line(problem), _line(remedy))
            case {"failed": str(detail)}:
                return parser_failed(file, f"the parser failed on it ({_line(detail)})")
            case _:
                raise FrameError("unknown answer")
    except (ValueError, RecursionError) as error:
        raise FrameError(_line(str(error))) from error


def parser_failed(file: str, problem: str) -> CorpusFileError:
    """The error of a file that did something to its parser."""
    return CorpusFileError(file, problem, "Check the file, or leave it out with exclude in pullquote.toml.")


def _dump(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_fields)
    return text.encode("utf-8", "surrogatepass")


def _fields(value: object) -> list[object] | None:
    """A dataclass as the list of its fields; bytes are not sent."""
    if isinstance(value, bytes):
        return None
    if dataclasses.is_dataclass(value):
        return [getattr(value, field.name) for field in dataclasses.fields(value)]
    raise TypeError(f"{type(value).__name__} cannot be sent")


def _values(body: bytes) -> int:
    return sum(map(body.count, (b",", b"[", b"{")))


def _no_number(name: str) -> float:
    raise FrameError(f"{name} is no number")


def _line(text: str) -> str:
    shown = "".join(char if char.isprintable() else " " for char in text[:_MAX_MESSAGE])
    return " ".join(shown.split())


def _article(row: object, source: bytes) -> Article:
    decoders = _article_decoders()
    if not isinstance(row, list) or len(row) != len(decoders):
        raise FrameError("no article")
    values = {name: decode(value) for (name, decode), value in zip(decoders.items(), row, strict=True)}
    return Article(**values | {"source": source})


@cache
def _article_decoders() -> dict[str, _Decoder]:
    hints = get_type_hints(Article)
    special = {"text": _text, "source": _nothing}
    return {field.name: special.get(field.name) or _decoder(hints[field.name]) for field in dataclasses.fields(Article)}


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise FrameError("no text")
    return value


def _nothing(value: object) -> None:
    if value is not None:
        raise FrameError("a source")


@cache
def _decoder(kind: Any) -> _Decoder:
    """The function that turns decoded JSON into ``kind``, or raises a FrameError."""
    if kind is str:
        return _string
    if kind is int:
        return _number
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return kind
    arguments = get_args(kind)
    if get_origin(kind) is tuple and arguments[1:] == (...,):
        return _many(_decoder(arguments[0]))
    if isinstance(kind, types.UnionType) and arguments[1:] == (types.NoneType,):
        inner = _decoder(arguments[0])
        return lambda value: None if value is None else inner(value)
    hints = get_type_hints(kind)
    if dataclasses.is_dataclass(kind) or hasattr(kind, "_fields"):
        return _record(kind, [_decoder(hint) for hint in hints.values()])
    raise TypeError(f"{kind} cannot be received")


def _string(value: object) -> str:
    if not isinstance(value, str) or len(value) > _MAX_STRING:
        raise FrameError("no string of bounded length")
    return value


def _number(value: object) -> int:
    if type(value) is not int or not 0 <= value < _MAX_NUMBER:
        raise FrameError("no number")
    return value


def _many(decode: _Decoder) -> _Decoder:
    def decode_all(value: object) -> tuple[object, ...]:
        if not isinstance(value, list):
            raise FrameError("no list")
        return tuple(map(decode, value))

    return decode_all


def _record(kind: Callable[..., object], decoders: list[_Decoder]) -> _Decoder:
    def decode_record(value: object) -> object:
        if not isinstance(value, list) or len(value) != len(decoders):
            raise FrameError("no record")
        return kind(*[decode(each) for decode, each in zip(decoders, value, strict=True)])

    return decode_record


def _checked(articles: tuple[Article, ...], file: str) -> tuple[Article, ...]:
    if not articles:
        raise FrameError("no articles")
    ids = [article.article_id for article in articles]
    if len(set(ids)) < len(ids) or not all(ids):
        raise FrameError("articles without ids of their own")
    for article in articles:
        if article.files != (file,):
            raise FrameError("an article of another file")
        _check_spans(article)
    return articles


def _check_spans(article: Article) -> None:
    size = len(article.text)
    passages = article.passages
    _check(0, size, [Span(each.start, each.end) for each in passages], "passages")
    if len({each.passage_id for each in passages}) < len(passages):
        raise FrameError("passages without ids of their own")
    for passage in passages:
        _check_passage(passage, article, size)
    if any(not each.start <= each.end <= size for each in article.omissions):
        raise FrameError("omissions outside the text")
    if any(each.start + len(each.after) > size for each in article.repairs):
        raise FrameError("repairs outside the text")


def _check_passage(passage: Passage, article: Article, size: int) -> None:
    if passage.article_id != article.article_id or passage.paragraph > passage.last_paragraph:
        raise FrameError("a passage of another article")
    _check(passage.start, passage.end, passage.sentences, "sentences")
    if passage.lead_in is not None:
        _check(0, size, [passage.lead_in], "lead-in")
    starts = [each.start for each in passage.annotations]
    if starts != sorted(starts) or any(not each.start <= each.end <= size for each in passage.annotations):
        raise FrameError("annotations out of order or outside the text")


def _check(start: int, end: int, spans: Iterable[Span], name: str) -> None:
    """Check that the spans are within ``start:end``, in order, and do not overlap."""
    at = start
    for span in spans:
        if not at <= span.start <= span.end <= end:
            raise FrameError(f"{name} out of order or outside the text")
        at = span.end

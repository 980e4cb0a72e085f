"""TOML and YAML of people's own: whatever is written there is a value or one short refusal, in bounded memory."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.ingest.parsers.text.metadata import MetadataError, one_line, parse_toml, parse_yaml
from tests.support.growth import assert_linear

Parse = Callable[[str], object]

_PIECES = st.sampled_from(
    [
        *"[]{}=.,:#'\"\\\n-?&*!|>%@` \t",
        *('"""', "'''", "---\n", "<<: ", "- ", "? ", "a", "a: ", "a = ", "1", "0x", "1e999", "0000-00-00", "1:1:1"),
        *("!!python/object:os.system ", "!!int ", "!!timestamp ", "&a ", "*a ", "\\u", "\\UFFFFFFFF", "\ud800", "\x00"),
        *("[[a]]\n", "[a.b]\n", "inf", "nan", "2001-01-01T00:00:00+99:99", "9" * 5_000, "\r", "\x85", "\u2028", "é"),
    ]
)
_TEXTS = st.one_of(st.text(max_size=60), st.lists(_PIECES, max_size=30).map("".join))


def refusal(parse: Parse, text: str) -> MetadataError | None:
    """The error of a text, ``None`` if it is accepted."""
    try:
        parse(text)
    except MetadataError as error:
        return error
    return None


@pytest.mark.parametrize("parse", [parse_toml, parse_yaml])
@given(text=_TEXTS)
def test_nothing_but_metadata_errors(parse: Parse, text: str) -> None:
    """Arbitrary text, of characters or of the formats' own pieces, is read or refused in one short line."""
    error = refusal(parse, text)

    assert error is None or (len(str(error)) <= 120 and str(error).isprintable())


@given(text=st.text(alphabet=st.characters(exclude_characters="\n"), max_size=60))
def test_toml_strings_hide_nothing_from_the_checks(text: str) -> None:
    """Whatever a string or a comment holds, the key that follows it is seen."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    for prefix in (f'a = "{quoted}"\n', f'a = """\n{quoted}"""\n', f'a = """{quoted}\\""""""\n', f"# {quoted}\n"):
        error = refusal(parse_toml, f"{prefix}{'.'.join('b' * 40)} = 1\n")

        assert error is not None


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "9" * 5_000,
        "a = 0x" + "f" * 5_000,
        "a = 1.5e" + "9" * 5_000,
        "a" + ".a" * 20_000 + " = 1",
        ".".join(['"\\""'] * 8_000) + " = 1",
        "[" + ".".join("''" for _ in range(8_000)) + "]",
        "a = [" + ("{" + "a." * 30 + "b = 1}, ") * 600 + "]",
        "a = " + "[" * 20_000,
        "a = " + "{a = " * 10_000,
        "\n".join(f"[a{number}.b.c.d]" for number in range(100_000)),
        "a = [" + "{}, " * 400_000 + "]",
    ],
    ids=str.split("decimal hexadecimal exponent bare quoted table inline lists inline-tables tables empty-tables"),
)
def test_hostile_toml_is_refused_before_it_takes_memory(text: str) -> None:
    """Endless numbers, keys of many parts, deep nesting and countless tables are refused within twenty times their
    size.
    """
    tracemalloc.start()
    try:
        error = refusal(parse_toml, text)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert error is not None
    assert "sys." not in str(error)
    assert peak < 20 * len(text) + 3_000_000


def test_a_catalog_of_many_articles_is_read() -> None:
    """Ten thousand articles with all their fields, lists and addresses are within the bounds."""
    entry = (
        '[articles."news/2024/a{0}.b"]\ntitle = "A, b. and [c] = {{d}} {0}"\npublisher = "P"\npublished = 2024-05-01\n'
        'url = "https://example.org/a.b.c.d.e.f.g.h.i/{0}"\nkeep = [1, 2, 3]\nrepair = false\n'
    )

    values = parse_toml("".join(entry.format(number) for number in range(10_000)))

    assert len(values["articles"]) == 10_000


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.10", "1.10"),
        ("No", "No"),
        ("yes", "yes"),
        ("012", "012"),
        ("1e5", "1e5"),
        ("12:30:00", "12:30:00"),
        ("0000-00-00", "0000-00-00"),
        ("2001-01-01 00:00:00 +99:99", "2001-01-01 00:00:00 +99:99"),
        ("!!int 1_000", "1_000"),
        ("!!python/object/apply:os.system [ls]", ["ls"]),
        ("'null'", "null"),
        ("null", None),
        ("~", None),
        ("", None),
        ("9" * 5_000, "9" * 5_000),
        ("1" + ":1" * 5_000, "1" + ":1" * 5_000),
    ],
)
def test_yaml_scalars_stay_as_written(text: str, value: object) -> None:
    """No scalar becomes a number, a date, a truth value or an object; only nothing is ``None``."""
    assert parse_yaml(f"title: {text}") == {"title": value}


def test_yaml_merge_keys_and_aliases_multiply_nothing() -> None:
    """A merge key is a key like any other; aliases, which multiply, are refused with their line."""
    assert parse_yaml("a: {<<: {b: c}}\na: {d: e}") == {"a": {"d": "e"}}
    error = refusal(parse_yaml, "a: &a [x, x]\nb: &b [*a, *a]\n")
    assert error is not None
    assert error.line == 2


@pytest.mark.parametrize(
    "unit", ["[", "{", "- ", "? ", "a,", "&a ", "!a ", ": ", "'", '"', "#\n", "\n ", "- a\n", "a: b\n"]
)
def test_yaml_takes_linear_time(unit: str) -> None:
    """A block of front matter, as long as it may be, of one piece repeated."""
    assert_linear(lambda text: refusal(parse_yaml, text), lambda n: (unit * n)[:n], start=8_000, largest=32_000)


@pytest.mark.parametrize(
    "unit",
    ["a.", "'a'.", '"""', "'''", '\\"""', "a ", '"', "'", "#", "[", "[[a]]\n", "a=", "=[", "{", "a" * 399 + " ", "1_"],
)
def test_toml_takes_linear_time(unit: str) -> None:
    """A catalog of one piece repeated."""
    assert_linear(lambda text: refusal(parse_toml, text), lambda n: (unit * n)[:n], start=50_000)


def test_huge_numbers_are_no_metadata() -> None:
    """A number that other programs could not print becomes no line."""
    assert one_line(1 << 5_000, "title") is None

"""Lists of a plain text: bullets and numbers that follow one another, with the lines that go on with an item."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from retrieval.ingest.parsers.blocks import BlockKind
from retrieval.ingest.parsers.text.plain_text.rows import LIST_MARK, Chunk, Row
from retrieval.ingest.parsers.text.plain_text.wrapping import continues

_DEEPEST = 8  # levels of lists


@dataclass(slots=True)
class Item:
    """A row that looks like a list item. ``list_id`` is set once a neighbour shows that it is one."""

    row: Row
    style: str
    number: int
    parent: Item | None = None
    level: int = 0
    list_id: int = 0

    def follows(self, before: Item) -> bool:
        """Tell whether it is the next one in the same list."""
        return self.style == before.style and (self.number == before.number + 1 or not self.number)


@dataclass(slots=True)
class Lists:
    """Items by the numbers of their lines, and to which item each other line belongs."""

    items: dict[int, Item]
    owners: dict[int, Item]


def find_lists(chunks: Iterable[Chunk]) -> Lists:
    """Find the lists of a text; chunks of another kind than text have no items."""
    lists = Lists({}, {})
    open_items: list[Item] = []
    count = 0
    for chunk in chunks:
        if chunk.kind is not BlockKind.TEXT or chunk.alone:
            if chunk.kind is not BlockKind.FURNITURE:  # a list goes on behind the foot of a page
                open_items.clear()
            continue
        before: Row | None = None
        for row in chunk.rows:
            if open_items and row.quotes != open_items[-1].row.quotes:
                open_items.clear()
            item = _item(row)
            if item is not None and _is_wrapped_number(item, open_items, before, chunk):
                item = None
            if item is None:
                _close(open_items, row, before, chunk)
                if open_items:
                    lists.owners[row.line.number] = open_items[-1]
            else:
                count += _open(open_items, item, count + 1)
                lists.items[row.line.number] = item
            before = row
    found = {at: item for at, item in lists.items.items() if list_id_of(item)}
    for item in found.values():  # in their order: a parent comes before its items
        around = item.parent
        item.level = min(around.level + 1, _DEEPEST) if around is not None and list_id_of(around) else 0
    return Lists(found, lists.owners)


def _item(row: Row) -> Item | None:
    mark = LIST_MARK.match(row.text)
    if mark is None:
        return None
    bullet, opening, number, letter, closing = mark.groups()
    if bullet:
        return Item(row, bullet, 0)
    return Item(row, f"{opening}{'1' if number else 'a'}{closing}", int(number) if number else ord(letter) - 96)


def _is_wrapped_number(item: Item, open_items: list[Item], before: Row | None, chunk: Chunk) -> bool:
    """Tell whether a number merely came to stand at the beginning of a wrapped line ("as in section / 7. This")."""
    if item.number < 2 or before is None or not continues(before, item.row, chunk.width):
        return False
    return not any(item.follows(each) for each in open_items[-1:] if each.row.indent == item.row.indent)


def _open(open_items: list[Item], item: Item, next_id: int) -> int:
    """Put an item among the open ones; 1 if it begins a list."""
    indent = item.row.indent
    while open_items and open_items[-1].row.indent > indent:
        open_items.pop()
    same = open_items.pop() if open_items and open_items[-1].row.indent == indent else None
    item.parent = open_items[-1] if open_items else None
    open_items.append(item)
    if same is None or not item.follows(same):
        return 0
    begins = not same.list_id
    same.list_id = item.list_id = same.list_id or next_id
    return int(begins)


def _close(open_items: list[Item], row: Row, before: Row | None, chunk: Chunk) -> None:
    """Close the items that a row without a mark does not belong to."""
    if before is not None and open_items and continues(before, row, chunk.width):
        return
    while open_items and open_items[-1].row.indent >= row.indent:
        open_items.pop()


def list_id_of(item: Item) -> int:
    """The number of the outermost list around an item; 0 if there is none."""
    found = 0
    each: Item | None = item
    for _ in range(_DEEPEST):
        if each is None:
            break
        found, each = each.list_id or found, each.parent
    return found

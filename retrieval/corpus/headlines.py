"""Whether a line at the top of a plain text is its title, or a kicker above the title."""

from __future__ import annotations

from retrieval.corpus.traits import Traits

_LONGEST_TITLE = 160  # columns


def is_kicker(words: Traits, following: list[Traits]) -> bool:
    """A few words in capitals, or closed by a colon, above something that is a title itself."""
    shouted = words.text.isupper() and words.words <= 3
    labelled = words.text.endswith(":") and words.words <= 2
    return (shouted or labelled) and len(following) >= 2 and is_title(following[0], following[1:])


def is_title(words: Traits, following: list[Traits]) -> bool:
    """Short, not ended like a sentence, and above something that is longer and does end like one."""
    if words.size > _LONGEST_TITLE or words.words > 24 or not words.starts_big or words.ends_open:
        return False
    longer = max(60, 1.2 * words.size)
    ended = [each.ends_sentence and each.size >= longer for each in following[:3]]
    if True not in ended or sum(not each.ends_sentence for each in following[: ended.index(True)]) > 1:
        return False  # several short lines are a list or verse
    body = following[ended.index(True)]
    if not (body.starts_big or body.opens_quote):
        return False
    asks = words.text.rstrip().endswith(("?", "!")) and words.words <= 14 and not words.opens_quote
    if asks:  # a question can open an article as well; as its title it stands above several paragraphs
        return len(following) >= 2 and body.size >= 80
    return not words.ends_sentence and not (words.opens_quote and words.closes_quote)

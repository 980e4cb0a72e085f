"""A cross-encoder, when one is named, decides the order of the first candidates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from retrieval.core.errors import ModelError
from retrieval.search.query.analysis import analyse
from retrieval.search.ranking.reranker import DEPTH, CrossEncoderReranker, rerank
from retrieval.search.ranking.scoring import score
from retrieval.text.vocabulary import Vocabulary
from tests.support.doubles.builders import candidate, stored

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "who", "leads", "the", "truce", "paris", "monitors"]


class ByLength:
    """Prefers long texts."""

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        return [float(len(text)) for text in texts]


def tiny_cross_encoder(folder: Path, labels: int = 1) -> Path:
    """A cross-encoder of one layer with random weights."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    torch.manual_seed(0)
    folder.mkdir()
    shape: dict[str, Any] = {"num_hidden_layers": 1, "num_attention_heads": 2, "hidden_size": 16, "num_labels": labels}
    config = BertConfig(vocab_size=len(WORDS), intermediate_size=16, initializer_range=1.0, **shape)
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizer(vocab={word: number for number, word in enumerate(WORDS)}, model_max_length=64).save_pretrained(
        folder
    )
    return folder


def test_the_reranker_orders_the_first_candidates_only() -> None:
    """The first candidates come in the reranker's order, the others stay where they were."""
    asked = analyse("Who leads the truce?", Vocabulary())
    ranked = [score(asked, candidate(stored("Truce. " + "word " * n)), 10.0) for n in range(DEPTH + 3)]
    ordered = rerank(asked, ranked, ByLength())
    assert ordered[:DEPTH] == ranked[:DEPTH][::-1]
    assert ordered[DEPTH:] == ranked[DEPTH:]


def test_a_real_cross_encoder_gives_every_text_one_score(tmp_path: Path) -> None:
    """A sentence-transformers CrossEncoder made here scores each text, the same one alike."""
    reranker = CrossEncoderReranker(str(tiny_cross_encoder(tmp_path / "model")))
    first, second, third = reranker.scores("who leads the truce", ["paris monitors", "the truce", "paris monitors"])
    assert first == pytest.approx(third)
    assert first != second


def test_a_model_that_is_not_there_or_no_reranker_is_refused(tmp_path: Path) -> None:
    """A folder without a model and a model with several outputs end in a message that names the setting."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match="RERANKER_MODEL"):
        CrossEncoderReranker(str(tmp_path / "empty")).scores("who", ["truce"])
    three = CrossEncoderReranker(str(tiny_cross_encoder(tmp_path / "three", labels=3)))
    with pytest.raises(ModelError, match="3 numbers"):
        three.scores("who", ["truce"])

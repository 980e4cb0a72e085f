"""Embedding models: the one that comes along, another one from a folder, and two that must not be mixed."""

from __future__ import annotations

import shutil
import string
from pathlib import Path

import numpy as np
import pytest

from retrieval.core.errors import ModelError
from retrieval.core.settings import Settings
from retrieval.index.embedding import SentenceTransformerEmbedder, find_model, fingerprint
from tests.conftest import SEEDS, Pullquote


def make_model(folder: Path, seed: int = 0) -> Path:
    """A sentence-transformers model of one layer with random weights, spelling words letter by letter."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    torch.manual_seed(seed)
    letters = string.ascii_lowercase + string.digits
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters)]
    bert = folder / "bert"
    bert.mkdir(parents=True)
    (bert / "vocab.txt").write_text("\n".join(words))
    BertTokenizer(vocab={word: place for place, word in enumerate(words)}).save_pretrained(str(bert))
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=128,
    )
    BertModel(config).save_pretrained(str(bert))
    transformer = Transformer(str(bert), max_seq_length=64)
    pooling = Pooling(transformer.get_embedding_dimension())
    SentenceTransformer(modules=[transformer, pooling], device="cpu").save(str(folder / "model"))
    return folder / "model"


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory, model: SentenceTransformerEmbedder) -> Path:
    """The folder of another model."""
    return make_model(tmp_path_factory.mktemp("tiny"))


def test_vectors_have_length_one(model: SentenceTransformerEmbedder) -> None:
    """Rows in the order of the texts, float32, of unit length; no text gives no rows."""
    vectors = model.encode(["A harbour.", "An orchard.", "A harbour."])
    assert vectors.shape == (3, model.identity.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(3), abs=5e-3)
    assert vectors[0] @ vectors[2] > 0.999 > vectors[0] @ vectors[1]
    assert model.encode([]).shape == (0, model.identity.dimensions)


def test_the_order_of_other_texts_does_not_matter(model: SentenceTransformerEmbedder) -> None:
    """A text's vector is the same alone and among longer ones."""
    text = "Who will lead the truce?"
    alone = model.encode([text])[0]
    among = model.encode(["Long. " * 60, text, "Short."])[1]
    assert alone @ among > 0.99


def test_a_fingerprint_is_of_the_weights(tiny: Path, tmp_path: Path) -> None:
    """Copies have the same one wherever they lie; one changed weight has another."""
    copy = tmp_path / "copy"
    shutil.copytree(tiny, copy)
    assert fingerprint(copy) == fingerprint(tiny) != fingerprint(find_model("all-MiniLM-L6-v2"))
    (copy / "README.md").write_text("Changed.")
    assert fingerprint(copy) == fingerprint(tiny)
    (weights,) = copy.rglob("*.safetensors")
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    assert fingerprint(copy) != fingerprint(tiny)


def test_a_known_model_need_not_be_loaded(tiny: Path) -> None:
    """With the identity of the library at hand, nothing is loaded before the first text."""
    loaded = SentenceTransformerEmbedder(str(tiny))
    lazy = SentenceTransformerEmbedder(str(tiny), known=loaded.identity._replace(max_tokens=7))
    assert lazy.identity.max_tokens == 7
    assert lazy.encode(["word"]).shape == (1, 32)
    stranger = loaded.identity._replace(fingerprint="0" * 16, max_tokens=7)
    assert SentenceTransformerEmbedder(str(tiny), known=stranger).identity == loaded.identity


@pytest.mark.parametrize("lost", ["model.safetensors", "config.json"])
def test_a_model_that_lacks_a_file_is_named(tiny: Path, tmp_path: Path, lost: str) -> None:
    """Whatever is missing, the message names the model, in one line; nothing is fetched instead."""
    broken = tmp_path / "broken"
    shutil.copytree(tiny, broken)
    for path in broken.rglob(lost):
        path.unlink()
    with pytest.raises(ModelError, match="broken") as refused:
        SentenceTransformerEmbedder(str(broken)).encode(["word"])
    assert "\n" not in str(refused.value)


def test_another_model_is_refused_and_rebuilt_at_the_command(
    pullquote: Pullquote, seeded: Settings, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each command that would mix models names both and the command that rebuilds; after that command, all is well."""
    home = tmp_path / "home"
    shutil.copytree(seeded.home, home)
    monkeypatch.setenv("EMBEDDING_MODEL", str(tiny))
    for arguments in (("find", "truce"), ("ask", "Who leads?"), ("index", SEEDS)):
        refused = pullquote(*arguments, "--home", home)
        assert refused.code == 2
        for words in ("all-MiniLM-L6-v2", str(tiny), "pullquote index --rebuild"):
            assert words in refused.complaint
    doctor = pullquote("doctor", "--home", home, "--corpus", SEEDS)
    assert doctor.code == 2
    assert "index --rebuild" in doctor.out
    rebuilt = pullquote("index", SEEDS, "--home", home, "--rebuild", "--json")
    assert rebuilt.code == 0
    assert rebuilt.document["articles"] == 5
    found = pullquote("find", '"truce monitoring mechanism"', "--home", home, "--json")
    assert found.document["total"] == 1
    assert pullquote("ask", "Who will lead the truce monitoring mechanism?", "--home", home).code in {0, 1}
    assert pullquote("doctor", "--home", home, "--corpus", SEEDS).code == 0
    monkeypatch.delenv("EMBEDDING_MODEL")
    assert "pullquote index --rebuild" in pullquote("find", "truce", "--home", home).complaint

"""Pseudonyms of users: keyed hashes of their Discord ids."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

KEY_FILE = "bot.key"
_KEY_BYTES = 32


class PersonHash:
    """Hashes users' ids with a secret key. Without a key, trying all ids would reverse a hash."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __repr__(self) -> str:
        return "PersonHash(…)"

    def __call__(self, person: int) -> str:
        """Thirty-two hex digits for a user's id."""
        return hmac.new(self._key, str(person).encode(), hashlib.sha256).hexdigest()[:32]

    @classmethod
    def from_folder(cls, folder: Path) -> PersonHash:
        """Read the key in ``folder``; create it at the first start, readable by its owner only.

        Raises:
            OSError: when the key cannot be read or written, or is damaged.
        """
        path = folder / KEY_FILE
        try:
            return cls(_checked(path))
        except FileNotFoundError:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Write aside, then link: a process that is killed here leaves no partial key.
        draft = folder / f"{KEY_FILE}.{os.getpid()}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        return cls(_checked(path))


def _checked(path: Path) -> bytes:
    key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        raise OSError(0, f"it does not hold {_KEY_BYTES} bytes; restore it, or delete it to start over", str(path))
    return key

"""The programs beside the bot: the command that indexes, asks, backs up and restores, and a Chroma server."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.conftest import ROOT, SEEDS
from tests.support.processes.ports import free_port

_TO_START = 60.0


class ProgramError(Exception):
    """A program failed; the message is the end of what it wrote."""


def environment(home: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """Variables for the command on a data folder."""
    return os.environ | {"PULLQUOTE_HOME": str(home), "PULLQUOTE_CORPUS": str(SEEDS)} | dict(settings)


async def pullquote(
    home: Path, *arguments: str, settings: Mapping[str, str] | None = None, codes: tuple[int, ...] = (0,)
) -> str:
    """Run the command and return its output. Raises ProgramError for another exit code than ``codes``."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "retrieval", *arguments, cwd=ROOT, env=environment(home, settings or {}),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, err = await process.communicate()
    if process.returncode not in codes:
        raise ProgramError(f"pullquote {arguments[0]} ended with {process.returncode}: {err.decode()[-400:].strip()}")
    return out.decode()


async def answers(home: Path, questions: Path, settings: Mapping[str, str]) -> list[Any]:
    """The answers to the questions of a JSON Lines file, without what differs from run to run."""
    out = await pullquote(home, "ask", "--json", "--batch", str(questions), codes=(0, 1), settings=settings)
    return [_lasting(json.loads(line)) for line in out.splitlines() if line.strip()]


def _lasting(document: Any) -> Any:
    """A document without times."""
    if isinstance(document, dict):
        return {name: _lasting(value) for name, value in document.items() if "seconds" not in name and name != "home"}
    return [_lasting(each) for each in document] if isinstance(document, list) else document


class ServerProcess:
    """``chroma run`` on loopback; killed and started again it has the same folder and the same port."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = free_port()
        self._process: asyncio.subprocess.Process | None = None
        self.url = f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Until it answers. Raises ProgramError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        program = Path(sys.executable).parent / "chroma"
        with (self._folder / "server.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                program, "run", "--path", str(self._folder / "data"), "--host", "127.0.0.1", "--port", str(self._port),
                cwd=self._folder, stdout=log, stderr=log,
            )  # fmt: skip
        for _ in range(int(_TO_START / 0.25)):
            if await asyncio.to_thread(fetch, f"{self.url}/api/v2/heartbeat") is not None:
                return
            await asyncio.sleep(0.25)
        raise ProgramError(f"chroma run does not answer at {self.url}; see {self._folder / 'server.log'}")

    async def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


def fetch(url: str) -> tuple[int, str] | None:
    """Status and body; ``None`` where nothing listens."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - an address of our own on loopback
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError:
        return None

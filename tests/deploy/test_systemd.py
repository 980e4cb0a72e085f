"""The systemd units: they are what systemd understands, they shut the bot in, and they end as the bot ends."""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

from bot.runtime.exit_codes import ExitCode
from tests.conftest import ROOT

FOLDER = ROOT / "deploy" / "systemd"
SERVICES = ("pullquote.service", "pullquote-backup.service")
#: Of systemd-analyze, 0 (shut in) to 10 (exposed); what is open has a reason that stands in the unit.
MOST_EXPOSED = 1.5


def unit(name: str) -> dict[str, list[str]]:
    """A unit's settings, of all sections; one may be given more than once."""
    settings: dict[str, list[str]] = defaultdict(list)
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith(("#", ";", "[")):
            key, _, value = line.partition("=")
            settings[key].append(value)
    return settings


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run systemd-analyze, where it is."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False, timeout=60)


def test_systemd_understands_them(tmp_path: Path) -> None:
    """No unknown setting, no value that is not taken; the programs are replaced by one that is here."""
    for path in FOLDER.iterdir():
        text = path.read_text(encoding="utf-8")
        (tmp_path / path.name).write_text(re.sub(r"/opt/pullquote/\.venv/bin/pullquote-bot", "/bin/true", text))
    done = analyze("verify", "--man=no", *(str(path) for path in sorted(tmp_path.iterdir())))
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("name", SERVICES)
def test_it_is_shut_in(name: str) -> None:
    """systemd's own judgement of how exposed the service is."""
    done = analyze("security", "--offline=true", f"--threshold={int(MOST_EXPOSED * 10)}", str(FOLDER / name))
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd-analyze judges running services only")
    assert done.returncode == 0, done.stdout.splitlines()[-1]


@pytest.mark.parametrize("name", SERVICES)
def test_it_runs_as_a_user_without_rights(name: str) -> None:
    """A user of its own, no way to more rights, nothing writable but its folders."""
    settings = unit(name)
    assert settings["User"] == ["pullquote"]
    assert settings["NoNewPrivileges"] == ["yes"]
    assert settings["CapabilityBoundingSet"] == [""]
    assert settings["ProtectSystem"] == ["strict"]
    assert "ReadWritePaths" not in settings


def test_it_does_not_try_again_in_vain() -> None:
    """Failures are tried again; settings that cannot be used and a refused token are not."""
    settings = unit("pullquote.service")
    assert settings["Restart"] == ["on-failure"]
    assert set(map(int, settings["RestartPreventExitStatus"][0].split())) == {ExitCode.UNUSABLE, ExitCode.REFUSED}
    assert int(settings["TimeoutStopSec"][0]) >= 15


def test_the_token_is_a_credential() -> None:
    """Read by systemd as root, given to the bot as a file that no other user can read; it is in no variable."""
    settings = unit("pullquote.service")
    (credential,) = settings["LoadCredential"]
    name = credential.partition(":")[0]
    assert f"DISCORD_TOKEN_FILE=%d/{name}" in settings["Environment"]
    assert not any("DISCORD_TOKEN=" in each for each in settings["Environment"])


def test_they_start_commands_that_exist() -> None:
    """The programs are the project's, and both services mean the same data folder."""
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    for name in SERVICES:
        settings = unit(name)
        started = re.findall(r"/opt/pullquote/\.venv/bin/([a-z-]+)", settings["ExecStart"][0])
        assert set(started) <= scripts.keys()
        assert any("PULLQUOTE_HOME=%S/pullquote" in each.split() for each in settings["Environment"])
        assert "pullquote" in settings["StateDirectory"][0].split()

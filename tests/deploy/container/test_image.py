"""The contents of the image and its labels."""

from __future__ import annotations

from tests.conftest import SEEDS
from tests.deploy.container.building import VERSION, Image
from tests.deploy.container.running import Machine

MOST_BYTES = 1_500_000_000
_TOOLS = ("pip", "pip3", "gcc", "cc", "g++", "make", "ld", "git", "curl", "wget")


def test_it_is_small(image: Image) -> None:
    """All of it, base included and nothing compressed, is under 1.5 GB."""
    assert image.size < MOST_BYTES


def test_it_says_what_it_is(image: Image) -> None:
    """Labels, a user by number that is not root, one volume, a health check, a first process without a shell."""
    labels = {name.removeprefix("org.opencontainers.image."): value for name, value in image.config["Labels"].items()}
    assert (labels["version"], labels["licenses"]) == (VERSION, "MIT")
    assert labels["title"] == "Pullquote"
    assert labels["description"].startswith("Answers a team's questions")
    assert (labels["revision"], labels["created"]) == ("test", "2000-01-01T00:00:00Z")
    assert labels["source"].startswith("https://")
    assert image.config["User"] == "10001:10001"
    assert list(image.config["Volumes"]) == ["/data"]
    assert image.config["Cmd"] == ["pullquote-bot"]
    assert not image.config["Entrypoint"]
    assert image.config["Healthcheck"]["Test"][0] == "CMD"


def test_nothing_of_this_machine_stays_in_it(image: Image, machine: Machine) -> None:
    """No variable, label or file holds pip's configuration of the build; no cache, .env or test is in the image."""
    assert "/etc/pip.conf" not in machine.run("sh", "-c", "ls -s /etc/pip.conf").stdout.split()[1:2]
    assert not [each for each in image.config["Env"] if each.startswith("PIP_")]
    found = machine.run("sh", "-c", "cd /app; ls -A; ls -A lib; ls -A seeds").stdout.split()
    version = image.config["Labels"]["org.opencontainers.image.version"]
    own = {"LICENSE", "healthcheck.py", "lib", "seeds", "venv"}
    installed = {"bin", "bot", "retrieval", f"pullquote-{version}.dist-info"}
    assert set(found) == own | installed | {path.name for path in SEEDS.iterdir()}


def test_nothing_in_it_installs_or_compiles(machine: Machine) -> None:
    """Neither pip, whether as a command, as a module or to be unpacked, nor a compiler."""
    commands = "; ".join(f"command -v {tool}" for tool in _TOOLS)
    assert machine.run("sh", "-c", f"{commands}; true").stdout == ""
    for module in ("pip", "ensurepip", "setuptools"):
        for python in ("python3", "/usr/bin/env -i PATH=/usr/local/bin:/usr/bin:/bin python3"):
            done = machine.run("sh", "-c", f"{python} -c 'import {module}'")
            assert f"No module named '{module}'" in done.stdout, done.stdout
    leftovers = "find / -xdev -name 'pip-*' -not -path '*/share/doc/*' 2>/dev/null; true"
    assert machine.run("sh", "-c", leftovers).stdout == ""


def test_the_bytecode_is_there(machine: Machine) -> None:
    """A start compiles nothing of the program or of the libraries that it loads: there is nowhere to keep it."""
    code = (
        "import bot.__main__, bot.runtime.bot, retrieval.search.searcher, retrieval.index.embedding\n"
        "import sentence_transformers, chromadb, sys, os\n"
        "cached = [(m.__cached__, m.__file__) for m in sys.modules.values() if getattr(m, '__cached__', None)]\n"
        "print(*sorted(file for pyc, file in cached if '/app/' in file and not os.path.exists(pyc)), sep='\\n')"
    )
    done = machine.run("python3", "-c", code)
    assert (done.returncode, done.stdout.split()) == (0, [])

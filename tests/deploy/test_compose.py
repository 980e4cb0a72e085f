"""compose.yaml: starts with nothing but .env, and gives the containers no more than they need."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator  # type: ignore[import-untyped]

from tests.conftest import ROOT

COMPOSE = ROOT / "deploy" / "compose.yaml"
#: Where a copy of the JSON Schema of Compose's specification lies, for who has one.
SCHEMA_VARIABLE = "COMPOSE_SCHEMA"
NAMES = ("bot", "chroma")


@pytest.fixture(scope="module")
def compose() -> Any:
    """The file, with its anchors put in."""
    return yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))


def resolved(text: str, variables: dict[str, str]) -> str:
    """Interpolate as Compose does: ``${NAME:-default}`` and ``${NAME:+replacement}``, one in the other too."""
    while match := re.search(r"\$\{(\w+)(:-|:\+|\?)((?:[^{}$])*)\}", text):
        name, how, word = match.groups()
        value = variables.get(name, "")
        chosen = {":-": value or word, ":+": word if value else "", "?": value}[how]
        text = text[: match.start()] + chosen + text[match.end() :]
    return text


@pytest.mark.parametrize("name", NAMES)
def test_a_container_may_do_little(compose: Any, name: str) -> None:
    """Read-only, no capabilities, no new privileges, limits of memory, processes and log; comes back by itself."""
    service = compose["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"mem_limit", "pids_limit", "healthcheck", "restart"} <= service.keys() | {
        "healthcheck" if name == "bot" else ""  # the bot's comes with its image
    }
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}
    assert "privileged" not in service
    assert not any(str(each).startswith("/var/run") for each in service["volumes"])
    for port in service.get("ports", []):
        assert str(port).startswith("127.0.0.1:")
    assert int(service["stop_grace_period"].removesuffix("s")) >= 15


def test_its_paths_are_there(compose: Any) -> None:
    """Relative to the file that they stand in: the build's folder, its Dockerfile, and .env beside .env.example."""
    bot = compose["services"]["bot"]
    context = (COMPOSE.parent / bot["build"]["context"]).resolve()
    assert context == ROOT
    assert (context / bot["build"]["dockerfile"]).samefile(ROOT / "deploy" / "Dockerfile")
    assert (COMPOSE.parent / bot["env_file"]).resolve() == ROOT / ".env"


def test_no_setting_of_env_moves_the_data_out_of_the_volume(compose: Any) -> None:
    """.env.example names folders of a machine; in the container they are the image's, whatever .env says."""
    environment = compose["services"]["bot"]["environment"]
    assert environment["PULLQUOTE_HOME"] == "/data"
    assert environment["PULLQUOTE_CORPUS"] == "/app/seeds"
    assert "data:/data" in compose["services"]["bot"]["volumes"]
    assert "data" in compose["volumes"]


def test_one_line_of_env_moves_the_vectors_to_the_server(compose: Any) -> None:
    """COMPOSE_PROFILES=server starts the server and tells the bot of it; without it, the vectors are the bot's own."""
    services = compose["services"]
    address = services["bot"]["environment"]["CHROMA_URL"]
    assert resolved(address, {}) == ""
    assert resolved(address, {"COMPOSE_PROFILES": "server"}) == "http://chroma:8000"
    assert resolved(address, {"CHROMA_URL": "https://elsewhere"}) == "https://elsewhere"
    assert services["chroma"]["profiles"] == ["server"]
    assert services["bot"]["depends_on"]["chroma"] == {"condition": "service_healthy", "required": False}
    assert "profiles" not in services["bot"]


def test_the_server_is_of_the_clients_version(compose: Any) -> None:
    """The pinned image is the locked release, so that they speak the same."""
    pinned = re.search(
        r"(?m)^chromadb==(\S+)", (ROOT / "deploy" / "requirements" / "run.txt").read_text(encoding="utf-8")
    )
    assert pinned is not None
    assert compose["services"]["chroma"]["image"] == f"chromadb/chroma:{pinned[1]}"


def test_the_token_by_variable_or_by_file(compose: Any) -> None:
    """A file that .env names is mounted as a secret; without one, an empty file, and the variable counts."""
    bot = compose["services"]["bot"]
    source = compose["secrets"]["discord_token"]["file"]
    assert resolved(source, {}) == "/dev/null"
    assert resolved(source, {"DISCORD_TOKEN_FILE": "/etc/token"}) == "/etc/token"
    assert bot["secrets"] == ["discord_token"]
    assert bot["environment"]["DISCORD_TOKEN_FILE"] == "/run/secrets/discord_token"
    assert resolved(bot["environment"]["DISCORD_TOKEN"], {"DISCORD_TOKEN": "abc"}) == "abc"


def test_it_keeps_to_the_schema(compose: Any) -> None:
    """The file satisfies Compose's own schema; skipped where no copy of it is at hand."""
    path = os.environ.get(SCHEMA_VARIABLE)
    if not path:
        pytest.skip(f"no schema: set {SCHEMA_VARIABLE} to a copy of compose-spec.json")
    schema = json.loads(Path(path).read_text(encoding="utf-8"))
    Draft7Validator(schema).validate(compose)


def test_compose_reads_it(tmp_path: Path) -> None:
    """Docker Compose accepts the file in both forms; skipped where it is not installed."""
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        pytest.skip("Docker Compose is not installed")
    variables = tmp_path / "env"
    for line, services in (("", {"bot"}), ("COMPOSE_PROFILES=server\n", {"bot", "chroma"})):
        variables.write_text(f"DISCORD_TOKEN=\n{line}", encoding="utf-8")
        command = [docker, "compose", "--file", str(COMPOSE), "--env-file", str(variables), "config", "--services"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        # Where .env itself is missing, that is all it may complain of.
        if done.returncode and not (ROOT / ".env").exists() and ".env" in done.stderr:
            pytest.skip("there is no .env here, which Compose wants to read")
        assert set(done.stdout.split()) == services, done.stderr

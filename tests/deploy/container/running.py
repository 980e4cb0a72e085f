"""Containers of the image, run by runc as Docker runs them: what compose.yaml asks for is what they get.

Real: own process numbers (the bot is number 1), a read-only root, uid 10001, no capabilities, no-new-privileges,
limits of memory and processes, a volume, a tmpfs. Not there, for it is the engine's part: Docker's seccomp profile, its
log rotation and restarts, and the health check's timetable (the command itself is run as Docker runs it).
"""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.deploy.container.building import Image, run

MEMORY, PROCESSES = 3 << 30, 256
_NUMBERS = itertools.count(1)
_DEVICES = {
    "/proc": ("proc", []),
    "/dev": ("tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
    "/dev/shm": ("tmpfs", ["nosuid", "noexec", "nodev", "mode=1777", "size=64m"]),  # noqa: S108 - in the container
    "/tmp": ("tmpfs", ["nosuid", "nodev", "mode=1777", "size=64m"]),  # noqa: S108 - in the container
}


class Machine:
    """Host of the containers: the image's files, mounted once, and the volume that outlives each of them."""

    def __init__(self, image: Image, folder: Path) -> None:
        self.image = image
        self.data = folder / "data"
        self._folder = folder
        self._mount = ""

    def __enter__(self) -> Machine:
        self._mount = run("buildah", "from", "--pull-never", self.image.name).strip()
        self._root = Path(run("buildah", "mount", self._mount).strip())
        self.empty_volume()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        run("buildah", "rm", self._mount)

    def empty_volume(self) -> None:
        """A new volume; it begins as what the image has in its place: an empty folder, with its owner and mode."""
        pattern = (self._root / "data").stat()
        self.data = self._folder / f"data-{next(_NUMBERS)}"
        self.data.mkdir(mode=pattern.st_mode & 0o777)
        os.chown(self.data, pattern.st_uid, pattern.st_gid)

    def container(self, *command: str, **environment: str) -> Container:
        """A container that is not started yet; without a command it runs the image's."""
        bundle = self._folder / f"bundle-{next(_NUMBERS)}"
        bundle.mkdir()
        spec = _spec(self.image.config, self._root, self.data, command, environment)
        (bundle / "config.json").write_text(json.dumps(spec), encoding="utf-8")
        return Container(bundle)

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a container to its end, as ``docker run --rm`` does."""
        with self.container(*command, **environment) as container:
            code = container.wait(120)
            return subprocess.CompletedProcess(command, code, container.log, "")


class Container:
    """One container. Use as a context manager: it runs inside, and nothing is left of it after."""

    def __init__(self, bundle: Path) -> None:
        self._bundle = bundle
        self._name = f"pullquote-{os.getpid()}-{bundle.name}"
        self._log = bundle / "log"

    def __enter__(self) -> Container:
        with self._log.open("wb") as log:
            command = ["runc", "run", "--bundle", str(self._bundle), self._name]
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            subprocess.run(["runc", "kill", self._name, "KILL"], check=False, capture_output=True)
            self._process.wait(30)
        subprocess.run(["runc", "delete", "--force", self._name], check=False, capture_output=True)
        if error is not None:
            sys.stderr.write(self.log)

    @property
    def running(self) -> bool:
        """Return whether its first process lives."""
        return self._process.poll() is None

    @property
    def log(self) -> str:
        """All that it wrote."""
        return self._log.read_text(encoding="utf-8")

    def exec(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command beside the first process, as ``docker exec`` does."""
        return subprocess.run(
            ["runc", "exec", self._name, *command], check=False, capture_output=True, text=True, timeout=100
        )

    def terminate(self) -> None:
        """SIGTERM to the first process, as ``docker stop`` sends it."""
        run("runc", "kill", self._name, "TERM")

    def wait(self, timeout: float) -> int:
        """Its exit code. Raises subprocess.TimeoutExpired."""
        return self._process.wait(timeout)

    def stop(self) -> tuple[int, float]:
        """SIGTERM: the exit code, and the seconds until then."""
        started = time.monotonic()
        self.terminate()
        return self.wait(30), time.monotonic() - started


def _spec(
    config: Mapping[str, Any], root: Path, data: Path, command: Sequence[str], environment: Mapping[str, str]
) -> dict[str, Any]:
    """runc's configuration: the image's, with the additions of compose.yaml."""
    uid, _, gid = config["User"].partition(":")
    variables = {**dict(each.split("=", 1) for each in config["Env"]), **environment}
    mounts = [
        {"destination": place, "type": kind, "source": kind, "options": options}
        for place, (kind, options) in _DEVICES.items()
    ]
    mounts.append({"destination": "/data", "type": "bind", "source": str(data), "options": ["rbind", "rw"]})
    return {
        "ociVersion": "1.0.2",
        "process": {
            "user": {"uid": int(uid), "gid": int(gid)},
            "args": list(command or [*(config["Entrypoint"] or []), *config["Cmd"]]),
            "env": [f"{name}={value}" for name, value in variables.items()],
            "cwd": config["WorkingDir"],
            "capabilities": {},
            "noNewPrivileges": True,
        },
        "root": {"path": str(root), "readonly": True},
        "hostname": "pullquote",
        "mounts": mounts,
        "linux": {
            # No network of its own: it shares the test's, which has nothing but loopback.
            "namespaces": [{"type": kind} for kind in ("pid", "ipc", "uts", "mount")],
            "resources": {"memory": {"limit": MEMORY}, "pids": {"limit": PROCESSES}},
            "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"],
            "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
        },
    }

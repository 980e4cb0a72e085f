"""Install the program into a virtual environment, exactly as locked: ``python install.py .venv run``.

``run`` is the program alone, ``dev`` adds linters and test tools. Only the standard library is used, as nothing is
installed yet.
"""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
import time
import urllib.request
import venv
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PROJECT = FOLDER.parents[1]
TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
_TIMEOUT = 4  # seconds for the index to answer
_TAIL = 30  # lines of pip's output that are shown when it fails
_WIDTH = 78  # columns of the progress line
#: Modules that a question never loads. Python compiles them itself where they are loaded after all.
_NOT_COMPILED = r"/transformers/models/(?!auto/|bert/)\w+/|/tests?/|/kubernetes/|/torch/(_inductor|testing)/|/sympy/"


def torch_options(system: str, *, graphics_card: bool, reachable: bool) -> tuple[list[str], str]:
    """pip's options for PyTorch, and one line that says which build they bring."""
    if system != "Linux":
        return [], "PyTorch: the usual build for this system."
    if graphics_card:
        return [], "PyTorch: the build for graphics cards, as there is an NVIDIA card."
    if reachable:
        return ["--index-url", TORCH_INDEX, "--no-deps"], f"PyTorch: the build for processors, from {TORCH_INDEX}."
    return [], f"PyTorch: the build that pip finds, as {TORCH_INDEX} cannot be reached."


def is_reachable(url: str) -> bool:
    """Return whether a server answers at ``url`` within seconds."""
    try:
        with urllib.request.urlopen(f"{url}/torch/", timeout=_TIMEOUT):  # noqa: S310 - a constant, HTTPS
            return True
    except OSError:
        return False


def show_progress(lines: Iterable[str], label: str) -> list[str]:
    """Show pip's latest line in place, on a terminal; elsewhere the label alone. Returns the last lines."""
    in_place = sys.stdout.isatty()
    tail: list[str] = []
    started = time.monotonic()
    if not in_place:
        print(f"{label} …", flush=True)
    for line in lines:
        tail = [*tail[1 - _TAIL :], line.rstrip()]
        if in_place:
            shown = f"{label} ({time.monotonic() - started:.0f} s): {line.strip()}"[:_WIDTH]
            print(f"\r\033[K{shown}", end="", flush=True)
    if in_place:
        print("\r\033[K", end="", flush=True)
    return tail


def pip(python: Path, label: str, *arguments: str) -> None:
    """Run ``pip install``. Ends the program with pip's last lines if that fails."""
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        tail = show_progress(process.stdout or (), label)
    if process.returncode:
        sys.exit("\n".join([*tail, f"{label}: pip failed, see above."]))


def main() -> None:
    """Make the virtual environment if there is none, and bring it to what is locked."""
    if sys.version_info < (3, 11):
        sys.exit("Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11")
    home, lock = Path(sys.argv[1]), FOLDER / f"{sys.argv[2]}.txt"
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
    system = platform.system()
    graphics_card = shutil.which("nvidia-smi") is not None
    looked = system == "Linux" and not graphics_card
    options, said = torch_options(system, graphics_card=graphics_card, reachable=looked and is_reachable(TORCH_INDEX))
    print(said)
    locked = ("--no-compile", "--no-deps", "--require-hashes")
    pip(python, "Installing packages", *locked, "-r", str(FOLDER / "build.txt"), "-r", str(lock))
    pip(python, "Installing PyTorch", "--no-compile", *options, "-r", str(FOLDER / "torch.txt"))
    pip(python, "Installing Pullquote", "--no-deps", "--no-build-isolation", "--editable", str(PROJECT))
    # By all processors; pip takes one. A file that is for another Python cannot be compiled, and need not be.
    compile_all = ("-m", "compileall", "-qq", "-j", "0", "-x", _NOT_COMPILED, str(home / "lib"))
    subprocess.run([str(python), *compile_all], check=False, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()

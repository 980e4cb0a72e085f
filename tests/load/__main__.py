"""Load test: the bot answers for half an hour, and holds no more at the end than at the beginning."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path

from tests.load.play import BotEndedError, LoadPlan, played
from tests.load.programs import ProgramError
from tests.load.verdict import document, table, wrongs

_EPILOG = """\
Exit code 0 if everyone got an answer or a reason, resident memory at the end is at most 1.10 of that after five
minutes (of a short run: after half of it), and no file handle or thread was left behind; else 1, and the lines WRONG
say why.

python -m tests.load --minutes 30 --rate 5
python -m tests.load --minutes 1 --rate 20 --server --outage
python -m tests.load --minutes 2 --backup --questions questions.jsonl
"""


def _parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.load",
        description="Runs the bot on the seeds against the Discord double, under load.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--minutes", type=float, default=30.0, help="of load (30)")
    parser.add_argument("--rate", type=float, default=5.0, help="questions, presses and look-ups a second (5)")
    parser.add_argument("--server", action="store_true", help="the vectors are on a Chroma server, started for the run")
    parser.add_argument("--outage", action="store_true", help="kill that server at half time, and start it again")
    parser.add_argument(
        "--backup", action="store_true", help="back up at half time; restore elsewhere, compare answers"
    )
    parser.add_argument("--questions", type=Path, metavar="FILE", help="JSON Lines with `question`, to compare by")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure and sample there")
    parser.add_argument("--folder", type=Path, help="empty folder for data and logs; kept (default: a temporary one)")
    found = parser.parse_args(arguments)
    if found.minutes <= 0 or found.rate <= 0:
        parser.error("--minutes and --rate have to be more than 0")
    if found.outage and not found.server:
        parser.error("--outage needs --server")
    return found


def main(arguments: list[str]) -> int:
    """Run and judge; the exit code."""
    asked = _parsed(arguments)
    with tempfile.TemporaryDirectory(prefix="soak-") as temporary:
        folder = (asked.folder or Path(temporary)).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        questions = asked.questions.resolve() if asked.questions else None
        plan = LoadPlan(folder, asked.minutes, asked.rate, asked.server, asked.outage, asked.backup, questions)
        try:
            course = asyncio.run(played(plan))
        except (ProgramError, BotEndedError) as error:
            sys.stderr.write(f"soak: {error}\n")
            return 1
        except ExceptionGroup as group:
            sys.stderr.write(f"soak: {group.exceptions[0]}\n")
            return 1
    if asked.json:
        asked.json.write_text(json.dumps(document(plan, course), indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(table(plan, course) + "\n")
    return 1 if wrongs(course, outage=plan.outage) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

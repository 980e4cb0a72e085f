"""What pyproject.toml cannot say: the wheel carries the folder ``seeds``, for ``pullquote demo``."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SEEDS = Path(__file__).parent / "seeds"
CARRIED = Path("retrieval", "seeds")


class BuildWithSeeds(build_py):
    """Build the packages, and lay ``seeds`` beside their modules. An editable installation reads them in place."""

    def run(self) -> None:
        """Build."""
        super().run()
        if not self.editable_mode:
            for source, target in self._seeds().items():
                self.mkpath(str(Path(target).parent))
                self.copy_file(str(source), target)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """Return the files that are built."""
        return [*super().get_outputs(include_bytecode), *self._seeds().values()]

    def _seeds(self) -> dict[Path, str]:
        return {path: str(Path(self.build_lib, CARRIED, path.name)) for path in sorted(SEEDS.iterdir())}


setup(cmdclass={"build_py": BuildWithSeeds})

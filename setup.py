"""Everything is said in pyproject.toml, but for `config/`, which a wheel carries inside dfc_core."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithConfig(build_py):
    """Copies `config/` to `dfc_core/config` of the build, where `dfc_core.files.config_file` looks for it."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            shutil.copytree("config", Path(self.build_lib) / "dfc_core" / "config", dirs_exist_ok=True)


setup(cmdclass={"build_py": BuildWithConfig})

"""Print a dependency group of pyproject.toml, one requirement a line.

For installers that do not know groups yet.
"""

import sys
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[1] / "pyproject.toml"

if __name__ == "__main__":
    groups = tomllib.loads(PROJECT.read_text())["dependency-groups"]
    print("\n".join(groups[sys.argv[1]]))

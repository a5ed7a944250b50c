"""What the README shows: its blocks, and the lines that a reader types."""

import re

from running import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL)
SHELL_LINES = [
    line for kind, block in BLOCKS if kind == "sh" for line in block.splitlines() if line.strip()
]
COMMAND_LINES = [line for line in SHELL_LINES if line.startswith(("handconv ", "python -c"))]
"""Those that work in any folder, once the package is installed."""

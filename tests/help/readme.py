"""What README and docs/commands.md show: their blocks, and the lines that a reader types."""

import re

from running import ROOT

PAGES = {
    page: (ROOT / page).read_text(encoding="utf-8") for page in ("README.md", "docs/commands.md")
}
BLOCKS = [
    found for text in PAGES.values() for found in re.findall(r"```(\w*)\n(.*?)```", text, re.DOTALL)
]
SHELL_LINES = list(
    dict.fromkeys(
        line
        for kind, block in BLOCKS
        if kind == "sh"
        for line in block.splitlines()
        if line.strip()
    )
)
"""Each once, in order."""
COMMAND_LINES = [line for line in SHELL_LINES if line.startswith(("handconv ", "python -c"))]
"""Those that work in any folder, once the package is installed."""

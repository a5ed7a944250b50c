"""TensorBoard: the lines of history, live, while the program runs. An optional package."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any


class Board(AbstractContextManager["Board"]):
    """Writes the history of each kernel to a folder of its own under ``folder``; for `with`.

    Raises ``ValueError`` where the package ``tensorboard`` is not installed.
    """

    def __init__(self, folder: Path) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            raise ValueError(
                "train.tensorboard is true, but the package is not installed. "
                "Run: pip install tensorboard"
            ) from None
        self.folder, self.open = folder, SummaryWriter
        self.writers: dict[str, Any] = {}

    def log(self, record: dict[str, Any]) -> None:
        """Add one line of history: its loss and kernel error, by step."""
        name = record["kernel"]
        if name not in self.writers:
            self.writers[name] = self.open(str(self.folder / name))
        for quantity in ("loss", "kernel_error"):
            if quantity in record:  # there is no kernel error where no kernel is defined by hand
                self.writers[name].add_scalar(quantity, record[quantity], record["step"])

    def __exit__(self, *error: object) -> None:
        for writer in self.writers.values():
            writer.close()  # brings everything to the disk

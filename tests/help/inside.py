"""Scripts run inside the tests' own process, which has loaded torch already."""

import io
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from importlib import import_module
from subprocess import CompletedProcess
from unittest.mock import patch


def run_here(name, *arguments, cwd):
    """As `running.run_script`, without the seconds in which a process imports torch."""
    stdout, stderr = io.StringIO(), io.StringIO()
    argv = [f"{name}.py", *map(str, arguments)]
    with (
        chdir(cwd),
        redirect_stdout(stdout),
        redirect_stderr(stderr),
        patch.object(sys, "argv", argv),
    ):
        try:
            import_module(name).main()
            status = 0
        except SystemExit as end:
            status = end.code
    return CompletedProcess(argv, status, stdout.getvalue(), stderr.getvalue())

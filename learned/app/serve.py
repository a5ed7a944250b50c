"""Run the page on this computer, for this computer, without the network."""

import atexit
import os
import shutil
import signal
import tempfile
from importlib.util import find_spec

LARGEST_FILE = 64 * 2**20  # bytes of an upload
PORTS = range(2**16)
WAITING = 20  # calls that may stand in the queue; more are turned away


def serve(host: str, port: int | None, in_browser: bool) -> None:
    """Serve the page until Ctrl-C.

    Files that were brought lie in a folder of their own, which is gone when the process ends.

    host : the address to listen at: 127.0.0.1 can be reached from this computer only
    port : None: the first that is free from 7860 on

    Raises ``OSError`` where the port cannot be had, ``ValueError`` where there is no such port, or
    Gradio is not installed.
    """
    if port is not None and port not in PORTS:
        raise ValueError(f"the port {port} is not one from 0 to {PORTS[-1]}.")
    if find_spec("gradio") is None:
        raise ValueError('Gradio is not installed. Run: pip install ".[app]"')
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as by Ctrl-C
    folder = tempfile.mkdtemp(prefix="handconv-")
    # before multiprocessing is imported: at the end, what comes first is run last
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    tempfile.tempdir = folder
    os.environ |= {
        "GRADIO_TEMP_DIR": folder,
        "TMPDIR": folder,  # of processes that are started
        "GRADIO_ANALYTICS_ENABLED": "False",
        "HF_HUB_OFFLINE": "1",
    }
    from learned.app.components import STYLE
    from learned.app.page import build, look  # here: takes seconds, and reads the above

    page = build()
    page.queue(max_size=WAITING, api_open=False)
    page.launch(
        server_name=host, server_port=port, inbrowser=in_browser, share=False, quiet=True,
        show_error=False, max_file_size=LARGEST_FILE, footer_links=[], ssr_mode=False,
        enable_monitoring=False, run_history=False, css=STYLE, prevent_thread_lock=True,
        theme=look(),
    )  # fmt: skip
    print(f"The page is at {page.local_url} — end it with Ctrl-C.", flush=True)
    page.block_thread()

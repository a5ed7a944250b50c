"""Open a page in the browser to play with: filter, learn, recover, undo."""

from handconv.cli import Parser, errors_end_with_status_2

EXAMPLES = """\
  python scripts/app.py
  python scripts/app.py --port 8000 --no-browser

It runs on this computer and can be reached from this computer only, unless --host says otherwise;
it needs no network. Needs Gradio: pip install ".[app]"
"""


@errors_end_with_status_2()
def main() -> None:
    parser = Parser(__doc__, EXAMPLES)
    parser.add_argument("--port", type=int, help="default: the first free one from 7860 on")
    parser.add_argument(
        "--host", default="127.0.0.1", help="the address to listen at (default: %(default)s)"
    )
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    arguments = parser.parse_args()

    from learned.app.serve import serve

    serve(arguments.host, arguments.port, not arguments.no_browser)


if __name__ == "__main__":
    main()

"""The page's files import Gradio, an extra: their doctests run where it is installed."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("gradio") else ["learned/app"]

"""The page: its tabs, how it opens by a link, and what it looks like."""

from typing import Any

import gradio as gr

from learned.app.filter_tab import FilterTab
from learned.app.learn_tab import LearnTab
from learned.app.link import read
from learned.app.pair_tab import PairTab
from learned.app.recover_tab import RecoverTab
from learned.app.toasts import warn
from learned.app.undo_tab import UndoTab

TABS: dict[str, Any] = {
    "Filter": FilterTab,
    "Learn": LearnTab,
    "Recover": RecoverTab,
    "Undo": UndoTab,
    "Own pair": PairTab,
}
KEPT = 60 * 60  # seconds that files that were brought stay


def build() -> gr.Blocks:
    """All of the page; see `serve` for how it is run."""
    shown: list[Any] = []
    with gr.Blocks(title="handconv", analytics_enabled=False, delete_cache=(60, KEPT)) as page:
        gr.Markdown(
            "# handconv\nImage filters by hand, and learned back from pictures before and after."
        )
        with gr.Tabs(selected="filter") as tabs:
            for words, kind in TABS.items():
                with gr.Tab(words, id=kind.name):
                    shown.append(kind())
        for tab in shown:
            page.load(_opener(tab), None, [tabs, *tab.inputs]).then(
                tab.choose, tab.inputs, tab.outputs
            )
    return page


def look() -> gr.themes.Base:
    """Fonts of the computer that shows the page, none fetched; small print with enough contrast."""
    theme = gr.themes.Default(
        font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]
    )
    return theme.set(
        block_info_text_color="*neutral_600", block_info_text_color_dark="*neutral_300"
    )


def _opener(tab: Any) -> Any:
    """What sets the controls of a tab to what the link says that the page was opened by."""

    def open_by_link(request: gr.Request) -> list[Any]:
        parameters = dict(request.query_params)
        if parameters.get("tab") != tab.name:
            return [gr.skip()] * (1 + len(tab.inputs))
        try:
            values = read(tab.readers, parameters)
        except ValueError as error:
            warn(error)
            values = {}
        controls = [values.get(name, gr.skip()) for name in tab.parts]
        return [gr.Tabs(selected=tab.name), *controls]

    return open_by_link

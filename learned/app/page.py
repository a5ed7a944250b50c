"""The page: its tabs, how it opens by a link, and what it looks like."""

from typing import Any

import gradio as gr

from learned.app.components import LOOKED_AT, OPENED
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
    shown: dict[str, Any] = {}
    with gr.Blocks(title="handconv", analytics_enabled=False, delete_cache=(60, KEPT)) as page:
        gr.Markdown(
            "# handconv\nImage filters by hand, and learned back from pictures before and after."
        )
        with gr.Tabs(selected="filter") as tabs:
            for words, kind in TABS.items():
                with gr.Tab(words, id=kind.name) as place:
                    tab = shown[kind.name] = kind()
                _fill(tab)
                *_, link = tab.copies
                place.select(None, link, link, js=LOOKED_AT, show_progress="hidden")
        parts = {part for tab in shown.values() for part in (*tab.inputs, *tab.outputs)}
        opener = _opener(shown, tabs)
        opening = page.load(opener, None, [tabs, *parts], show_progress="hidden")
        opening.then(None, None, None, js=OPENED)
    return page


def look() -> gr.themes.Base:
    """Fonts of the computer that shows the page, none fetched; small print with enough contrast."""
    theme = gr.themes.Default(
        font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]
    )
    return theme.set(
        block_info_text_color="*neutral_600", block_info_text_color_dark="*neutral_300"
    )


def _opener(shown: dict[str, Any], tabs: gr.Tabs) -> Any:
    """What opens the tab that the link names, and fills it as the link says."""

    def open_by_link(request: gr.Request) -> dict[Any, Any]:
        parameters = dict(request.query_params)
        tab = shown.get(parameters.get("tab", ""))
        if tab is None:
            return {tabs: gr.skip()}  # an empty one is an error to Gradio
        try:
            said = read(tab.readers, parameters)
        except ValueError as error:
            warn(error)
            said = {}
        values = {name: said.get(name, part.value) for name, part in tab.parts.items()}
        controls = {tab.parts[name]: value for name, value in said.items()}
        return {tabs: gr.Tabs(selected=tab.name), **controls, **tab.choose(*values.values())}

    return open_by_link


def _fill(tab: Any) -> None:
    """Write into a tab what follows from its controls as they are."""
    for part, value in tab.choose(*(part.value for part in tab.inputs)).items():
        if isinstance(value, str):
            part.value = value

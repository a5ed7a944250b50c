"""What the pages of a built site point to: whether it is there, and whether it needs a network."""

import posixpath
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}
"""Elements that a browser loads by itself, and where they say from."""


class Page(HTMLParser):
    """The anchors of a page, what it links to, and what it loads."""

    def __init__(self, text):
        super().__init__()
        self.anchors, self.links, self.loads = set(), [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.anchors |= {given[key] for key in ("id", "name") if given.get(key)}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        where = given.get(LOADED.get(tag, ""))
        if where and given.get("rel") != "canonical":
            self.loads.append(where)
        self.loads += [part.split()[0] for part in (given.get("srcset") or "").split(",") if part]


def mistakes(site):
    """Links inside the site that lead nowhere, and what is loaded from elsewhere; one line each."""
    files = sorted(Path(site).rglob("*.html"))
    pages = {file.relative_to(site).as_posix(): Page(file.read_text("utf-8")) for file in files}
    wrong = [
        f"{name}: {target} {why}"
        for name, page in pages.items()
        for target in [*page.links, *page.loads]
        if (why := _wrong(Path(site), name, target, pages, target in page.loads))
    ]
    for sheet in Path(site).rglob("*.css"):
        loaded = re.findall(
            r"(?:url\(|@import)\s*[\"']?(https?://[^\"')]+)", sheet.read_text("utf-8")
        )
        wrong += [f"{sheet.name}: {address} is loaded from elsewhere" for address in loaded]
    return wrong


def _wrong(site, name, target, pages, loaded):
    parts = urlsplit(target)
    if parts.scheme == "data":
        return ""
    if parts.scheme or parts.netloc:
        return "is loaded from elsewhere" if loaded else ""
    path = unquote(parts.path)
    other = posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) if path else name
    if not (site / other).is_file():
        return "is not there"
    anchor = unquote(parts.fragment)
    if anchor and other in pages and anchor not in pages[other].anchors:
        return "has no such anchor"
    return ""

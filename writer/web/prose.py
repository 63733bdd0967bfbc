"""Turns the few marks that our descriptions use into HTML, so that OpenAPI's Markdown needs no library.

Blocks: paragraphs, `### ` headings, `* ` lists, code indented by four. Within a line: `code` and **bold**.
"""

import re
from collections.abc import Iterator
from html import escape

from markupsafe import Markup

_MARKS = re.compile(r"`([^`]+)`|\*\*([^*]+)\*\*")


def blocks(text: str) -> Markup:
    """Return the HTML of a description of several paragraphs.

    >>> blocks("Sends `qty`.\\n\\n* one\\n  more\\n* two")
    Markup('<p>Sends <code>qty</code>.</p>\\n<ul><li>one more</li><li>two</li></ul>')
    """
    # flask-openapi3 puts one before what follows a summary.
    pieces = re.split(r"\n\s*\n", text.replace("<br/>", "\n\n").replace("\r", ""))
    return Markup("\n".join(_block(piece.strip("\n")) for piece in pieces if piece.strip()))


def line(text: str) -> Markup:
    """Return the HTML of one line."""
    return Markup("".join(_parts(" ".join(text.replace("<br/>", " ").split()))))


def _parts(text: str) -> Iterator[str]:
    end = 0
    for found in _MARKS.finditer(text):
        yield escape(text[end : found.start()])
        code, bold = found.groups()
        yield f"<code>{escape(code)}</code>" if code else f"<strong>{escape(bold)}</strong>"
        end = found.end()
    yield escape(text[end:])


def _block(piece: str) -> str:
    if piece.startswith("    "):
        return f"<pre><code>{escape(re.sub(r'(?m)^ {4}', '', piece))}</code></pre>"
    if piece.startswith("### "):
        return f"<h3>{line(piece[4:])}</h3>"
    if piece.startswith("* "):
        items = re.split(r"(?m)^\* ", piece)[1:]
        return f"<ul>{''.join(f'<li>{line(item)}</li>' for item in items)}</ul>"
    return f"<p>{line(piece)}</p>"

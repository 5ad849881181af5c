"""Mathematics as MathML, which browsers set themselves: no script, no fonts, no pictures."""

from __future__ import annotations

import re

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

# The converter sets a function close to its argument: `log pool` would read as one word. A bracket needs no space.
FUNCTION = re.compile(r"(<mi>(?:exp|log|max|min)</mi>|<msub><mi>log</mi><mrow>.*?</mrow></msub>)(?=<m(?!o))")
SPACE = r'\1<mspace width="0.1667em" />'


def mathml(text: str, display: str = "inline") -> str:
    """Convert LaTeX's mathematics."""
    return FUNCTION.sub(SPACE, convert(text, display=display))


def inline(translator: HTML5Translator, node: nodes.math) -> None:
    """Write mathematics within a line."""
    translator.body.append(f'<span class="math">{mathml(node.astext())}</span>')
    raise nodes.SkipNode


def displayed(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write mathematics on lines of its own; a blank line separates equations."""
    anchor = f' id="{node["ids"][0]}"' if node["ids"] else ""
    equations = [text for text in node.astext().split("\n\n") if text.strip()]
    body = "".join(mathml(text, "block") for text in equations)
    translator.body.append(f'<div class="math"{anchor} tabindex="0">{body}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer under the name ``mathml``."""
    app.add_html_math_renderer("mathml", (inline, None), (displayed, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}

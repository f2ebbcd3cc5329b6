"""Markdown of a notice, as HTML for mail readers and as plain text: the same words twice.

Why: compiled once per notice with the values' places still empty, so that a value can never become markup.
Never here: values; raw HTML, images and placeholders inside links (a value must not choose where a link leads).
"""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from notifications.errors import TemplateError

# Private-use characters: neither space nor punctuation, so Markdown treats a place like a word.
OPEN = "\ue000"
CLOSE = "\ue001"

# `breaks`: a line of the text is a line of the page, so that both parts of a mail read alike.
_READER = MarkdownIt("commonmark", {"html": False, "breaks": True, "xhtmlOut": False})
_SAFE_LINK = re.compile(r"(?:https?://|mailto:)[\x21-\x7e]+\Z")
# Mail readers drop style sheets, so each element carries its own.
_STYLES = {
    "p": "margin:0 0 16px",
    "h1": "margin:0 0 16px;font-size:22px;line-height:1.3",
    "h2": "margin:24px 0 12px;font-size:19px;line-height:1.3",
    "h3": "margin:24px 0 12px;font-size:17px;line-height:1.3",
    "ul": "margin:0 0 16px;padding:0 0 0 24px",
    "ol": "margin:0 0 16px;padding:0 0 0 24px",
    "li": "margin:0 0 4px",
    "blockquote": "margin:0 0 16px;padding:0 0 0 12px;border-left:3px solid #b0b0b0",
    "a": "color:#0b4f9e",
}


def both(source: str) -> tuple[str, str]:
    """The source as (plain text, HTML); places marked by OPEN...CLOSE come out as they went in.

    Raises TemplateError for an image, and for a link that holds a place or leads elsewhere than http(s) and mailto.
    """
    tokens = _READER.parse(source)
    line = 1
    for token in tokens:
        if token.map:
            line = token.map[0] + 1
        _check(token, line)
    text = _blocks(SyntaxTreeNode(tokens).children)
    for token in tokens:
        _style(token)
    return text, _READER.renderer.render(tokens, _READER.options, {})


def _check(token: Token, line: int) -> None:
    for child in token.children or ():
        if child.type == "image":
            raise TemplateError("an image is not allowed", "say it in words", line=line)
        if child.type == "link_open" and (
            not _SAFE_LINK.match(str(child.attrGet("href")))
            or "%EE%80%80" in str(child.attrGet("href"))
            or OPEN in str(child.attrGet("title"))
            or "link:" in str(child.attrGet("href"))
        ):
            raise TemplateError(
                "a link must lead to a fixed http, https or mailto address", "print the value as text", line=line
            )


def _style(token: Token) -> None:
    if token.nesting == 1 and token.tag in _STYLES:
        token.attrSet("style", _STYLES[token.tag])
    for child in token.children or ():
        _style(child)


def _blocks(children: list[SyntaxTreeNode], gap: str = "\n\n") -> str:
    return gap.join(_block(child) for child in children)


def _block(node: SyntaxTreeNode) -> str:
    match node.type:
        case "bullet_list" | "ordered_list":
            paragraphs = [child for item in node.children for child in item.children if child.type == "paragraph"]
            loose = any(not paragraph.hidden for paragraph in paragraphs)
            start = int(str(node.attrs.get("start", 1)))
            items = []
            for number, item in enumerate(node.children, start):
                lead = "- " if node.type == "bullet_list" else f"{number}. "
                items.append(lead + _blocks(item.children, "\n").replace("\n", "\n" + " " * len(lead)))
            return ("\n\n" if loose else "\n").join(items)
        case "blockquote":
            return "> " + _blocks(node.children).replace("\n", "\n> ")
        case "code_block" | "fence":
            return node.content.rstrip("\n")
        case "hr":
            return "* * *"
        case _:
            return "".join(_inline(child) for child in node.children)


def _inline(node: SyntaxTreeNode) -> str:
    match node.type:
        case "softbreak" | "hardbreak":
            return "\n"
        case "link":
            words = "".join(_inline(child) for child in node.children)
            target = str(node.attrs["href"]).removeprefix("mailto:")
            return words if words == target else f"{words} ({target})"
        case _ if node.children:
            return "".join(_inline(child) for child in node.children)
        case _:
            return node.content

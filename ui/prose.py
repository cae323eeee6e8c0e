"""Text from elsewhere, made safe to stand in Markdown."""

import re


def escaped(text: str) -> str:
    """A sentence with the signs that Markdown would read as its own."""
    for sign in r"\`*_[]<>$#|~":
        text = text.replace(sign, "\\" + sign)
    return text


def quoted(text: str) -> str:
    """The beginning of a text a person gave, so that Markdown shows it as it is."""
    shown = re.sub(r"([^\w\s.,-])", r"\\\1", text[:30]) + ("…" if len(text) > 30 else "")
    # Markdown makes a link of a bare address, whatever is escaped: a joiner no one sees parts it.
    return "“" + re.sub(r"(/|www|@)", "\\1\u2060", shown) + "”"

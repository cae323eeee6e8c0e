"""Text from elsewhere, made safe to stand in Markdown."""


def escaped(text: str) -> str:
    """A sentence with the signs that Markdown would read as its own."""
    for sign in r"\`*_[]<>$#|~":
        text = text.replace(sign, "\\" + sign)
    return text

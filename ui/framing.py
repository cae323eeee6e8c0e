"""What every page's address may say of its frame: presented, controls hidden, the drawer open."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ui.parameters import Parameter, switch
from ui.prose import quoted

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,40}")


@dataclass(frozen=True, kw_only=True)
class Presented(Parameter):
    """Whether the stage is presented, as a key or a button on it tells, too."""

    default: str = ""

    def moved(self, report: Mapping, state) -> dict[str, Any]:
        return {self.name: report["show"]} if report.get("show") in ("", "stage") else {}


def _presented(text: str) -> str:
    if text not in ("", "stage"):
        raise ValueError(f"{quoted(text)} is not “stage”, so the page is shown as usual.")
    return text


def _names(text: str) -> tuple[str, ...]:
    names = tuple(name for name in text.split(",") if name)
    if not all(_NAME.fullmatch(name) for name in names):
        raise ValueError(f"{quoted(text)} names no controls, so none is hidden.")
    return names


FRAME = (
    Presented(name="show", parse=_presented),
    Parameter(name="hide", parse=_names, write=",".join, default=()),
    switch("details"),
)

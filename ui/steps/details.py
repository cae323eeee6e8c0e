"""What stands in the drawer of the Steps page: the inspector, the laws, the downloads."""

from dataclasses import fields
from functools import partial

import numpy as np
import streamlit as st

from optcore.streams import Response
from ui import controls, rules
from ui.glossary import letters
from ui.parameters import slug
from ui.prose import csv_text
from ui.state import PageState
from ui.steps import words
from ui.steps.case import Playing
from ui.steps.programs import with_numpy, with_torch


def inspector(state: PageState, playing: Playing, responses: dict[str, Response]) -> None:
    """The rule of one optimizer with the numbers of the scrubber's step."""
    if not responses:
        return
    st.markdown("### Step inspector")
    name = controls.choose(state, "inspect", "Optimizer to inspect").name
    optimizer = next(each for each in playing.optimizers if each.name == name)
    at = state["at"]
    step = max(1, min(playing.steps, playing.steps if at is None else at))
    numbers = values(optimizer, responses[name], step)
    st.caption("Pause or move the scrubber to choose another step.")
    st.latex(rules.rule(optimizer), help=rules.key(optimizer))
    st.latex(rules.worked(optimizer, numbers))
    st.markdown(rules.listed(f"At step {step}", rows(responses[name], numbers)))
    st.caption(f"{optimizer.source}. Variant: {optimizer.variant}.")


def values(optimizer, response: Response, step: int) -> dict[str, np.ndarray]:
    """Every name a rule may use -> its number at a step, from 1."""
    numbers = {each.name: np.asarray(getattr(optimizer, each.name)) for each in fields(optimizer)}
    if response.rates is not None:
        numbers["learning_rate"] = response.rates[step - 1]
    numbers |= {
        "grad": response.gradients[step - 1],
        "point": response.points[step - 1],
        "step": response.steps[step - 1],
        "t": np.asarray(step),
    }
    for name, memory in response.memory.items():
        numbers[name], numbers[f"{name}+"] = memory[step - 1], memory[step]
    return numbers


def rows(response: Response, numbers: dict) -> dict[str, np.ndarray]:
    """Gradient, memory before and after, and step, by what they are called."""
    found = {"gradient": numbers["grad"], "place before": numbers["point"]}
    for name in response.memory:
        found[f"{name.replace('_', ' ')} before"] = numbers[name]
        found[f"{name.replace('_', ' ')} after"] = numbers[f"{name}+"]
    return {**found, "step": numbers["step"]}


def laws(playing: Playing) -> None:
    """What foretells the steps, and why nothing does where that is so."""
    if playing.optimizers:
        st.markdown("### The law of each step")
    for each in playing.optimizers:
        key = letters(words.law_formula(playing, each), type(each))
        st.markdown(f"- {words.law_line(playing, each)}", help=key or None)


def downloads(playing: Playing, responses: dict[str, Response]) -> None:
    """All numbers as CSV, and a program for each that prints the same last place."""
    if not responses:
        return
    with st.popover("Download", icon=":material/download:"):
        every = partial(table, playing, responses)
        st.download_button("CSV of all", every, "steps.csv", "text/csv", on_click="ignore")
        for optimizer in playing.optimizers:
            name = slug(optimizer.name)
            with st.container(horizontal=True):
                st.markdown(f"**{optimizer.name}**")
                st.download_button("NumPy", partial(with_numpy, playing, optimizer),
                                   f"{name}_stream.py", key=f"np/{name}",
                                   on_click="ignore")  # fmt: skip
                known = bool(optimizer.torch)
                st.download_button("PyTorch", partial(with_torch, playing, optimizer),
                                   f"{name}_stream_torch.py", key=f"torch/{name}",
                                   on_click="ignore", disabled=not known,
                                   help=None if known else "torch.optim has no such method.",
                                   )  # fmt: skip


def table(playing: Playing, responses: dict[str, Response]) -> str:
    """A row for each optimizer, step and coordinate; empty where no law foretells."""
    heads = ("optimizer", "step", "coordinate", "gradient", "step_taken", "in_rates", "foretold",
             "place")  # fmt: skip
    rows = []
    for optimizer in playing.optimizers:
        response, foretold = responses[optimizer.name], playing.law(optimizer)
        for k, i in np.ndindex(playing.gradients.shape):
            numbers = (response.gradients, response.steps, response.in_rates)
            law = "" if foretold is None else foretold[k, i]
            rows.append([optimizer.name, k + 1, i + 1, *(each[k, i] for each in numbers), law,
                         response.points[k + 1, i]])  # fmt: skip
    return csv_text(heads, rows)

"""The views of the Noise page from an address, without Streamlit."""

from ui.address import Address, empty
from ui.noise.parameters import PARAMETERS
from ui.parameters import slug


def state_at(**link: str) -> Address:
    state = Address(PARAMETERS, empty())
    words = ("view", "task", "draw", "equal", "schedule", "method", "dealt", "lie", "loss")
    told = {name.replace("__", "."): text for name, text in link.items()}
    state.arrive({name: slug(text) if name in words else text for name, text in told.items()})
    return state


def case_of(module, **link: str):
    return module.set_up(state_at(**link))[0]

"""Work on the page Gradient flow that takes a while: offers, progress, and the download."""

from collections.abc import Generator, Sequence
from functools import partial

import streamlit as st

from optcore.flow import costs
from optcore.flow.band import seed_flows
from optcore.flow.bounds import bound, has_bound
from optcore.flow.fixes import Comparison
from optcore.flow.plan import FlowPlan
from optcore.flow.profile import FlowProfile
from optcore.flow.spectra import Spectra, find_spectra
from optcore.pieces import told_as
from ui import cache
from ui.layers import results
from ui.layers.words import per_layer
from ui.prose import percent, seconds
from ui.state import PageState
from ui.work import ask, asked, carry_out, stop, stopped

SEEDS = 30
# Seconds that networks, a band, spectra and a bound may take without being asked for; the first
# again while a hand moves.
LONGEST, LIVELY = 1.5, 0.25
LONGEST_BAND = 2.5
LONGEST_SPECTRA, LIVELY_SPECTRA = 2.5, 0.08
LONGEST_BOUND, LIVELY_BOUND = 0.8, 0.01


# ------------------------------------------------------------------ too much at once


def within_reach(state: PageState, how: Comparison) -> tuple[Comparison, str]:
    """What can be computed now, with a note on it; something smaller when it takes too long."""
    needed = costs.total_seconds([plan for plan in how.all if not results.profile.known(plan)])
    if not state.settled and needed > LIVELY:
        fewer = {"batch": 16} | costs.smaller(how.all, LIVELY, cache.CACHE.most)
        return _scaled(how, **fewer), f"While you drag: {_listed(fewer)}.\n"
    if needed <= LONGEST and _fit(how):
        return how, ""
    if asked(state, "networks", how) and _fit(how):
        carry_out(_passes(how))
        return how, ""
    offer = costs.smaller(how.all, LONGEST, cache.CACHE.most)
    _offer(state, how, needed, offer)
    said = _listed(offer)
    return _scaled(how, **offer), f"Shown meanwhile: {said}.\n"


def _fit(how: Comparison) -> bool:
    return all(cache.CACHE.fits(costs.memory(plan)) for plan in how.all)


def _listed(offer: dict) -> str:
    return " and ".join(f"{name} {value}" for name, value in offer.items())


def _scaled(how: Comparison, **numbers) -> Comparison:
    shown, before = (costs.resized(plans, **numbers) for plans in (how.shown, how.before))
    return Comparison(shown, before, how.fixes)


def _offer(state: PageState, how: Comparison, needed: float, offer: dict) -> None:
    setting, said = how.shown[0].setting, _listed(offer)
    quick = costs.total_seconds(costs.resized(how.all, **offer))
    st.warning(
        f"Depth {setting.depth}, width {setting.width} and batch {setting.batch} would take about "
        f"{seconds(needed)} for {len(how.all)} networks, too long to follow a slider. "
        f"With {said} it takes {seconds(quick)}.",
        icon=":material/hourglass_top:",
    )
    with st.container(horizontal=True):
        st.button(
            f"Use {said}", type="primary",
            on_click=lambda: state.put({f"net.{name}": value for name, value in offer.items()}),
        )  # fmt: skip
        if _fit(how):
            st.button("Compute it all the same", on_click=ask, args=(state, "networks", how))
        else:
            st.caption("Computing it all the same would need more memory than a page may take.")


def _passes(how: Comparison) -> Generator[tuple[float, str], None, None]:
    for done, plan in enumerate(how.all):
        yield done / len(how.all), f"{plan.name}: forward and backward …"
        results.profile(plan)


# ------------------------------------------------------------------ the bound


def shows_bound(plan: FlowPlan) -> bool:
    """Whether a bound is drawn for this network once the hand rests."""
    setting = plan.setting
    return has_bound(plan) and setting.depth * costs.norm_seconds(setting.width) <= LONGEST_BOUND


def bounds(profiles: Sequence[FlowProfile], settled: bool) -> dict:
    """The slope bound of every activation that has one, where it can be had in passing."""
    bounded = [p for p in profiles if shows_bound(p.plan) and p.delta[-1] > 0]
    missing = sum(results.norms_missing(p.plan) for p in bounded[:1])
    takes = missing * costs.norm_seconds(profiles[0].plan.setting.width)
    if takes > (LONGEST_BOUND if settled else LIVELY_BOUND):
        return {}
    return {
        p.plan.name: bound(p.plan, p.delta[-1], results.spectral_norms(p.plan)) for p in bounded
    }


# ------------------------------------------------------------------ the band over seeds


def _missing_bands(how: Comparison) -> tuple[list[FlowPlan], float]:
    """The networks without a band, and about how long theirs take: half of float64 a seed."""
    missing = [plan for plan in how.shown if results.known_flows(plan) is None]
    return missing, costs.total_seconds(missing) * SEEDS / 2


def band_comes(state: PageState, how: Comparison) -> bool:
    """Whether a missing band is computed without being asked for, as soon as the hand rests."""
    missing, takes = _missing_bands(how)
    return bool(missing) and takes <= LONGEST_BAND and not stopped(state, "band", how)


def finish_bands(state: PageState, how: Comparison, wanted: bool) -> None:
    """Computes the bands that are missing, seed by seed, and has the page drawn again."""
    missing, takes = _missing_bands(how)
    if not (wanted and missing and state.settled):
        return
    if band_comes(state, how) or asked(state, "band", how):
        carry_out(_seeds(missing), partial(stop, state, "band", how))
        st.rerun()
    st.button(
        f"Draw the band over {SEEDS} seeds (about {seconds(takes)})",
        on_click=ask, args=(state, "band", how), icon=":material/stacked_line_chart:",
    )  # fmt: skip


def _seeds(missing: Sequence[FlowPlan]) -> Generator[tuple[float, str], None, None]:
    for done, plan in enumerate(missing):
        flows, alike = [], results.unseeded(plan)
        with cache.CACHE.room(costs.memory(plan)):
            for flow in seed_flows(alike.fit, alike.initializer, range(SEEDS), 1.0):
                flows.append(flow)
                share = (done + len(flows) / SEEDS) / len(missing)
                yield share, f"{plan.name}: seed {len(flows)} of {SEEDS}"
        results.keep_flows(plan, flows)


# ------------------------------------------------------------------ spectra


def spectra(state: PageState, how: Comparison) -> dict[FlowPlan, Spectra]:
    """Singular values of as many layers as there is time for; more on demand."""
    setting = how.shown[0].setting
    limit = LONGEST_SPECTRA if state.settled else LIVELY_SPECTRA
    layers = costs.spectrum_layers(how.all, 1e9 if asked(state, "spectra", how) else limit)
    found = {plan: cache.CACHE.get(("spectra", plan, layers)) for plan in how.all}
    missing = [plan for plan, known in found.items() if known is None]
    if missing:
        found |= carry_out(_decompositions(missing, layers))
    if state.settled and len(layers) < setting.depth:
        takes = setting.depth * len(how.all) * costs.spectrum_seconds(setting.width)
        st.button(
            f"{len(layers)} of {setting.depth} layers are shown; all take about {seconds(takes)}",
            on_click=ask, args=(state, "spectra", how), icon=":material/all_match:",
        )  # fmt: skip
    return found


def _decompositions(missing: Sequence[FlowPlan], layers: tuple[int, ...]):
    found = {}
    for plan in missing:
        with results.flow_of(plan) as flow:
            found[plan] = yield from _decomposed(flow, layers, plan.name, len(found), len(missing))
        cache.CACHE.put(("spectra", plan, layers), found[plan])
    return found


def _decomposed(flow, layers: tuple[int, ...], name: str, done: int, count: int):
    def tell(share):
        return (done + share) / count, f"{name}: singular values, {percent(share)}"

    return (yield from told_as(find_spectra(flow, layers), tell))


# ------------------------------------------------------------------ the download


def download(how: Comparison) -> None:
    """The numbers of every layer of every network as CSV."""
    if how.shown:
        st.download_button(
            "Numbers per layer (CSV)",
            lambda: per_layer(how, {plan: (results.profile(plan), results.units(plan))
                                    for plan in how.all}),
            "layers.csv", "text/csv", icon=":material/download:", on_click="ignore",
        )  # fmt: skip

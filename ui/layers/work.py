"""Work on the Layers page that takes a while: offers, progress, stopping, and the download."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from optcore.flow.band import FlowBand, flow_band, seed_flows
from ui.layers.case import GRADIENTS, Case, Profile, bound, has_bound, norms_missing, profile
from ui.layers.fixes import (
    LIVELY,
    LONGEST,
    Comparison,
    fits_memory,
    resized,
    seconds,
    smaller,
    total_seconds,
)
from ui.layers.views import (
    Spectra,
    find_spectra,
    known_spectra,
    spectrum_layers,
    spectrum_seconds,
    units,
)
from ui.layers.words import describe
from ui.state import PageState

SEEDS = 30
# A band that takes longer is drawn on demand; one seed in float32 costs half of one in float64.
LONGEST_BAND = 2.5
LONGEST_SPECTRA = 2.5
LONGEST_BOUND = 0.8
QUANTITIES = dict(
    zip(GRADIENTS, ("delta_norms", "weight_grad_norms", "update_ratios"), strict=True)
)
_bands: dict[Case, list[dict]] = {}


# ------------------------------------------------------------------ too much at once


def within_reach(state: PageState, how: Comparison) -> tuple[Comparison, str]:
    """What can be computed now, with a note on it; something smaller when it takes too long."""
    needed = total_seconds([case for case in how.all if case not in _known])
    if not state.settled and needed > LIVELY:
        fewer = {"batch": smaller(how.all, LIVELY).get("batch", 16)}
        return _scaled(how, **fewer), f"While you drag: a batch of {fewer['batch']}.\n"
    if needed <= LONGEST:
        return how, ""
    if state.memory.get("patient") == how:
        return _with_progress(how), ""
    offer = smaller(how.all)
    _offer(state, how, needed, offer)
    said = " and ".join(f"{name} {value}" for name, value in offer.items())
    return _scaled(how, **offer), f"Shown meanwhile: {said}.\n"


_known: set[Case] = set()


def _scaled(how: Comparison, **numbers) -> Comparison:
    return Comparison(resized(how.shown, **numbers), resized(how.before, **numbers), how.fixes)


def _offer(state: PageState, how: Comparison, needed: float, offer: dict) -> None:
    setting = how.shown[0].setting
    said = " and ".join(f"{name} {value}" for name, value in offer.items())
    quick = total_seconds(resized(how.all, **offer))
    st.warning(
        f"Depth {setting.depth}, width {setting.width} and batch {setting.batch} would take about "
        f"{needed:.1f} s for {len(how.all)} networks, too long to follow a slider. "
        f"With {said} it takes {quick:.1f} s.",
        icon=":material/hourglass_top:",
    )
    with st.container(horizontal=True):
        st.button(
            f"Use {said}", type="primary",
            on_click=lambda: state.put({f"net.{name}": value for name, value in offer.items()}),
        )  # fmt: skip
        if fits_memory(setting):
            st.button("Compute it all the same", on_click=_be_patient, args=(state, how))
        else:
            st.caption("Computing it all the same would need more memory than a page may take.")


def _be_patient(state: PageState, how) -> None:
    state.memory["patient"] = how


def _with_progress(how: Comparison) -> Comparison:
    place = st.empty()
    for done, case in enumerate(how.all):
        place.progress(done / len(how.all), f"{case.name}: forward and backward …")
        profile(case)
        _known.add(case)
    place.empty()
    return how


# ------------------------------------------------------------------ the bound


def _bound_seconds(case: Case) -> float:
    """About how long one layer's eigenvalue problem takes."""
    return 2e-4 + 6e-10 * case.setting.width**3


def shows_bound(case: Case) -> bool:
    """Whether a bound is drawn for this case once the hand rests."""
    return has_bound(case) and case.setting.depth * _bound_seconds(case) <= LONGEST_BOUND


def bounds(profiles: Sequence[Profile], settled: bool) -> dict:
    """The slope bound of every activation that has one, where it can be had in passing."""
    bounded = [p for p in profiles if shows_bound(p.case) and p.delta[-1] > 0]
    missing = sum(norms_missing(p.case) for p in bounded[:1])
    if missing * _bound_seconds(profiles[0].case) > (LONGEST_BOUND if settled else 0.01):
        return {}
    return {p.case.name: bound(p.case, p.delta[-1]) for p in bounded}


# ------------------------------------------------------------------ the band over seeds


def _unseeded(case: Case) -> Case:
    return replace(case, setting=replace(case.setting, learning_rate=1.0))


def bands(how: Comparison, quantity: str) -> dict[str, FlowBand]:
    """The bands known so far, by activation name."""
    rate = how.shown[0].setting.learning_rate
    found = {}
    for case in how.shown:
        flows = _bands.get(_unseeded(case))
        if flows:
            band = flow_band(flows, QUANTITIES[quantity])
            scale = rate if QUANTITIES[quantity] == "update_ratios" else 1.0
            found[case.name] = FlowBand(
                band.low * scale, band.middle * scale, band.high * scale, band.seeds
            )
    return found


def _missing_bands(how: Comparison) -> tuple[list[Case], float]:
    """The networks without a band, and about how long theirs take."""
    missing = [case for case in how.shown if _unseeded(case) not in _bands]
    return missing, sum(seconds(case) for case in missing) * SEEDS / 2


def band_comes(state: PageState, how: Comparison) -> bool:
    """Whether a missing band is computed without being asked for, as soon as the hand rests."""
    missing, takes = _missing_bands(how)
    return bool(missing) and takes <= LONGEST_BAND and state.memory.get("stopped") != how


def finish_bands(state: PageState, how: Comparison, wanted: bool) -> None:
    """Computes the bands that are missing, seed by seed, and has the page drawn again."""
    missing, takes = _missing_bands(how)
    if not (wanted and missing and state.settled):
        return
    if not (band_comes(state, how) or state.memory.get("band") == how):
        st.button(
            f"Draw the band over {SEEDS} seeds (about {max(takes, 0.1):.1f} s)",
            on_click=_ask_for_band, args=(state, how), icon=":material/stacked_line_chart:",
        )  # fmt: skip
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        place = st.empty()
        stop = st.empty()
        if takes > 0.5:
            stop.button("Stop", on_click=_stop, args=(state, how))
    for done, case in enumerate(missing):
        flows = []
        for flow in seed_flows(_unseeded(case).fit, case.initializer, range(SEEDS), 1.0):
            flows.append(flow)
            share = (done + len(flows) / SEEDS) / len(missing)
            place.progress(share, f"{case.name}: seed {len(flows)} of {SEEDS}")
        while len(_bands) >= 128:
            _bands.pop(next(iter(_bands)), None)
        _bands[_unseeded(case)] = flows
    st.rerun()


def _ask_for_band(state: PageState, how) -> None:
    state.memory["band"] = how
    state.memory.pop("stopped", None)


def _stop(state: PageState, how) -> None:
    state.memory["stopped"] = how
    state.memory.pop("band", None)


# ------------------------------------------------------------------ spectra


def spectra(state: PageState, how: Comparison) -> dict[Case, Spectra]:
    """Singular values of as many layers as there is time for; more on demand."""
    setting = how.shown[0].setting
    everything = state.memory.get("all spectra") == how
    limit = 1e9 if everything else LONGEST_SPECTRA if state.settled else 0.08
    layers = spectrum_layers(how.all, limit)
    place = st.empty()
    for case in how.all:
        if known_spectra(case, layers) is None:
            _find(state, how, case, layers, place)
    place.empty()
    if state.settled and len(layers) < setting.depth:
        takes = setting.depth * len(how.all) * spectrum_seconds(setting.width)
        st.button(
            f"{len(layers)} of {setting.depth} layers are shown; all take about {takes:.0f} s",
            on_click=_ask_for_all, args=(state, how), icon=":material/all_match:",
        )  # fmt: skip
    return {case: known_spectra(case, layers) for case in how.all}


def _find(state, how, case, layers, place):
    for share in find_spectra(case, layers):
        if state.settled:
            place.progress(share, f"{case.name}: singular values, {share:.0%}")


def _ask_for_all(state: PageState, how) -> None:
    state.memory["all spectra"] = how


# ------------------------------------------------------------------ the download

COLUMNS = ("delta", "weight_grad", "ratio", "given_mean", "given_deviation", "z_size", "a_size")


def download(how: Comparison) -> None:
    """The numbers of every layer of every network as CSV."""
    if how.shown:
        st.download_button(
            "Numbers per layer (CSV)", lambda: per_layer(how), "layers.csv", "text/csv",
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip


def per_layer(how: Comparison) -> str:
    """A line per network and layer; unit shares are empty for the output layer."""
    out = io.StringIO()
    writer = csv.writer(out)
    shares = ("dead", "sparse", "zero", "saturated", "alike")
    lost = ("float16_lost", "float32_lost", "float16_inf", "float32_inf")
    writer.writerow(["network", "weights", "state", "layer", *COLUMNS, *lost, *shares])
    for case in how.all:
        state = "shown" if case in how.shown else "before"
        record, fate = profile(case), units(case)
        for layer in range(case.setting.depth):
            row = [getattr(record, name)[layer] for name in COLUMNS]
            row += [part[kind][layer] for part in (record.lost, record.burst)
                    for kind in ("float16", "float32")]  # fmt: skip
            if layer < case.setting.depth - 1:
                row += [getattr(fate, name)[layer] for name in shares]
            numbers = [repr(float(value)) for value in row]
            writer.writerow([case.name, describe(case), state, layer + 1, *numbers])
    return out.getvalue()

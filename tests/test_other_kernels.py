"""As which processors the tests run again, and what is left as the environment has it."""

import numpy as np
import other_kernels
import pytest


@pytest.fixture(autouse=True)
def processor(monkeypatch):
    monkeypatch.delenv("OPENBLAS_CORETYPE", raising=False)
    monkeypatch.delenv("OPTSCOPE_KERNELS", raising=False)

    def has(*found):
        vectors = {"SIMD Extensions": {"baseline": ["X86_V2"], "found": list(found)}}
        monkeypatch.setattr(np, "show_config", lambda mode: vectors)

    return has


def test_every_older_processor_and_the_newest_known(processor):
    processor("X86_V3", "X86_V4", "AVX512_ICL")
    assert other_kernels.environments() == [
        {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX512_ICL", "OPENBLAS_CORETYPE": "Nehalem"},
        {"NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL", "OPENBLAS_CORETYPE": "Zen"},
        {"NPY_DISABLE_CPU_FEATURES": "AVX512_ICL", "OPENBLAS_CORETYPE": "SkylakeX"},
    ]
    processor("X86_V3")
    assert [each["OPENBLAS_CORETYPE"] for each in other_kernels.environments()] == [
        "Nehalem",
        "Zen",
    ]


def test_a_kernel_that_is_named_stays(processor, monkeypatch):
    processor("X86_V3", "X86_V4")
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Haswell")
    assert other_kernels.environments() == [
        {"NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4"},
        {"NPY_DISABLE_CPU_FEATURES": "X86_V4"},
    ]
    monkeypatch.setenv("OPTSCOPE_KERNELS", "all")
    assert len(other_kernels.environments()) == 3


def test_another_family_of_processors_is_let_be(monkeypatch):
    vectors = {"SIMD Extensions": {"baseline": ["NEON", "ASIMD"]}}
    monkeypatch.setattr(np, "show_config", lambda mode: vectors)
    assert other_kernels.environments() == []

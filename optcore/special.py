"""Elementwise functions that neither overflow nor lose their tails: sigmoid, softplus, erf.

Real z, float32 or float64, as fast as NumPy goes; complex z near the real axis, by the side Re z
lies on. A recorded z (`optcore/descent/recording.py`) takes the complex way: no step of that one
overflows, which plain floats do not allow.
"""

import numpy as np


def is_positive(z):
    """Whether Re z > 0: the branch of a piecewise formula, complex step included."""
    return np.real(z) > 0


def indicator(z):
    """1.0 where Re z > 0 and 0.0 elsewhere, in the real precision of z."""
    z = np.asarray(z)
    return is_positive(z).astype(z.real.dtype)


def decay(z):
    """exp(-|z|) for real z, continued analytically on either side of zero; never overflows."""
    if np.iscomplexobj(z):
        return np.exp(np.where(is_positive(z), -z, z))
    return np.exp(-np.abs(z))


def sigmoid(z):
    """1 / (1 + exp(-z)), accurate relative to itself even where it is tiny."""
    if np.iscomplexobj(z):
        small = decay(z)
        return np.where(is_positive(z), 1, small) / (1 + small)
    # exp overflows to inf for z < -709, and 1 / inf is the right answer.
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


def sigmoid_slope(z):
    """The derivative of the sigmoid, sigmoid(z) sigmoid(-z): at most 1/4."""
    small = decay(z)
    return small / (1 + small) ** 2


def positive_part(z):
    """max(0, z), by the side Re z lies on."""
    return np.where(is_positive(z), z, 0) if np.iscomplexobj(z) else np.maximum(z, 0)


def negative_part(z):
    """min(0, z), by the side Re z lies on."""
    return np.where(is_positive(z), 0, z) if np.iscomplexobj(z) else np.minimum(z, 0)


def absolute(z):
    """|z|, of a complex z by the side Re z lies on (Martins, Sturdza and Alonso 2003)."""
    return np.where(is_positive(-z), -z, z)


def softplus(z):
    """log(1 + exp(z)), whose derivative is the sigmoid, with its lower tail."""
    small = decay(z)
    if not np.iscomplexobj(z):
        return positive_part(z) + np.log1p(small)
    # log1p by hand, with the rounding of 1 + small put back: NumPy's drops it for complex tails.
    total = 1 + small
    return positive_part(z) + np.log(total) + (small - (total - 1))


def squared_sech(z):
    """1 - tanh(z)^2, without the cancellation that makes it 0 from |z| = 19 on."""
    return 4 * sigmoid_slope(2 * z)


# (1 + 2x) exp(x^2) erfc(x) for x >= 0 is a smooth function of t = (x - 3) / (x + 3), even at
# infinity. These are its Chebyshev series up to degree 24, the first term left out being 2e-18,
# rewritten in powers of t.
SCALED_TAIL = (
    1.2530080582697296,
    -0.13562110612458117,
    -0.0475622943534492,
    0.1296451587027594,
    -0.11927366341538638,
    0.0683080273440099,
    -0.02377051491717134,
    0.0025293918156939696,
    0.0018886903449991718,
    -0.0007798322696543306,
    -0.00010515971958448065,
    0.0001250993424583729,
    4.949196649968345e-06,
    -2.0100542268525612e-05,
    -7.308281468783614e-07,
    3.472370944977168e-06,
    3.5576086684080595e-07,
    -6.166011460398726e-07,
    -1.4047654315428462e-07,
    1.0183620603842736e-07,
    4.1064013667940355e-08,
    -1.3312919661038687e-08,
    -8.217595058711455e-09,
    9.862533510345587e-10,
    8.393734858690877e-10,
)


def upper_tail(x):
    """erfc(x) for Re x >= 0, relative error below 1e-15 times (1 + x^2); never negative.

    The change of variable is that of Shepherd and Laframboise (1981), Chebyshev approximation
    of (1 + 2x) exp(x^2) erfc(x). It is analytic, so points just off the real axis are right
    too and the complex step goes through it.
    """
    t = 1 - 6 / (x + 3)
    total = np.full_like(t, SCALED_TAIL[-1])
    for coefficient in SCALED_TAIL[-2::-1]:
        total *= t
        total += coefficient
    # x^2 overflows to inf for huge x, and exp(-inf) = 0 is the right answer.
    with np.errstate(over="ignore"):
        return total * np.exp(-x * x) / (1 + 2 * x)


def erf(x):
    """The error function, elementwise, to 1e-15; real or near-real complex."""
    x = np.asarray(x)
    mirrored = x.real < 0
    magnitude = np.where(mirrored, -x, x)
    rest = 1 - upper_tail(magnitude)
    return np.where(mirrored, -rest, rest)


def normal_cdf(z):
    """P(standard normal <= z); its lower tail keeps its relative precision (no 1 + erf)."""
    z = np.asarray(z)
    above = is_positive(z)
    tail = upper_tail(np.where(above, z, -z) * 0.5**0.5) / 2
    return np.where(above, 1 - tail, tail)

"""Rows that follow each other in time: for how long they err alike, and what that makes of a mean."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrace.core.records import Floats
from retrace.evaluation.definition import ROUNDING
from retrace.evaluation.units import N_BLOCKS

FEWEST_COSINES, MOST_COSINES = 6, 24  # Student's t allows for so few
COSINE_MEMORIES = 10  # memories for each: a cosine must move more slowly than errors forget
BLOCK_MEMORIES = 12  # memories in a block, from which on blocks are as good as independent
FEWEST_MEMORIES = 15  # in all rows; with fewer too many answers would be wrong
ALIKE = 2.0  # of a correlation, in sqrt(log10(n) / n): three standard errors and more
IN_A_ROW = 5  # correlations that have to be small


@dataclass(frozen=True)
class Memory:
    """For how long rows that follow each other in time err alike.

    Attributes
    ----------
    length : int
        Moments after which nothing alike is seen; 0 where each moment stands for itself.
    n_moments : int
        Distinct times.
    """

    length: int
    n_moments: int

    @property
    def is_long(self) -> bool:
        """Whether blocks of neighbours are too short to be independent."""
        return self.length * BLOCK_MEMORIES * N_BLOCKS > self.n_moments

    @property
    def n_cosines(self) -> int:
        """How many slow movements the series has room for."""
        room = self.n_moments // (COSINE_MEMORIES * max(self.length, 1))
        return min(max(room, FEWEST_COSINES), MOST_COSINES)

    @property
    def too_long(self) -> str:
        """Why so few independent stretches tell nothing, or an empty string."""
        if self.length * FEWEST_MEMORIES <= self.n_moments:
            return ""
        return (
            f"errors stay alike for about {self.length} of the {self.n_moments} moments in time, too few"
            f" independent stretches to tell: about {self.length * FEWEST_MEMORIES} moments are needed"
        )


def memory(values: Floats, times: NDArray[np.generic]) -> Memory:
    """Find for how long values that follow each other in time are alike.

    The lag after which five autocorrelations in a row are small, as D. N. Politis and H. White, Econom.
    Rev. 23 (2004), 53-70, choose the length of blocks. It makes no model of the series: right and
    wrong answers, say, are alike for longer than their first autocorrelation tells.

    Parameters
    ----------
    values : float64 array of shape (n_samples,)
        Such as an error, or the difference of two models' errors.
    times : array of shape (n_samples,)
        Rows of one moment count together.
    """
    moment = np.unique(times, return_inverse=True)[1]
    series = np.bincount(moment, values - values.mean())
    n = len(series)
    lags = n // 3
    spread = float(series @ series)
    if lags < 1 or spread <= (ROUNDING * np.abs(values).max()) ** 2:
        return Memory(0, n)
    power = np.abs(np.fft.rfft(series, 2 * n)) ** 2
    alike = np.fft.irfft(power)[1 : lags + IN_A_ROW + 1] / spread
    small = np.abs(alike) < ALIKE * np.sqrt(np.log10(n) / n)
    runs = np.lib.stride_tricks.sliding_window_view(small, IN_A_ROW).all(axis=1)
    return Memory(int(runs.argmax()) if runs.any() else lags, n)


def low_frequency_error(values: Floats, n_cosines: int) -> float:
    """Return the standard error of the mean of a series, from its slowest movements alone.

    Equal-weighted cosines with fixed smoothing, whose t-statistic has as many degrees of freedom as
    cosines: E. Lazarus, D. J. Lewis, J. H. Stock and M. W. Watson, J. Bus. Econ. Stat. 36 (2018),
    541-559.

    Parameters
    ----------
    values : float64 array of shape (n_blocks,)
        In the order of time.
    n_cosines : int
        Of `Memory`; the degrees of freedom.
    """
    n = len(values)
    places = (np.arange(n) + 0.5) / n
    cosines = np.cos(np.pi * np.arange(1, min(n_cosines, n - 1) + 1)[:, np.newaxis] * places)
    return float(np.sqrt(2 * ((cosines @ values) ** 2).mean())) / n


def slow_error(left_out: Floats, memory: Memory) -> float:
    """Return the standard error of a value by its slow movements, from what it is without each block.

    Parameters
    ----------
    left_out : float64 array of shape (n_blocks,)
        The value without each block, in the order of time.
    memory : Memory
        Of what the value is made of.
    """
    return low_frequency_error((len(left_out) - 1) * (left_out.mean() - left_out), memory.n_cosines)

import numpy as np

from retrace.splitting.units import connect, fill


def test_what_either_numbering_ties_hangs_together():
    first, second = np.array([0, 0, 1, 2, 3]), np.array([0, 1, 1, 2, 3])
    assert connect(first, second).tolist() == [0, 0, 0, 1, 2]


def test_three_units_fill_three_parts_whatever_their_sizes(params):
    for sizes in ([98, 1, 1], [1, 1, 98], [40, 40, 20]):
        part = fill(np.array(sizes), params.split, np.random.default_rng(0))
        assert sorted(part) == [0, 1, 2]
        assert part[np.argmax(sizes)] == 0

import os

import pytest

from retrace.images.parallel import map_chunks


def square_all(numbers):
    return [number**2 for number in numbers]


def who(_):
    return os.getpid()


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_order_whatever_the_number_of_workers(workers):
    numbers = list(range(100))
    results = map_chunks(sum, numbers, chunk=3, workers=workers)
    assert list(results) == [sum(numbers[start : start + 3]) for start in range(0, 100, 3)]


def test_few_items_are_not_worth_a_process():
    assert set(map_chunks(who, list(range(10)), chunk=1, workers=2)) == {os.getpid()}


def test_nothing_gives_nothing():
    assert list(map_chunks(square_all, [], chunk=5)) == []

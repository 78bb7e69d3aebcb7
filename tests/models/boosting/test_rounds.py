from types import SimpleNamespace

from retrace.models.boosting.rounds import Rounds


def run(losses, patience=None, **options):
    """Add rounds until told to stop."""
    rounds = Rounds(epochs=100, patience=patience, **options)
    for loss in losses:
        if rounds.add({"train": 0.1, "validation": loss}):
            break
    return rounds


def test_the_first_of_the_best_rounds_is_kept():
    rounds = run([3, 1, 2, 1])
    assert (rounds.best_epoch, rounds.epoch) == (2, 4)
    assert rounds.history[1] == {"epoch": 2, "train_loss": 0.1, "validation_loss": 1.0}


def test_patience_counts_rounds_since_the_best():
    assert run([3, 1, 2, 2, 2, 2], patience=2).epoch == 4


def test_without_validation_rows_the_last_round_is_best():
    rounds = Rounds(epochs=3, patience=None)
    assert not any(rounds.add({"train": loss}) for loss in (3, 5, 4))
    assert rounds.best_epoch == 3


def test_callbacks_are_told_twenty_times_and_when_it_stops():
    told = []
    callback = SimpleNamespace(on_epoch_end=lambda state, _: told.append(state.epoch))
    run([3, 1, *range(4, 20)], patience=9, callbacks=[callback])
    assert told == [5, 10, 11]

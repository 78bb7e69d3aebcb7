"""What watches a training and changes no result: progress for a person, a checkpoint to go on from."""

import hashlib
import io
import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from retrace.core.artifacts import save_bytes

if TYPE_CHECKING:
    from retrace.models.torch.training import TrainingOptions, TrainingState

SECONDS = 30  # between two lines about a model that has no epochs

FOLDER = Path(".retrace/checkpoints")

# The fields of TrainingState: those that torch packs up itself, and plain values.
STATEFUL = ("network", "optimizer", "scheduler")
PLAIN = ("epoch", "history", "best_loss", "best_epoch", "kept_weights")


class Checkpoint:
    """Save the state of a training after each epoch, and start from it when it is there.

    Not a DVC output, because DVC deletes outputs before a run, and not a hyperparameter, because it
    changes no result: every epoch depends only on the state that the last one left, so a training that
    was interrupted ends in the same bytes as one that was not.

    Parameters
    ----------
    record : dict
        What the training is made from and on (`provenance.training_record`): a state is used
        again only for the same data, params, code, versions and hardware.
    folder : Path
        Where states lie; those of other records are removed when this training saves its first.
    """

    def __init__(self, record: dict[str, Any], folder: Path = FOLDER) -> None:
        key = hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()[:16]
        self.path = folder / f"{key}.pt"

    def on_train_begin(self, state: "TrainingState", options: "TrainingOptions") -> None:
        """Go on where an earlier training with the same record stopped."""
        if not self.path.exists():
            return
        try:
            self._restore(state)
        except Exception as error:  # whatever a damaged file raises: starting over is always right
            print(f"the checkpoint is damaged ({type(error).__name__}): starting over", file=sys.stderr)
            self.remove()
            return
        print(f"going on after epoch {state.epoch} of {options.epochs}", file=sys.stderr)

    def on_epoch_end(self, state: "TrainingState", options: "TrainingOptions") -> None:
        """Save the state: beside the last one, then in its place. Boosted trees start over."""
        if not hasattr(state, "network"):
            return
        import torch

        saved = {name: getattr(state, name) for name in PLAIN}
        saved |= {name: getattr(state, name).state_dict() for name in STATEFUL}
        packed = io.BytesIO()  # torch.save into a file would hide why a disk refuses it
        torch.save(saved, packed)
        digest = hashlib.sha256(packed.getbuffer()).digest()
        save_bytes(digest + packed.getvalue(), self.path)
        for other in self.path.parent.glob("*.pt"):
            if other != self.path:
                other.unlink()

    def on_train_end(self, state: "TrainingState", options: "TrainingOptions") -> None:
        """Keep the state until the model itself is saved; then call `remove`."""

    def remove(self) -> None:
        """Delete the state: the training has ended well."""
        self.path.unlink(missing_ok=True)

    def _restore(self, state: "TrainingState") -> None:
        import torch

        content = self.path.read_bytes()
        digest, packed = content[:32], content[32:]
        if hashlib.sha256(packed).digest() != digest:
            raise ValueError("its bytes are not those that were written")
        saved = torch.load(io.BytesIO(packed), weights_only=True)
        for name in STATEFUL:
            getattr(state, name).load_state_dict(saved[name])
        # pickle writes one string object twice as a reference: keys must be the same objects again.
        saved["history"] = [{sys.intern(key): row[key] for key in row} for row in saved["history"]]
        for name in PLAIN:
            setattr(state, name, saved[name])


class Progress:
    """Report each epoch on standard error: a bar on a terminal, plain lines in a log."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None

    @contextmanager
    def waiting(self, what: str) -> Iterator[None]:
        """Say now and then how long something has taken that tells nothing by itself."""
        done, start = threading.Event(), time.monotonic()

        def say() -> None:
            while not done.wait(SECONDS):
                passed = time.monotonic() - start
                print(f"fitting {what}: {passed / 60:.1f} min so far", file=sys.stderr)

        thread = threading.Thread(target=say, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def on_train_begin(self, state: "TrainingState", options: "TrainingOptions") -> None:
        """Show a bar where someone watches."""
        if sys.stderr.isatty():
            self._bar = tqdm(total=options.epochs, initial=state.epoch, unit="epoch")

    def on_epoch_end(self, state: "TrainingState", options: "TrainingOptions") -> None:
        """Move the bar, or write a line."""
        row = state.history[-1]
        shown = {name: row[name] for name in ("train_loss", "validation_loss") if name in row}
        if self._bar is not None:
            self._bar.set_postfix({name: f"{value:.4f}" for name, value in shown.items()})
            self._bar.update(state.epoch - self._bar.n)
            return
        losses = ", ".join(f"{name} {value:.4f}" for name, value in shown.items())
        print(f"epoch {state.epoch}/{options.epochs}: {losses}", file=sys.stderr)

    def on_train_end(self, state: "TrainingState", options: "TrainingOptions") -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.close()

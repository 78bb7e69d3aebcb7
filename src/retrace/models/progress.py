"""How a person sees a training go on: a bar on a terminal, plain lines in a log."""

import sys
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

if TYPE_CHECKING:
    from retrace.models.torch.training import TrainingOptions, TrainingState


class Progress:
    """Report each epoch on standard error; changes no result."""

    def __init__(self) -> None:
        self._bar: tqdm[Any] | None = None

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
            self._bar.update()
            return
        losses = ", ".join(f"{name} {value:.4f}" for name, value in shown.items())
        print(f"epoch {state.epoch}/{options.epochs}: {losses}", file=sys.stderr)

    def on_train_end(self, state: "TrainingState", options: "TrainingOptions") -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.close()

"""A torch network as ONNX, with the normalisation of its pixels inside."""

import copy
import io
import logging
import warnings
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import onnx
import torch
from onnx import ModelProto
from sklearn.base import is_classifier
from torch import Tensor, nn

from retrace.tools.export.graph import (
    FEATURES,
    IMAGES,
    OPSET,
    ROWS,
    in_our_opset,
    with_outputs,
)

EXAMPLES = 3  # rows of the example: of 0 or 1 torch takes the number of rows for fixed


class Answering(nn.Module):
    """A network, from rows as the Pipeline hands them on to probabilities or to numbers."""

    def __init__(self, estimator: Any) -> None:
        super().__init__()
        self.network = copy.deepcopy(estimator._ready_network("cpu")).eval()
        self.takes_images = len(estimator.input_shape_) > 1
        self.classifies = is_classifier(estimator)
        self.scale = 1.0 if self.classifies else estimator.target_scale_
        self.mean = 0.0 if self.classifies else estimator.target_mean_

    def forward(self, X: Tensor) -> Tensor:
        """Map images of shape (n_samples, height, width, channels), or rows of numbers."""
        outputs = self.network(X.movedim(-1, 1) if self.takes_images else X).double()
        if self.classifies:
            return torch.softmax(outputs, dim=1).float()
        return (outputs * self.scale + self.mean).float()


def network_as_onnx(estimator: Any) -> ModelProto:
    """Return a TorchClassifier or TorchRegressor, from float32 ``features`` or uint8 ``images``."""
    channels, *size = estimator.input_shape_
    if size:
        example = torch.zeros((EXAMPLES, *size, channels), dtype=torch.uint8)
    else:
        example = torch.zeros((EXAMPLES, channels), dtype=torch.float32)
    name = IMAGES if size else FEATURES
    with warnings.catch_warnings(), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")  # of torch's own exporter about itself
        for library in ("onnxscript", "torch.onnx"):
            logging.getLogger(library).setLevel(logging.ERROR)
        program = torch.onnx.export(
            Answering(estimator),
            (example,),
            input_names=[name],
            output_names=["answers"],
            opset_version=OPSET,
            dynamic_shapes=({0: torch.export.Dim(ROWS)},),
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    model = onnx.load_from_string(program.model_proto.SerializeToString())
    output = "shares" if is_classifier(estimator) else "value"
    return with_outputs(in_our_opset(model), {"answers": output})

"""Small networks and short trainings that several tests share."""

from retrace.models.torch.training import TrainingOptions

OPTIONS = {
    "network": "mlp",
    "architecture": {"hidden": [32], "dropout": 0.1},
    "epochs": 20,
    "batch_size": 16,
    "learning_rate": 0.02,
    "weight_decay": 0.0,
    "schedule": "one_cycle",
    "patience": None,
    "keep": "best",
    "class_weight": None,
    "shift": 0,
    "augmentation": {},
    "device": "cpu",
    "precision": "float32",
    "seed": 0,
}

CNN = OPTIONS | {
    "network": "cnn",
    "architecture": {"channels": [8, 8], "dropout": 0.1},
    "epochs": 4,
    "shift": 1,
}

TRAINING = TrainingOptions(
    task="classification",
    epochs=6,
    batch_size=16,
    learning_rate=0.05,
    weight_decay=0.0,
    schedule="one_cycle",
    patience=None,
    keep="best",
    class_weight=None,
    shift=0,
    augmentation={},
    precision="float32",
    seed=0,
)

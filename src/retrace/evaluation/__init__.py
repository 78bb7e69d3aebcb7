"""Labels and predictions in, metrics and their intervals out."""

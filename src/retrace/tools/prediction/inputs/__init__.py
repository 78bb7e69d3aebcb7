"""What a model is asked about: tables, photos and texts, a chunk at a time."""

"""Ids, labels and groups in, three parts out; `checks` looks at what came of it."""

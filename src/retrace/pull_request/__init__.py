"""The comment on a pull request: its text, made where the run was, and its posting, done elsewhere."""

"""A finished search, told: tables, charts, a page."""

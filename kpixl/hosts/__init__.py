"""Bring the in-cell functions into each spreadsheet program, from the one registry (SPEC 10)."""

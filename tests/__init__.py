"""A regular package, so that no other `tests` that an installed package left behind comes first."""

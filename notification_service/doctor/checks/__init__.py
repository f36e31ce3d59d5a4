"""A module for each thing that may be wrong; each yields its findings."""

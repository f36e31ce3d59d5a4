"""Connections to PostgreSQL: how long anyone waits for it, what its faults are, and what it must be."""

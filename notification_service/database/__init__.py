"""Connections to PostgreSQL: how long to wait for it, what its faults mean, and what it must have."""

"""The whole service on one machine: embedded servers and the supervision of every process."""

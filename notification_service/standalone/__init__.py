"""The whole service on one machine: embedded servers, and supervision of every process."""

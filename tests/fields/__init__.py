"""Every place that must know a field knows it: what a newcomer would forget, each with the file to change."""

"""Trainings: shortened runs of a config, several side by side, the demonstration."""

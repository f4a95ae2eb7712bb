"""Runs: how one starts, shortened ones, several side by side, the demonstration."""

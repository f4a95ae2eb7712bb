"""Runs: how one starts, shortened ones, queues of them, their tables, the demonstration."""

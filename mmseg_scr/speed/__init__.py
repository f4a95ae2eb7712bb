"""Instruments: what a run takes in time and memory, beside others that take turns with it.

They know runs, tensors and modules; what is compared, and how it is told, is of ``benchmarks``.
"""

"""Pure functions on tensors: torch only, no state, no framework."""

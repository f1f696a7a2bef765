"""One module a step, v0001 first."""

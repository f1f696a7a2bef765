"""Telling other programs of transitions: signed, from an outbox, repeated for a day, and never into our own network."""

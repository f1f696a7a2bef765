"""One process for all doors: the HTTP server around the engine."""

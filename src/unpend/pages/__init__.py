"""The pages at `/`: domains, why they are pending, and what to do, for people with a browser."""

"""What a scan says: one result a row, the summary, the page, and what changed since the last one. Pure."""

"""The scan: every domain of a list of any size, quickly where all is right and deeply where it is not."""

"""The kinds of input. Each reader has `rows(path, after)`: the rows behind a place, one after the other."""

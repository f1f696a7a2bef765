"""Speed and memory, measured: `./dev bench` prints the tables of docs/performance.md."""

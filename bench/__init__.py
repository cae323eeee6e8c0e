"""What prints the numbers in BENCHMARKS.md: `make bench`, or `python -m bench race` for a part."""

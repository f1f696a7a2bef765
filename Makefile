.PHONY: test bench bench-scan
test:
	./dev test
bench:
	./dev bench
bench-scan:
	./dev bench scan

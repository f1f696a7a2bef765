.PHONY: test bench
test:
	./dev test
bench:
	./dev bench

# Short names for the scripts; make itself is never needed.
PYTHON = .venv/bin/python

.PHONY: run test faults soak check bench lint format schema pictures clean

run: ; ./scripts/run
test: ; ./scripts/test
check lint: ; ./scripts/lint
faults: ; ./scripts/test -m faults tests/faults
soak: ; ./scripts/postgres $(PYTHON) -m tests.faults.soak $(SHARE)
bench: ; ./scripts/bench --docs

# The JSON Schemas of reports, anew from their types.
schema: ; $(PYTHON) -m nof1_tracker.analyzer.report_schema

# The pictures in README, of a simulated season.
pictures: ; $(PYTHON) scripts/lib/take_pictures.py docs/images

format:
	$(PYTHON) -m ruff check --quiet --fix .
	$(PYTHON) -m black --quiet .

# Everything that can be made again, .venv included.
clean:
	rm -rf .venv build dist htmlcov .coverage .coverage.* .hypothesis \
		.import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests migrations benchmarks scripts -name __pycache__ -prune \
		-exec rm -rf {} +

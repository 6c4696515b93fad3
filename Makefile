# Short names for the scripts; make itself is never needed.
PYTHON = .venv/bin/python

.PHONY: run test coverage faults every-fault facts kills scale-kills laws soak intervals check bench scale lint \
	format schema reference docs docs-serve \
	pictures upgrade-fixture lock package image replay clean

run: ; ./scripts/run
test: ; ./scripts/test
# The tests again, with the lines and branches that none of them reaches.
coverage: ; ./scripts/test --cov=nof1_tracker --numprocesses=auto --dist=worksteal
check lint: ; ./scripts/lint
faults: ; ./scripts/test -m faults --numprocesses=auto --dist=worksteal tests/faults
# All that a site may do to a run and to a monitor.
every-fault: ; EVERY_FAULT=yes ./scripts/test -m faults tests/faults/test_misbehaving_site.py
# Hypothesis' laws, each with 500 examples instead of 20.
laws: ; ./scripts/test --hypothesis-profile=thorough --numprocesses=auto --dist=worksteal tests/unit
# A recorder killed at random: every body is stored exactly once.
kills: ; RECORDING_KILLS=200 ./scripts/test tests/integration/recording/test_kills.py
# Three monitors and two web processes over one PostgreSQL, one killed every minute.
scale-kills: ; ./scripts/postgres $(PYTHON) -m tests.faults.scale_kills $(KILLS)
# Rows served in random versions, in any order.
facts: ; SEQUENCES=2000 ./scripts/test -n auto tests/integration/test_stored_facts.py
# How often intervals hold the truth, measured again, into docs/explanation/uncertainty.md.
intervals: ; $(PYTHON) -m scripts.intervals
soak: ; ./scripts/postgres $(PYTHON) -m tests.faults.soak $(SHARE)
bench: ; ./scripts/bench --docs
# What a long span of 100 accounts a minute takes: make scale DAYS=60
DAYS = 30
scale: ; ./scripts/postgres $(PYTHON) -m benchmarks scale --days $(DAYS)

# The JSON Schemas of reports, anew from their types.
schema: ; $(PYTHON) -m nof1_tracker.rendering.programs.report.schemas

# The pictures in README and the guides, of the sample that comes with the package.
pictures:
	$(PYTHON) scripts/lib/take_pictures.py docs/images
	$(PYTHON) scripts/lib/record_terminal.py docs/images

# The pages in docs/reference, anew from the code.
reference: ; $(PYTHON) -m scripts.reference

# The documentation, as site/ or on http://127.0.0.1:8000.
docs: ; NO_MKDOCS_2_WARNING=1 $(PYTHON) -m mkdocs build --quiet
docs-serve: ; NO_MKDOCS_2_WARNING=1 $(PYTHON) -m mkdocs serve

# uv.lock anew, within pyproject.toml; every version raised: make lock UPGRADE=--upgrade
lock: ; .venv/bin/uv lock $(UPGRADE)

package: ; ./scripts/package
image: ; ./scripts/try-image
# The image without Docker, as root: make replay PREFIX=/usr/local WORK=/var/tmp/replay
PREFIX = /usr/local
WORK = /var/tmp/nof1-replay
replay: ; ./scripts/replay-image $(PREFIX) $(WORK)

# A database as this commit leaves it, for the tests of later upgrades. Make one at each
# release: make upgrade-fixture NAME=0.2.0
upgrade-fixture:
	./scripts/postgres $(PYTHON) -m tests.integration.upgrades.make_fixture $(NAME)

format:
	$(PYTHON) -m ruff check --quiet --fix .
	$(PYTHON) -m black --quiet .

# Everything that can be made again, .venv included.
clean:
	rm -rf .venv build dist site htmlcov .coverage .coverage.* .hypothesis \
		.import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find src tests migrations benchmarks scripts -name __pycache__ -prune \
		-exec rm -rf {} +

FROM python:3.12-slim

# Debian's own headless Chromium: a third of Playwright's download, and it comes
# with the libraries that it needs on every architecture. libatomic1 is for the
# Node.js inside Playwright.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates chromium-headless-shell libatomic1 \
    && rm -rf /var/lib/apt/lists/*

ENV PYTHONUNBUFFERED=1 \
    SCRAPER_BROWSER_PATH=/usr/bin/chromium-headless-shell

WORKDIR /app

COPY pyproject.toml README.md LICENSE ./
COPY src/ ./src/
COPY migrations/ ./migrations/
RUN pip install --no-cache-dir .

# `alembic upgrade head` runs here, beside the migrations.
COPY alembic.ini ./

RUN useradd --create-home --uid 10001 tracker
USER tracker

CMD ["python", "-m", "nof1_tracker.main", "--help"]

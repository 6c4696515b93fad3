# nof1-tracker with a browser: scripts/replay-image shows how its steps are tried
# without a container engine, docker-compose.yml how it is run.

# scripts/pin-images replaces the tag by its digest, as a workflow does each week.
ARG PYTHON_IMAGE=python:3.12-slim-trixie

# --- builder: the wheel and everything it needs, as uv.lock says, in one folder -----
FROM ${PYTHON_IMAGE} AS builder

# The version of .github/actions/prepare (a test compares them).
RUN pip install --no-cache-dir uv==0.13.9

ENV UV_PROJECT_ENVIRONMENT=/opt/nof1-tracker \
    UV_PYTHON_DOWNLOADS=never \
    UV_COMPILE_BYTECODE=1 \
    UV_NO_CACHE=1

WORKDIR /build

# By itself, so that a changed source does not install everything anew.
COPY pyproject.toml uv.lock ./
RUN uv sync --frozen --no-install-project --extra mcp

COPY README.md LICENSE ./
COPY migrations/ ./migrations/
COPY src/ ./src/
RUN uv build --wheel --out-dir /dist \
    && uv pip install --python /opt/nof1-tracker/bin/python --no-deps /dist/*.whl

# --- the image -----------------------------------------------------------------------
FROM ${PYTHON_IMAGE}

# Debian's own headless Chromium: a third of Playwright's download, and it comes
# with the libraries that it needs on every architecture. libatomic1 is for the
# Node.js inside Playwright. tini is process 1: it hands signals on, and buries what
# a crashed browser leaves behind. Debian keeps no old versions to pin.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates chromium-headless-shell libatomic1 tini \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 tracker \
    && install -d -o tracker -g tracker /data

COPY --from=builder /opt/nof1-tracker /opt/nof1-tracker

# `alembic upgrade head` runs here, beside the migrations.
WORKDIR /app
COPY alembic.ini ./
COPY migrations/ ./migrations/

# Where no PostgreSQL is named, SQLite lies in /data: mount a volume there.
ENV PATH=/opt/nof1-tracker/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    XDG_DATA_HOME=/data \
    SCRAPER_BROWSER_PATH=/usr/bin/chromium-headless-shell

LABEL org.opencontainers.image.title="nof1-tracker" \
    org.opencontainers.image.description="Flight recorder of Alpha Arena (nof1.ai): LLM trading, stored without loss" \
    org.opencontainers.image.licenses="MIT"

# By number, so that a cluster can tell that it is not root.
USER 10001

# Of recording: a container that does something else says --no-healthcheck. The first
# look comes after a cycle has had time to end.
HEALTHCHECK --interval=5m --timeout=1m --start-period=10m --retries=2 \
    CMD ["python", "-m", "nof1_tracker.main", "status", "--check"]

STOPSIGNAL SIGTERM
ENTRYPOINT ["tini", "-s", "--"]
CMD ["python", "-m", "nof1_tracker.main", "--help"]

# syntax=docker/dockerfile:1

# --- Packages from the hashed lock, and the static files
FROM python:3.11-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_CACHE_DIR=/tmp/pip-cache PYTHONDONTWRITEBYTECODE=1
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
WORKDIR /app
COPY requirements.txt ./
COPY deploy/prune deploy/
RUN --mount=type=cache,target=/tmp/pip-cache \
    python -m venv /venv \
    && /venv/bin/pip install --no-compile --require-hashes --requirement requirements.txt \
    && deploy/prune /venv
COPY . .
# The key signs nothing here: it lives for this one command.
RUN SECRET_KEY="$(head -c 48 /dev/urandom | base64)" DATABASE_URL=postgres://build@localhost/build \
    PROMETHEUS_MULTIPROC_DIR=/tmp/metrics /venv/bin/python manage.py collectstatic --noinput \
    && rm -rf sandbox requirements-dev.txt deploy/sandbox.env

# --- What both images stand on
FROM python:3.11-slim-trixie AS base
# tini reaps what the worker's clusters leave; the client of PostgreSQL is for backups.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends tini postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 seleto \
    && useradd --uid 10001 --gid seleto --no-create-home --home-dir /tmp --shell /usr/sbin/nologin seleto \
    && install --directory --owner=seleto --group=seleto /data
# Only /data (files of messages) and /tmp are written to: the rest may be mounted read-only.
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONPYCACHEPREFIX=/tmp/pycache \
    PROMETHEUS_MULTIPROC_DIR=/tmp/metrics \
    MEDIA_ROOT=/data/media \
    WEB_BIND=0.0.0.0:8000
WORKDIR /app

# --- To try everything out beside fakes of the outside systems: docs/how-to/deploy-with-compose.md
FROM base AS sandbox
COPY requirements-dev.txt ./
RUN --mount=type=cache,target=/tmp/pip-cache \
    python -m venv /venv \
    && PIP_CACHE_DIR=/tmp/pip-cache /venv/bin/pip install --no-compile --require-hashes --requirement requirements-dev.txt
COPY . .
USER 10001:10001
EXPOSE 8900
ENTRYPOINT ["tini", "--"]
CMD ["python", "-m", "sandbox", "--host", "0.0.0.0", "--allow-remote", "--port", "8900", "--state", "/data/phone.json"]

# --- The product
FROM base AS seleto
COPY --from=build /venv /venv
COPY --from=build /app /app
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=40s --retries=4 \
    CMD ["python", "deploy/healthy.py"]
ENTRYPOINT ["tini", "--"]
# The worker is the same image with `python manage.py worker`, the migration with `python manage.py migrate`.
CMD ["gunicorn", "seleto.wsgi:application", "--config", "deploy/gunicorn.conf.py"]

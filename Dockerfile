# Two stages: the first installs and builds the library, the second only runs.
FROM python:3.11-slim AS build
WORKDIR /app
COPY pyproject.toml constraints.txt README.md ./
COPY bot bot
COPY scheduler scheduler
COPY console console
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --constraint constraints.txt ".[vision]" \
    && FANZHA_LIBRARY_CACHE=/library /venv/bin/fanzha library build

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /data fanzha \
    && install --directory --owner fanzha --group fanzha --mode 0700 /data
COPY --from=build /venv /venv
COPY --from=build --chown=fanzha:fanzha /library /library
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    FANZHA_DATA_DIR=/data \
    FANZHA_LIBRARY_CACHE=/library \
    FANZHA_HOST=0.0.0.0 \
    FANZHA_PORT=8000
USER fanzha
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["fanzha", "serve"]

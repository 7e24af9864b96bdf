# wexa-sync and git, for CI systems that run jobs in images: docker run --rm -v "$PWD:/work" wexa-sync validate
FROM python:3.12-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE action.yml ./
COPY action action
COPY schemas schemas
COPY wexa_sync wexa_sync
RUN python -m venv /opt/wexa-sync && /opt/wexa-sync/bin/pip install --no-cache-dir --disable-pip-version-check '.[html]'

FROM python:3.12-slim
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 wexa \
    && git config --system --add safe.directory '*'
COPY --from=build /opt/wexa-sync /opt/wexa-sync
ENV PATH=/opt/wexa-sync/bin:$PATH
USER 10001
WORKDIR /work
ENTRYPOINT ["wexa-sync"]
CMD ["--help"]

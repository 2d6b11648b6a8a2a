# A small image with the command in it, run by nobody in particular.
FROM python:3.12-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY reconciler reconciler
RUN python -m venv /opt/reconciler && /opt/reconciler/bin/pip install --no-cache-dir --disable-pip-version-check .

FROM python:3.12-slim
COPY --from=build /opt/reconciler /opt/reconciler
ENV PATH=/opt/reconciler/bin:$PATH PYTHONUNBUFFERED=1
RUN useradd --system --uid 10001 --home-dir /work --create-home reconciler
USER 10001
WORKDIR /work
ENTRYPOINT ["reconciler"]
CMD ["--help"]

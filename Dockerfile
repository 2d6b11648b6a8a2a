# A small image with the command in it, run by nobody in particular.
FROM python:3.12-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY reconciler reconciler
# Of what is asked for besides, such as --build-arg EXTRAS=notify
ARG EXTRAS=
RUN python -m venv --without-pip /opt/reconciler \
 && pip --python /opt/reconciler/bin/python install --no-cache-dir --disable-pip-version-check ".${EXTRAS:+[$EXTRAS]}"

FROM python:3.12-slim
COPY --from=build /opt/reconciler /opt/reconciler
ENV PATH=/opt/reconciler/bin:$PATH PYTHONUNBUFFERED=1
RUN useradd --no-log-init --uid 10001 --home-dir /work --create-home reconciler
USER 10001
WORKDIR /work
ENTRYPOINT ["reconciler"]
CMD ["--help"]

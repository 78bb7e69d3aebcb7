# The environment of requirements*.txt in an image (docs/containers.md). Targets: pipeline, dev, serve, mlflow.

# Another base, such as one of a registry of your own: --build-arg BASE=...
ARG BASE=python

# By digest, so that it is the same for everybody; Dependabot proposes newer ones.
FROM python:3.11.16-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b AS python

FROM ${BASE} AS base
ENV HOME=/home/retrace LANG=C.UTF-8 PATH=/opt/venv/bin:$PATH USER=retrace VIRTUAL_ENV=/opt/venv
# Debian removes old versions, so that a pinned one could soon not be had.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends git make \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/cache/ldconfig /var/log/*.log /var/log/apt
# Whoever it runs as, whose files it writes, has a home.
RUN useradd --uid 1000 --create-home retrace && chmod 1777 /home/retrace && mkdir /work && chmod 1777 /work
WORKDIR /work

# The Makefile installs as it does on a laptop, by hash; so this stands on nothing that changes with each commit.
FROM base AS environment
# For a GPU: --build-arg TORCH_INDEX= (PyPI's build brings CUDA).
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
# What is to be in it besides: --build-arg EXTRA=-mlflow.
ARG EXTRA=
ENV PIP_NO_CACHE_DIR=1 UV_NO_CACHE=1
COPY Makefile README.md pyproject.toml setup.py requirements*.in requirements*.txt ./
COPY .ci/uv.py .ci/
RUN python3 -m venv /opt/venv \
    && mkdir -p src/retrace && touch src/retrace/__init__.py \
    && make setup EXTRA="$EXTRA" TORCH_INDEX="$TORCH_INDEX" \
    && mkdir /opt/venv/made-from \
    && cp requirements.txt requirements-torch.txt pyproject.toml /opt/venv/made-from \
    && chmod a+w /opt/venv/retrace-ready-* \
    && { python -m compileall -q -j 0 --invalidation-mode unchecked-hash /opt/venv/lib || true; }

FROM base AS pipeline
COPY --from=environment /opt/venv /opt/venv
COPY .ci/entry /usr/local/bin/entry
USER 1000:1000
ENTRYPOINT ["entry"]
CMD ["make", "repro"]

FROM environment AS environment-dev
RUN make setup EXTRA=-dev TORCH_INDEX="$TORCH_INDEX" \
    && cp requirements*.txt /opt/venv/made-from \
    && chmod -R a+rwX /opt/venv

FROM base AS dev
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends less openssh-client procps \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/cache/ldconfig /var/log/*.log /var/log/apt
COPY --from=environment-dev /opt/venv /opt/venv
COPY .ci/entry /usr/local/bin/entry
USER 1000:1000
ENTRYPOINT ["entry"]
CMD ["bash"]

# MLflow's server (compose.yaml): its packages are not the pipeline's.
FROM base AS mlflow
COPY requirements-mlflow-server.txt ./
RUN python3 -m venv /opt/venv \
    && python -m pip install --quiet --no-cache-dir --no-deps -r requirements-mlflow-server.txt
USER 1000:1000
EXPOSE 5000
CMD ["mlflow", "server"]

FROM environment AS environment-serve
RUN make setup EXTRA=-serve TORCH_INDEX="$TORCH_INDEX"

# The commit that is checked out, alone; its model is not Git's.
FROM base AS clone
COPY .git /context/.git
RUN git clone --quiet --depth 1 file:///context /work && git remote remove origin
COPY cache/model.joblib cache/
COPY report/predictions.csv report/

FROM base AS serve
COPY --from=environment-serve /opt/venv /opt/venv
COPY --from=clone --chown=retrace:retrace /work /work
RUN git config --system --add safe.directory /work
USER 1000:1000
# A model that does not load, or is not that of dvc.lock, becomes no image.
RUN python -c 'from retrace.tools.serving.model import load_served; load_served(None)'
EXPOSE 8000
HEALTHCHECK CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health')"]
# Others can reach it, so it asks for a token: mount a file of them.
CMD ["retrace", "serve", "--host", "0.0.0.0", "--tokens", "/run/secrets/tokens"]

# The sidecar beside any service. Build from the root of the repository:
#   docker build -f lab/sidecar.Dockerfile -t overheard-sidecar .
# To build from a certain base, name it by digest: --build-arg BASE_IMAGE=debian@sha256:...
ARG BASE_IMAGE=debian:trixie-slim
FROM $BASE_IMAGE AS python
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends python3 \
    && rm -rf /var/lib/apt/lists/*

FROM python AS packages
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends python3-venv gcc libc6-dev
COPY lab/sidecar.requirements.txt /requirements.txt
# Behind a proxy that opens TLS, pip needs the machine's CA bundle (--secret id=ca_bundle,src=...); it stays out of every
# layer.
RUN --mount=type=secret,id=ca_bundle \
    if [ -s /run/secrets/ca_bundle ]; then export PIP_CERT=/run/secrets/ca_bundle; fi \
    && python3 -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /requirements.txt \
    && /opt/venv/bin/pip uninstall -q -y pip
COPY capture/overheard_capture/native /native
RUN python3 /native/build.py && ls /native/core-*.so

FROM python
ARG BASE_IMAGE
LABEL org.opencontainers.image.base.name=$BASE_IMAGE
# dumpcap may open the wire, and nothing else in here may: the right belongs to the file, not to a user.
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends tshark libcap2-bin \
    && setcap cap_net_raw+ep /usr/bin/dumpcap \
    && rm -rf /var/lib/apt/lists/*
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/app PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/tmp
COPY --from=packages /opt/venv /opt/venv
COPY lab/overheard /app/overheard
COPY capture/overheard_capture /app/overheard_capture
COPY --from=packages /native/core-*.so /app/overheard_capture/native/
# Compiled now: a container that cannot write would compile at every start.
RUN python3 -m compileall -q /app \
    && printf '#!/bin/sh\nexec python3 -P -m overheard "$@"\n' > /usr/local/bin/overheard && chmod 755 /usr/local/bin/overheard \
    # No program may be run with the rights of its owner or group.
    && find / -xdev -type f -perm /6000 -exec chmod a-s {} + \
    # Which versions of Debian's packages are in this image, those of the base included.
    && dpkg-query --show --showformat '${Package}=${Version}\n' > /app/debian-packages.txt
USER 10001:10001
CMD ["overheard", "sidecar"]

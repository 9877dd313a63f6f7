# The client. Build from the root of the repository: `docker compose build client`.
# To build from a certain base, name it by digest: BASE_IMAGE=debian@sha256:...
ARG BASE_IMAGE=debian:trixie-slim
FROM $BASE_IMAGE AS python
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends python3 \
    && rm -rf /var/lib/apt/lists/*

FROM python AS packages
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends python3-venv
COPY services/client.requirements.txt /requirements.txt
# Behind a proxy that intercepts TLS, pip needs the machine's CA bundle (CA_BUNDLE=...); it is in no layer of the image.
RUN --mount=type=secret,id=ca_bundle \
    if [ -s /run/secrets/ca_bundle ]; then export PIP_CERT=/run/secrets/ca_bundle; fi \
    && python3 -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /requirements.txt \
    && /opt/venv/bin/pip uninstall -q -y pip

FROM python
ARG BASE_IMAGE
LABEL org.opencontainers.image.base.name=$BASE_IMAGE
ENV PATH=/opt/venv/bin:$PATH PYTHONPATH=/app PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/tmp
COPY --from=packages /opt/venv /opt/venv
COPY lab/overheard/__init__.py /app/overheard/
COPY lab/overheard/words /app/overheard/words
COPY lab/overheard/role /app/overheard/role
COPY lab/overheard/report /app/overheard/report
COPY lab/overheard/certificates /app/overheard/certificates
COPY services/overheard_services/__init__.py services/overheard_services/enrolment.py services/overheard_services/acme_order.py services/overheard_services/credentials.py /app/overheard_services/
COPY services/overheard_services/disguise /app/overheard_services/disguise
COPY services/overheard_services/transparency /app/overheard_services/transparency
COPY services/overheard_services/status /app/overheard_services/status
COPY services/overheard_services/client /app/overheard_services/client
# Compiled now: a read-only container would compile at every start.
RUN python3 -m compileall -q /app \
    # No program may be run with the rights of its owner or group.
    && find / -xdev -type f -perm /6000 -exec chmod a-s {} + \
    # Which versions of Debian's packages are in this image, those of the base included.
    && dpkg-query --show --showformat '${Package}=${Version}\n' > /app/debian-packages.txt \
    && install -d -o 10001 -g 10001 -m 0700 /handover /acorn /credentials /gallery /impostor /shared-key /keys /token
USER 10001:10001
CMD ["python3", "-m", "overheard_services.client"]

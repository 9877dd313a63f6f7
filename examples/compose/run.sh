#!/bin/sh
# From nothing to a build that fails, as a password is overheard, and to one that passes: sh run.sh
#
# Needs Docker with Compose v2, curl and openssl. WEB_PORT is the port of the service on this machine (8000).
set -eu
cd "$(dirname "$0")"
folder=$(mktemp -d)
export COMPOSE_PROJECT_NAME="overheard-example-$$" WEB_PORT="${WEB_PORT:-8000}"
export PASSWORD_FILE="$folder/password.txt" CERTIFICATE_FILE="$folder/certificate.pem"
end() {
    docker compose -f compose.yaml -f tls.yaml down --volumes --timeout 1 >/dev/null 2>&1 || true
    rm -rf "$folder"
}
trap end EXIT
trap 'exit 130' INT TERM

# build URL COMPOSE_FILE ...: log in, and return the exit code of the sidecar, which is that of the build.
build() {
    url=$1
    shift
    docker compose "$@" up --detach --wait --quiet-pull 2>"$folder/log" || { cat "$folder/log" >&2; exit 70; }
    curl --silent --show-error --fail --output /dev/null --cacert "$folder/root.pem" --data "@$PASSWORD_FILE" "$url"
    docker compose "$@" stop overheard 2>"$folder/log"
    sidecar=$(docker compose "$@" ps --all --quiet overheard)
    docker logs "$sidecar" 2>&1
    return "$(docker inspect --format '{{.State.ExitCode}}' "$sidecar")"
}

echo "== 1. the image of the sidecar, a password and a certificate"
docker image inspect overheard-sidecar >/dev/null 2>&1 ||
    docker build --quiet --file ../../lab/sidecar.Dockerfile --tag overheard-sidecar ../..
# The sidecar, which is not root, may read it; nobody else can, for its folder is yours.
printf 'correct horse battery' >"$PASSWORD_FILE"
(
    umask 077
    openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -addext subjectAltName=DNS:localhost -days 1 \
        -keyout "$folder/key.pem" -out "$folder/root.pem" 2>"$folder/log" || { cat "$folder/log" >&2; exit 70; }
    cat "$folder/root.pem" "$folder/key.pem" >"$CERTIFICATE_FILE"
)

echo "== 2. over HTTP the build fails"
code=0
build "http://localhost:$WEB_PORT/login" -f compose.yaml || code=$?
if [ "$code" != 1 ]; then
    echo "run.sh: the exit code is $code and not 1 (OVERHEARD), although the password was sent in clear" >&2
    exit 70
fi

echo "== 3. with a certificate it passes"
build "https://localhost:$WEB_PORT/login" -f compose.yaml -f tls.yaml

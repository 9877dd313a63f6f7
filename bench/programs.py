"""Ordinary programs, each with a server to talk to: what `ordinary.py` plays."""

from __future__ import annotations

import functools
import hashlib
import io
import json
import shutil
import sys
import tarfile
import zipfile
from contextlib import ExitStack
from pathlib import Path

from playing import HOST, HTTP, HTTPS, Client, Play, certificate, page, run, start, web

_GIT, _SSH, _POSTGRES, _REDIS, _DNS = 9418, 2222, 5432, 6379, 5353


def _curl(folder: Path, servers: ExitStack) -> Client:
    page(folder)
    web(servers, folder)

    def client() -> None:
        run("curl", "-s", "--compressed", f"http://{HOST}:{HTTP}/", f"http://{HOST}:{HTTP}/a.json")
        run("curl", "-s", "-u", "alice:wonderland", "-d", "a=1&b=two", f"http://{HOST}:{HTTP}/form")

    return client


def _mesh(folder: Path, servers: ExitStack) -> Client:
    """As between services of a mesh: TLS with a certificate on either side."""
    page(folder)
    certificate(folder)
    web(servers, folder, tls=True)
    both = ("--cacert", folder / "cert.pem", "--cert", folder / "cert.pem", "--key", folder / "key.pem")
    return lambda: run("curl", "-s", *both, f"https://{HOST}:{HTTPS}/", f"https://{HOST}:{HTTPS}/a.json")


def _browser(folder: Path, servers: ExitStack, *, tls: bool = False) -> Client:
    site = folder / "web"
    site.mkdir()
    page(site)
    if tls:
        certificate(site)
    web(servers, site, tls=tls)
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    place = f"https://{HOST}:{HTTPS}/" if tls else f"http://{HOST}:{HTTP}/"
    return lambda: run("chromium", *quiet, "--ignore-certificate-errors", "--dump-dom", place, HOME=str(folder))


def _psql(folder: Path, servers: ExitStack, *, tls: bool = False) -> Client:
    data = folder / "data"
    data.mkdir()
    shutil.chown(data, "postgres")
    run("setpriv", "--reuid=postgres", "--clear-groups", "initdb", "-D", data, "-U", "alice", "-A", "trust", "-N")
    secured = ["-c", f"ssl={'on' if tls else 'off'}", "-c", "ssl_cert_file=cert.pem", "-c", "ssl_key_file=key.pem"]
    if tls:
        certificate(data)
        for name in ("cert.pem", "key.pem"):
            shutil.chown(data / name, "postgres")
    place = ("-k", data, "-p", str(_POSTGRES), "-h", HOST)
    start(servers, _POSTGRES, "postgres", "-D", data, *place, *secured, user="postgres")
    script = "create table t (a int, b text); insert into t values (1, 'one'), (2, null); select * from t; \\d t"

    def client() -> None:
        reach = f"host={HOST} port={_POSTGRES} user=alice dbname=postgres sslmode={'require' if tls else 'prefer'}"
        for each in script.split("; "):
            run("psql", "-X", reach, "-c", each)

    return client


def _redis(_: Path, servers: ExitStack) -> Client:
    start(servers, _REDIS, "redis-server", "--port", str(_REDIS), "--save", "")

    def client() -> None:
        for words in ("SET greeting hello", "GET greeting", "LPUSH list a b c", "LRANGE list 0 -1", "INFO"):
            run("redis-cli", "-h", HOST, "-p", str(_REDIS), *words.split())

    return client


def _repository(folder: Path) -> Path:
    work, bare = folder / "work", folder / "repo.git"
    who = ["-c", "user.name=Alice", "-c", "user.email=alice@example.org"]
    run("git", "init", "-q", work)
    for number in range(5):
        (work / f"file{number}.py").write_text("\n".join(f"value_{row} = {row * number}" for row in range(200)))
        run("git", "-C", work, "add", "-A")
        run("git", "-C", work, *who, "commit", "-q", "-m", f"The change of number {number}")
    run("git", "clone", "-q", "--bare", work, bare)
    run("git", "-C", bare, "update-server-info")
    return bare


def _git_http(folder: Path, servers: ExitStack) -> Client:
    """Smart HTTP, by Git's own CGI program."""
    bare = _repository(folder)
    (folder / "cgi-bin").mkdir()
    backend = folder / "cgi-bin" / "git"
    # The CGI program runs as another user, who does not own the repository.
    safe = "GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'"
    backend.write_text(f"#!/bin/sh\n{safe} GIT_PROJECT_ROOT={folder} GIT_HTTP_EXPORT_ALL=1 exec git http-backend\n")
    backend.chmod(0o755)
    web(servers, folder)
    return lambda: run("git", "clone", "-q", f"http://{HOST}:{HTTP}/cgi-bin/git/{bare.name}", folder / "cloned")


def _git_daemon(folder: Path, servers: ExitStack) -> Client:
    bare = _repository(folder)
    start(servers, _GIT, "git", "daemon", "--export-all", f"--base-path={folder}", f"--listen={HOST}", folder)
    return lambda: run("git", "clone", "-q", f"git://{HOST}/{bare.name}", folder / "cloned")


def _sshd(folder: Path, servers: ExitStack) -> list[str]:
    for name in ("host", "user"):
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name)
    Path("/run/sshd").mkdir(exist_ok=True)
    (folder / "config").write_text(
        f"Port {_SSH}\nListenAddress {HOST}\nHostKey {folder / 'host'}\nAuthorizedKeysFile {folder / 'user.pub'}\n"
        "StrictModes no\nUsePAM no\nPermitRootLogin yes\nPidFile none\n"
    )
    start(servers, _SSH, shutil.which("sshd") or "/usr/sbin/sshd", "-D", "-f", folder / "config")
    trust = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
    return ["ssh", "-q", "-F", "/dev/null", *trust, "-i", str(folder / "user"), "-p", str(_SSH)]


def _ssh(folder: Path, servers: ExitStack) -> Client:
    reach = _sshd(folder, servers)
    return lambda: run(*reach, f"root@{HOST}", "uname -a; ls /")


def _git_ssh(folder: Path, servers: ExitStack) -> Client:
    bare, reach = _repository(folder), _sshd(folder, servers)
    place = f"ssh://root@{HOST}:{_SSH}{bare}"
    return lambda: run("git", "clone", "-q", place, folder / "cloned", GIT_SSH_COMMAND=" ".join(reach))


def _apt(folder: Path, servers: ExitStack) -> Client:
    """A flat repository with one package."""
    package = folder / "build" / "DEBIAN"
    package.mkdir(parents=True)
    fields = "Package: note\nVersion: 1.0\nArchitecture: all\nMaintainer: Alice <a@example.org>\nDescription: a note\n"
    (package / "control").write_text(fields)
    (folder / "repo").mkdir()
    deb = folder / "repo" / "note_1.0_all.deb"
    run("dpkg-deb", "-b", folder / "build", deb)
    facts = (
        f"Filename: ./{deb.name}\nSize: {deb.stat().st_size}\nSHA256: {hashlib.sha256(deb.read_bytes()).hexdigest()}\n"
    )
    (folder / "repo" / "Packages").write_text(fields + facts)
    web(servers, folder / "repo")
    for name in ("state/lists/partial", "cache/archives/partial", "etc/apt.conf.d", "etc/preferences.d"):
        (folder / "apt" / name).mkdir(parents=True)
    (folder / "list").write_text(f"deb [trusted=yes] http://{HOST}:{HTTP} ./\n")
    places = {
        "Dir::State": folder / "apt/state",
        "Dir::Cache": folder / "apt/cache",
        "Dir::Etc": folder / "apt/etc",
        "Dir::Etc::SourceList": folder / "list",
        "APT::Sandbox::User": "root",
    }
    options = [word for name, value in places.items() for word in ("-o", f"{name}={value}")]

    def client() -> None:
        run("apt-get", *options, "update", http_proxy="")
        run("apt-get", *options, "install", "-d", "-y", "note", http_proxy="")

    return client


def _pip(folder: Path, servers: ExitStack) -> Client:
    wheel = folder / "simple" / "note" / "note-1.0-py3-none-any.whl"
    wheel.parent.mkdir(parents=True)
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("note.py", "value = 1\n")
        archive.writestr("note-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: note\nVersion: 1.0\n")
        archive.writestr("note-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("note-1.0.dist-info/RECORD", "")
    web(servers, folder)
    index = ["--index-url", f"http://{HOST}:{HTTP}/simple", "--no-cache-dir", "--isolated"]
    return lambda: run(sys.executable, "-m", "pip", "download", *index, "-q", "-d", folder / "got", "note")


def _npm(folder: Path, servers: ExitStack) -> Client:
    registry = f"http://{HOST}:{HTTP}"
    packed, manifest = io.BytesIO(), {"name": "note", "version": "1.0.0", "main": "index.js"}
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, text in (("package.json", json.dumps(manifest)), ("index.js", "module.exports = 1\n")):
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    tarball = packed.getvalue()
    site = folder / "web"
    site.mkdir()
    (site / "note-1.0.0.tgz").write_bytes(tarball)
    place = {"tarball": f"{registry}/note-1.0.0.tgz", "shasum": hashlib.sha1(tarball).hexdigest()}  # noqa: S324
    versions = {"1.0.0": {**manifest, "dist": place}}
    (site / "note").write_text(json.dumps({"name": "note", "dist-tags": {"latest": "1.0.0"}, "versions": versions}))
    web(servers, site)
    quiet = ("--no-audit", "--no-fund", "--no-update-notifier", "--cache", folder / "cache", "--prefix", folder / "got")
    return lambda: run("npm", "install", "note", "--registry", registry, *quiet, HOME=str(folder))


def _beside_http(folder: Path, servers: ExitStack, client: Client) -> Client:
    """The same with a request of curl: names and times alone are no traffic that could be judged."""
    request = _curl(folder, servers)

    def both() -> None:
        client()
        request()

    return both


def _dig(folder: Path, servers: ExitStack) -> Client:
    records = ["--address=/www.example.org/192.0.2.7", "--txt-record=example.org,v=spf1 -all", "--host-record=a.b,::7"]
    start(servers, 0, "dnsmasq", "-k", "-C", "/dev/null", "-p", str(_DNS), "-a", HOST, "--no-resolv", *records)
    asked = "www.example.org A", "example.org TXT", "a.b AAAA", "no.example.org MX", "-x 192.0.2.7"

    def client() -> None:
        for words in asked:
            run("dig", f"@{HOST}", "-p", str(_DNS), *words.split())

    return _beside_http(folder, servers, client)


def _chrony(folder: Path, servers: ExitStack) -> Client:
    (folder / "server").write_text(
        f"local stratum 8\nallow 127.0.0.0/8\nbindaddress {HOST}\ncmdport 0\npidfile {folder}/server.pid\n"
    )
    start(servers, 0, "chronyd", "-d", "-u", "root", "-x", "-f", folder / "server")
    quiet = f"pidfile {folder}/client.pid", "cmdport 0"
    once = ("chronyd", "-Q", "-t", "5", "-u", "root", f"server {HOST} iburst", *quiet)
    return _beside_http(folder, servers, lambda: run(*once))


PROGRAMS = {
    "curl": Play(("curl",), _curl),
    "mesh": Play(("curl", "openssl"), _mesh),
    "chromium": Play(("chromium",), _browser),
    "chromium-tls": Play(("chromium", "openssl"), functools.partial(_browser, tls=True)),
    "psql": Play(("psql", "postgres", "initdb"), _psql),
    "psql-tls": Play(("psql", "postgres", "initdb", "openssl"), functools.partial(_psql, tls=True)),
    "redis-cli": Play(("redis-cli", "redis-server"), _redis),
    "git-http": Play(("git",), _git_http),
    "git-daemon": Play(("git",), _git_daemon),
    "git-ssh": Play(("git", "ssh", "sshd"), _git_ssh),
    "ssh": Play(("ssh", "sshd"), _ssh),
    "apt": Play(("apt-get", "dpkg-deb"), _apt),
    "pip": Play((), _pip),
    "npm": Play(("npm",), _npm),
    "dig": Play(("dig", "dnsmasq"), _dig),
    "chrony": Play(("chronyd",), _chrony),
}

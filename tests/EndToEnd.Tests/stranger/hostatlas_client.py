"""A client of HostAtlas by someone who has read docs/protocol.md and nothing else.

Python's standard library only. Nothing here is shared with the platform's own code: the key derivation, the token's form and the HTTP
framing are written again from the description, so that a mistake made twice in C# does not pass as agreement.
"""

import base64
import gzip
import hashlib
import hmac
import json
import socket
import ssl
import time
import urllib.parse
import uuid

METRICS = "/api/agent/metrics"


def hkdf_sha256(ikm: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    """HKDF of RFC 5869: extract, then expand."""
    key = hmac.new(salt, ikm, hashlib.sha256).digest()
    block, out, counter = b"", b"", 1
    while len(out) < length:
        block = hmac.new(key, block + info + bytes([counter]), hashlib.sha256).digest()
        out, counter = out + block, counter + 1
    return out[:length]


def signature(token: str, method: str, path: str, timestamp: str, body: bytes) -> str:
    """X-Signature: 64 lower-case hex digits."""
    secret = hkdf_sha256(token.encode("ascii"), b"hostatlas", f"request-signing v1 {method} {path}".encode("ascii"), 32)
    return hmac.new(secret, timestamp.encode("ascii") + body, hashlib.sha256).hexdigest()


class Token:
    """prefix_ + base64url(team 16, subject 16, secret 32, tag 16), without padding."""

    def __init__(self, prefix: str, team: uuid.UUID, subject: uuid.UUID, secret: bytes, tag: bytes):
        self.prefix, self.team, self.subject, self.secret, self.tag = prefix, team, subject, secret, tag

    @classmethod
    def read(cls, text: str) -> "Token":
        raw = base64.urlsafe_b64decode(text[4:] + "=")
        if len(raw) != 80:
            raise ValueError(f"a token has 80 bytes, not {len(raw)}")
        return cls(text[:4], uuid.UUID(bytes=raw[:16]), uuid.UUID(bytes=raw[16:32]), raw[32:64], raw[64:])

    def __str__(self) -> str:
        raw = self.team.bytes + self.subject.bytes + self.secret + self.tag
        return self.prefix + base64.urlsafe_b64encode(raw).decode("ascii").rstrip("=")

    def but(self, **changes) -> "Token":
        """The same token with something altered."""
        parts = dict(prefix=self.prefix, team=self.team, subject=self.subject, secret=self.secret, tag=self.tag)
        return Token(**{**parts, **changes})


class Answer:
    """An HTTP answer: status, headers as they came, body."""

    def __init__(self, status: int, headers: list, body: bytes, seconds: float):
        self.status, self.headers, self.body, self.seconds = status, headers, body, seconds

    def all(self, name: str) -> list:
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name: str):
        values = self.all(name)
        return values[0] if values else None

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def slug(self):
        """The end of the problem's type, or None when this is no problem document."""
        if self.header("Content-Type") != "application/problem+json":
            return None
        kind = self.json.get("type", "")
        return kind.removeprefix("urn:hostatlas:problem:") if kind.startswith("urn:hostatlas:problem:") else None

    def __repr__(self) -> str:
        return f"{self.status} {self.headers} {self.body[:400]!r}"


class Client:
    """HTTP/1.1 over TLS 1.3, one kept connection, every header under the caller's control."""

    def __init__(self, url: str, authority: str):
        parts = urllib.parse.urlsplit(url)
        self.origin, self.host, self.port = url.rstrip("/"), parts.hostname, parts.port
        self.context = ssl.create_default_context(cafile=authority)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_3
        self._file = self._socket = None

    def open(self):
        """A fresh connection, the caller's to use."""
        raw = socket.create_connection((self.host, self.port), timeout=20)
        return self.context.wrap_socket(raw, server_hostname=self.host)

    def close(self):
        if self._socket is not None:
            self._file.close()
            self._socket.close()
            self._file = self._socket = None

    def send(self, method: str, path: str, headers=(), body: bytes = b"", declared_length=None) -> Answer:
        """Sends one request and reads its answer. declared_length: a Content-Length that is not the body's."""
        started = time.monotonic()
        length = len(body) if declared_length is None else declared_length
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}:{self.port}"]
        lines += [f"{name}: {value}" for name, value in headers]
        if body or method != "GET" or declared_length is not None:
            lines.append(f"Content-Length: {length}")
        data = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body
        for attempt in (1, 2):
            fresh = self._socket is None
            if fresh:
                self._socket = self.open()
                self._file = self._socket.makefile("rb")
            try:
                self._socket.sendall(data)
                answer = self._read(started)
                break
            except (ConnectionError, ssl.SSLError, EOFError):
                self.close()
                if fresh or attempt == 2:
                    raise
        if answer.header("Connection") == "close" or declared_length is not None:
            self.close()
        return answer

    def _read(self, started: float) -> Answer:
        line = self._file.readline()
        if not line:
            raise EOFError("closed before an answer")
        status = int(line.split(b" ", 2)[1])
        headers = []
        while (line := self._file.readline()) not in (b"\r\n", b""):
            name, value = line.decode("latin-1").rstrip("\r\n").split(":", 1)
            headers.append((name, value.strip()))
        named = {name.lower(): value for name, value in headers}
        if 100 <= status < 200:
            return self._read(started)
        if named.get("transfer-encoding", "").lower() == "chunked":
            body = b""
            while (size := int(self._file.readline().strip(), 16)) > 0:
                body += self._file.read(size)
                self._file.readline()
            self._file.readline()
        else:
            body = self._file.read(int(named.get("content-length", 0)))
        return Answer(status, headers, body, time.monotonic() - started)


class Agent:
    """What a watched server sends."""

    def __init__(self, client: Client, token: str):
        self.client, self.token = client, token

    def headers(self, body: bytes, path: str = METRICS, timestamp=None, method: str = "POST") -> list:
        stamp = str(int(time.time()) if timestamp is None else timestamp)
        return [
            ("Authorization", f"Bearer {self.token}"),
            ("X-Timestamp", stamp),
            ("X-Signature", signature(self.token, method, path, stamp, body)),
            ("Content-Type", "application/json"),
        ]

    def post(self, body: bytes, path: str = METRICS, timestamp=None, extra=()) -> Answer:
        return self.client.send("POST", path, self.headers(body, path, timestamp) + list(extra), body)

    def post_gzip(self, plain: bytes) -> Answer:
        return self.post(gzip.compress(plain), extra=[("Content-Encoding", "gzip")])


def batch(reports: list, batch_id=None) -> bytes:
    """The retry-safe form: reports are (unix ms, {name: number})."""
    reports = [{"at": at, "values": values} for at, values in reports]
    return json.dumps({"batch": str(batch_id or uuid.uuid4()), "reports": reports}).encode()


class Person:
    """Someone with a browser."""

    def __init__(self, client: Client):
        self.client, self.cookie = client, None

    def call(self, method: str, path: str, body=None, headers=None) -> Answer:
        if headers is None:
            headers = [] if method == "GET" else [("Content-Type", "application/json"), ("Origin", self.client.origin)]
        if self.cookie:
            headers = [*headers, ("Cookie", self.cookie)]
        answer = self.client.send(method, path, headers, b"" if body is None else json.dumps(body).encode())
        for value in answer.all("Set-Cookie"):
            self.cookie = value.split(";")[0]
        return answer

    def set_up(self, invitation: str, team: str, email: str, password: str) -> Answer:
        return self.call("POST", "/api/setup", {"invitation": invitation, "team": team, "email": email, "password": password})

    def add_server(self, name: str) -> Answer:
        return self.call("POST", "/api/servers", {"name": name})

    def metrics(self, server: str, **query) -> Answer:
        text = f"?{urllib.parse.urlencode(query)}" if query else ""
        return self.call("GET", f"/api/servers/{server}/metrics{text}")

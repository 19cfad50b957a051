"""The stranger's day: founds a team, watches a server, reads it back, and then tries everything that must not work.

usage: scenario.py URL DATA VECTORS INVITATION-OF-ANOTHER-TEAM
DATA is read for what its operator may read: ca.pem and the first invitation. Exit code 1 when a check failed.
"""

import base64
import gzip
import json
import os
import socket
import stat
import subprocess
import sys
import time
import uuid

import backups
import feeds
from checks import Checks
from hostatlas_client import METRICS, Agent, Client, Person, Token, batch, hkdf_sha256, signature

COOKIE_TAIL = "; Path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=7200"
PASSWORD = "a stranger's very long password 42"


class World:
    """What one part of the day leaves for the next."""

    def __init__(self, url: str, data: str, vectors: str, other_invitation: str):
        self.url, self.data, self.vectors, self.other_invitation = url, data, vectors, other_invitation
        self.client = Client(url, os.path.join(data, "ca.pem"))
        self.person, self.other = Person(self.client), Person(self.client)
        self.team = self.server = self.token = self.other_server = self.other_token = None

    @property
    def agent(self) -> Agent:
        return Agent(self.client, self.token)


def now_ms() -> int:
    return int(time.time() * 1000)


def report(**values) -> bytes:
    return batch([(now_ms(), values)])


# --- Before anything else: the stranger's own arithmetic ---------------------------------------------------------------------------

def own_arithmetic(checks: Checks, world: World):
    with open(os.path.join(world.vectors, "signing", "signing.json"), encoding="utf-8") as file:
        vectors = json.load(file)
    key = hkdf_sha256(bytes.fromhex(vectors["rootKeyHex"]), b"hostatlas", b"token tag v1", 32)
    checks.equal("the token key of the vectors", vectors["tokenKeyHex"], key.hex())
    agent_token = vectors["tokens"][0]
    checks.equal("a token is read and written alike", agent_token["token"], str(Token.read(agent_token["token"])))
    checks.equal("a token's server of the vectors", agent_token["server"], str(Token.read(agent_token["token"]).subject))
    for number, vector in enumerate(vectors["requests"]):
        token = vector.get("token", agent_token["token"])
        found = signature(token, vector["method"], vector["path"], vector["timestamp"], body_of(vector))
        checks.equal(f"signature {number} of the vectors", vector["signature"], found)


def body_of(vector: dict) -> bytes:
    return bytes.fromhex(vector["bodyHex"]) if "bodyHex" in vector else vector["bodyUtf8"].encode()


# --- The connection ----------------------------------------------------------------------------------------------------------------

def connection(checks: Checks, world: World):
    target = f"{world.client.host}:{world.client.port}"
    authority = os.path.join(world.data, "ca.pem")
    modern = s_client(target, "-tls1_3", "-CAfile", authority, "-verify_return_error", "-verify_ip", "127.0.0.1")
    checks.that("TLS 1.3 with the platform's authority", "Verify return code: 0 (ok)" in modern and "TLSv1.3" in modern, modern[-800:])
    for old in ("-tls1_2", "-tls1_1"):
        refused = s_client(target, old, "-CAfile", authority, "-cipher", "ALL:@SECLEVEL=0")
        checks.that(f"openssl s_client {old} is refused", "Cipher is (NONE)" in refused and "alert" in refused, refused[-800:])
    strangers = s_client(target, "-tls1_3", "-verify_return_error")
    checks.that("without the authority the certificate is not trusted", "Verify return code: 0 (ok)" not in strangers)
    with socket.create_connection((world.client.host, world.client.port), timeout=10) as plain:
        plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        try:
            came = plain.recv(4096)
        except ConnectionError:
            came = b""
    checks.that("plain HTTP is not answered", b"HTTP/" not in came, came)
    text = subprocess.run(["openssl", "x509", "-in", os.path.join(world.data, "server.pem"), "-noout", "-text", "-ext", "subjectAltName"],
                          capture_output=True, text=True, check=True).stdout
    checks.that("the certificate: P-256, for localhost and 127.0.0.1",
                "prime256v1" in text and "DNS:localhost" in text and "IP Address:127.0.0.1" in text, text)
    for name in ("root.key", "server.key", "invitation", "ops.sock"):
        mode = stat.S_IMODE(os.stat(os.path.join(world.data, name)).st_mode)
        checks.equal(f"{name} is its owner's alone", "0o600", oct(mode))


def s_client(target: str, *arguments: str) -> str:
    done = subprocess.run(["openssl", "s_client", "-connect", target, *arguments], input="", capture_output=True, text=True, timeout=30)
    return done.stdout + done.stderr


# --- Founding a team ---------------------------------------------------------------------------------------------------------------

def founding(checks: Checks, world: World):
    with open(os.path.join(world.data, "invitation"), encoding="ascii") as file:
        text = file.read()
    invitation = text.rstrip("\n")
    checks.that("the invitation: a hai_ token of 111 characters and a newline", len(text) == 112 and text.startswith("hai_"), len(text))
    fields = {"invitation": invitation, "team": "Strangers", "email": "stranger@example.org", "password": PASSWORD}
    json_type, origin = ("Content-Type", "application/json"), ("Origin", world.client.origin)
    for name, headers in {
        "set-up without Origin and Sec-Fetch-Site": [json_type],
        "set-up from another origin": [json_type, ("Origin", "https://evil.example")],
        "set-up with another Content-Type": [("Content-Type", "text/plain"), origin],
        "set-up from a sibling site": [json_type, ("Sec-Fetch-Site", "same-site")],
    }.items():
        checks.problem(name, world.person.call("POST", "/api/setup", fields, headers), 403, "cross-site-refused")
    forged = str(Token.read(invitation).but(secret=bytes(32)))
    checks.problem("a forged invitation", world.person.call("POST", "/api/setup", {**fields, "invitation": forged}), 401, "credentials-rejected")
    done = world.person.call("POST", "/api/setup", fields)
    checks.equal("set-up answers 201", 201, done.status)
    checks.common_headers("set-up", done)
    world.team = done.json["team"]
    checks.that("set-up names the team and the person", uuid.UUID(world.team).version == 4 and uuid.UUID(done.json["user"]).version == 4)
    cookie(checks, "set-up", done)
    checks.equal("the invitation is bound to the team", world.team, str(Token.read(invitation).team))
    checks.that("the invitation's file is gone", not os.path.exists(os.path.join(world.data, "invitation")))
    again = Person(world.client).set_up(invitation, "Thieves", "thief@example.org", PASSWORD)
    checks.problem("a spent invitation", again, 410, "invitation-spent")


def cookie(checks: Checks, name: str, answer):
    values = answer.all("Set-Cookie")
    right = len(values) == 1 and values[0].startswith("hostatlas_session=") and values[0].endswith(COOKIE_TAIL) \
        and ";" not in values[0][:-len(COOKIE_TAIL)]
    checks.that(f"{name}: exactly one Set-Cookie, byte for byte", right, values)


def sessions(checks: Checks, world: World):
    nobody = Person(world.client)
    checks.problem("GET /api/session without a session", nobody.call("GET", "/api/session"), 401, "sign-in-required")
    checks.problem("GET /api/servers without a session", nobody.call("GET", "/api/servers"), 401, "sign-in-required")
    wrong = nobody.call("POST", "/api/session", {"email": "stranger@example.org", "password": "not the password at all"})
    checks.problem("a wrong password", wrong, 401, "credentials-rejected")
    unknown = nobody.call("POST", "/api/session", {"email": "nobody@example.org", "password": "not the password at all"})
    checks.equal("an unknown address answers like a wrong password", wrong.body, unknown.body)
    entered = nobody.call("POST", "/api/session", {"email": " Stranger@Example.ORG ", "password": PASSWORD})
    checks.equal("sign-in answers 200", 200, entered.status)
    cookie(checks, "sign-in", entered)
    checks.equal("GET /api/session with one", 200, nobody.call("GET", "/api/session").status)
    checks.problem("signing out needs the same site too", nobody.call("DELETE", "/api/session", headers=[]), 403, "cross-site-refused")
    old = nobody.cookie
    checks.that("signing out", nobody.call("DELETE", "/api/session").status in (200, 204))
    nobody.cookie = old
    checks.problem("the old cookie after signing out", nobody.call("GET", "/api/session"), 401, "sign-in-required")


def servers(checks: Checks, world: World):
    made = world.person.add_server("web-1")
    checks.equal("POST /api/servers answers 201", 201, made.status)
    checks.common_headers("POST /api/servers", made)
    world.server, world.token = made.json["id"], made.json["token"]
    token = Token.read(world.token)
    checks.equal("the token's form", (111, "hat_", world.team, world.server, world.token),
                 (len(world.token), token.prefix, str(token.team), str(token.subject), str(token)))
    listed = world.person.call("GET", "/api/servers")
    mine = [item for item in listed.json["items"] if item["id"] == world.server]
    checks.that("the new server is listed, pending, without its token",
                len(mine) == 1 and mine[0]["name"] == "web-1" and mine[0]["status"] == "pending" and mine[0]["lastSeenAt"] is None
                and world.token not in listed.body.decode() and listed.json["next"] is None, listed)
    done = world.other.set_up(world.other_invitation, "Others", "other@example.org", PASSWORD)
    checks.equal("another team is founded by an operator's invitation", 201, done.status)
    theirs = world.other.add_server("db-1").json
    world.other_server, world.other_token = theirs["id"], theirs["token"]


# --- Metrics there and back --------------------------------------------------------------------------------------------------------

def metrics_there_and_back(checks: Checks, world: World):
    # Whole seconds in the past, so that each report falls into a step of its own.
    base = (now_ms() // 1000 - 300) * 1000
    reports = [(base, {"cpu": 10.0, 'disk{mount="/"}': 1e12}), (base + 400, {"cpu": 30.0}), (base + 2000, {"cpu": -2.5, "mem": 0.125})]
    batch_id = uuid.uuid4()
    body = batch(reports, batch_id)
    stamp = int(time.time()) - 3
    sent = world.agent.post(body, timestamp=stamp)
    checks.equal("the batch form answers 202", (202, {"reports": 3, "samples": 5, "expired": 0}), (sent.status, sent.json))
    checks.common_headers("the batch form", sent)
    checks.problem("the very same request again", world.agent.post(body, timestamp=stamp), 409, "request-replayed")
    again = world.agent.post(body, timestamp=stamp + 1)
    checks.equal("the same batch signed anew answers 202", (202, 3), (again.status, again.json["reports"]))
    read = world.person.metrics(world.server, **{"from": base, "to": base + 3000, "step": 1})
    checks.common_headers("the query", read)
    series = {one["name"]: one["points"] for one in read.json["series"]}
    checks.equal("the step", 1, read.json["step"])
    checks.equal("each sample is there once; gaps stay gaps",
                 {"cpu": [[base, 10, 30, 20, 30], [base + 2000, -2.5, -2.5, -2.5, -2.5]], "mem": [[base + 2000, .125, .125, .125, .125]],
                  'disk{mount="/"}': [[base, 1e12, 1e12, 1e12, 1e12]]}, series)
    chosen = world.person.metrics(world.server, names="mem,absent", **{"from": base, "to": base + 3000, "step": 1}).json
    checks.equal("names choose the series", ["mem"], [one["name"] for one in chosen["series"]])
    cut = world.person.metrics(world.server, names="cpu", **{"from": base, "to": base + 2000, "step": 1}).json
    checks.equal("from is inclusive and to exclusive", [base], [point[0] for point in cut["series"][0]["points"]])
    wide = world.person.metrics(world.server, names="cpu", **{"from": base, "to": base + 3000, "step": 60}).json
    points = [point for one in wide["series"] for point in one["points"]]
    checks.that("steps are aligned to the epoch", points and all(point[0] % 60000 == 0 for point in points), points)
    flat(checks, world)
    late = batch([(now_ms() - 400 * 86_400_000, {"cpu": 1.0}), (now_ms(), {"cpu": 1.0})])
    checks.equal("a report older than the retention counts as expired", {"reports": 1, "samples": 1, "expired": 1}, world.agent.post(late).json)
    packed = world.agent.post_gzip(report(cpu=3.0))
    checks.equal("a gzip body, signed as sent, answers 202", 202, packed.status)
    status = [item["status"] for item in world.person.call("GET", "/api/servers").json["items"] if item["id"] == world.server]
    checks.equal("the server is online", ["online"], status)
    endless = {"from": 0, "to": now_ms(), "step": 1}
    checks.problem("more than 11,000 steps", world.person.metrics(world.server, **endless), 422, "invalid-content")
    checks.problem("an unknown id is told before the range", world.person.metrics(str(uuid.uuid4()), **endless), 404, "not-found")


def flat(checks: Checks, world: World):
    stamp = int(time.time()) - 20
    body = b'{"cpu": 24.5, "flat.mem": 67.2}'
    sent = world.agent.post(body, timestamp=stamp)
    checks.equal("the flat form answers 202", (202, {"reports": 1, "samples": 2, "expired": 0}), (sent.status, sent.json))
    checks.problem("the flat form again", world.agent.post(body, timestamp=stamp), 409, "request-replayed")
    read = world.person.metrics(world.server, names="flat.mem", **{"from": stamp * 1000, "to": stamp * 1000 + 1000, "step": 1}).json
    checks.equal("the flat form is one report at X-Timestamp",
                 [{"name": "flat.mem", "points": [[stamp * 1000, 67.2, 67.2, 67.2, 67.2]]}], read["series"])


# --- What must not work ------------------------------------------------------------------------------------------------------------

def tampering(checks: Checks, world: World):
    body, agent, send = report(cpu=1.0), world.agent, world.client.send
    stamp = int(time.time())
    good = dict(agent.headers(body, timestamp=stamp))

    def attempt(name, path=METRICS, altered=body, **headers):
        merged = list({**good, **{key.replace("_", "-"): value for key, value in headers.items()}}.items())
        checks.problem(name, send("POST", path, merged, altered), 401, "credentials-rejected")

    flipped = ("1" if good["X-Signature"][0] == "0" else "0") + good["X-Signature"][1:]
    attempt("an altered body", altered=body.replace(b"1.0", b"9.0"))
    attempt("an added byte", altered=body + b" ")
    attempt("an altered timestamp", X_Timestamp=str(stamp + 1))
    attempt("an altered signature", X_Signature=flipped)
    attempt("a signature of nothing", X_Signature="0" * 64)
    attempt("a signature for another endpoint", X_Signature=signature(world.token, "POST", "/api/agent/logs", str(stamp), body))
    attempt("a signature for another spelling of the path", X_Signature=signature(world.token, "POST", METRICS + "/", str(stamp), body))
    attempt("another token's signature", Authorization=f"Bearer {world.other_token}")
    others = signature(world.token, "PUT", METRICS, str(stamp), body)
    attempt("a signature for another method", X_Signature=others)
    for path in (METRICS + "/", METRICS.upper(), "/api/agent/./metrics/x"):
        checks.problem(f"the request at {path}", send("POST", path, list(good.items()), body), 404, "not-found")
    checks.equal("the untouched request is still good", 202, send("POST", METRICS, list(good.items()), body).status)
    query = report(cpu=1.0)
    checks.equal("a query is not part of the signed path", 202, send("POST", METRICS + "?a=b", agent.headers(query), query).status)


def forged_tokens(checks: Checks, world: World):
    real = Token.read(world.token)
    other = Token.read(world.other_token)
    flip = bytes([real.tag[0] ^ 1]) + real.tag[1:]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = world.token[:-1] + alphabet[alphabet.index(world.token[-1]) ^ 1]
    made_up = {
        "one bit of its tag": str(real.but(tag=flip)),
        "another secret": str(real.but(secret=os.urandom(32))),
        "another team's server": str(real.but(subject=other.subject)),
        "another team": str(real.but(team=other.team)),
        "random everything": str(Token("hat_", uuid.uuid4(), uuid.uuid4(), os.urandom(32), os.urandom(16))),
        "the prefix of a key": "hak_" + world.token[4:],
        "another spelling of the last character": twin,
        "padding": world.token + "=",
        "half its length": world.token[:60],
        "no length at all": "hat_",
        "standard base64": "hat_" + base64.b64encode(b"\xff" * 80).decode().rstrip("="),
    }
    for name, token in made_up.items():
        checks.problem(f"a token with {name}", Agent(world.client, token).post(report(cpu=1.0)), 401, "credentials-rejected")
    bodies = {Agent(world.client, token).post(report(cpu=1.0)).body for token in made_up.values()}
    checks.equal("all of them get one answer", 1, len(bodies))


def clocks(checks: Checks, world: World):
    for name, offset in (("stale", -120), ("future", 120), ("a year old", -31_536_000)):
        refused = world.agent.post(report(cpu=1.0), timestamp=int(time.time()) + offset)
        checks.problem(f"a {name} timestamp", refused, 401, "timestamp-outside-window")
        checks.that(f"a {name} timestamp: serverTime is the platform's clock", abs(refused.json["serverTime"] - time.time()) <= 2, refused)
    for offset in (-45, 45):
        checks.equal(f"{offset} s is within the window", 202, world.agent.post(report(cpu=1.0), timestamp=int(time.time()) + offset).status)


def order_of_checks(checks: Checks, world: World):
    send, agent = world.client.send, world.agent
    body = report(cpu=1.0)
    checks.problem("an unknown route, whatever its headers", send("POST", "/api/agent/nonsense", [], b"{}"), 404, "not-found")
    wrong_method = send("GET", METRICS, agent.headers(b""))
    checks.problem("GET where POST is due", wrong_method, 405, "method-not-allowed")
    checks.that("405 names what is allowed", "POST" in (wrong_method.header("Allow") or ""), wrong_method.all("Allow"))
    early = send("POST", METRICS, [], declared_length=2 * 1024 * 1024)
    checks.problem("2 MiB declared, none of it sent, no credentials", early, 413, "too-large")
    checks.that("413 does not wait for the body", early.seconds < 2, early.seconds)
    whole = send("POST", METRICS, agent.headers(b"x"), b"x" * (1024 * 1024 + 1))
    checks.problem("1 MiB and one byte", whole, 413, "too-large")

    good = agent.headers(body)
    wrong_signature = [(key, "0" * 64 if key == "X-Signature" else value) for key, value in good]
    for missing in ("Authorization", "X-Timestamp", "X-Signature"):
        without = [(key, value) for key, value in wrong_signature if key != missing]
        checks.problem(f"without {missing}", send("POST", METRICS, without, body), 400, "malformed-request")
    for doubled in ("X-Timestamp", "X-Signature"):
        twice = good + [(key, value) for key, value in good if key == doubled]
        checks.problem(f"{doubled} twice", send("POST", METRICS, twice, body), 400, "malformed-request")
    for name, header, value in (
        ("nine digits", "X-Timestamp", "171215040"), ("a sign", "X-Timestamp", "+712150400"), ("eleven digits", "X-Timestamp", "17121504000"),
        ("a fraction", "X-Timestamp", "1712150.00"), ("letters", "X-Signature", "z" * 64), ("63 digits", "X-Signature", "0" * 63),
        ("upper case", "X-Signature", "A" * 64),
    ):
        bad = [(key, value if key == header else old) for key, old in good]
        checks.problem(f"{header} with {name}", send("POST", METRICS, bad, body), 400, "malformed-request")

    stale = int(time.time()) - 500
    mixed = [(key, "0" * 64 if key == "X-Signature" else value) for key, value in agent.headers(body, timestamp=stale)]
    checks.problem("a bad signature on a stale request", send("POST", METRICS, mixed, body), 401, "credentials-rejected")
    checks.problem("a stale request in an unknown encoding", agent.post(b"not json", timestamp=stale, extra=[("Content-Encoding", "br")]),
                   401, "timestamp-outside-window")
    checks.problem("an unknown encoding", agent.post(b"not json", extra=[("Content-Encoding", "br")]), 415, "unsupported-encoding")
    bomb = gzip.compress(b" " * (9 * 1024 * 1024))
    checks.problem("a gzip bomb", agent.post(bomb, extra=[("Content-Encoding", "gzip")]), 413, "too-large")
    checks.problem("gzip that is none", agent.post(b"not gzip", extra=[("Content-Encoding", "gzip")]), 400, "malformed-request")


def contents(checks: Checks, world: World):
    agent, at = world.agent, now_ms()
    for name, body in {
        "no JSON": b"cpu=24.5", "half a JSON": b'{"cpu": 24.5', "NaN": b'{"cpu": NaN}', "Infinity": b'{"cpu": Infinity}',
        "invalid UTF-8": b'{"cpu\xff": 1}', "two documents": b'{"cpu": 1}{"cpu": 2}', "nothing": b"",
    }.items():
        checks.problem(f"{name} as a body", agent.post(body), 400, "malformed-request")

    one = {"at": at, "values": {"cpu": 1}}
    doubled = [one, one]
    for name, content, pointer in (
        ("no reports", {"batch": str(uuid.uuid4()), "reports": []}, "/reports"),
        ("two reports of one time", {"batch": str(uuid.uuid4()), "reports": doubled}, "/reports/1/at"),
        ("a report 11 minutes ahead", {"batch": str(uuid.uuid4()), "reports": [{"at": at + 660_000, "values": {"cpu": 1}}]}, "/reports/0/at"),
        ("a name with a space", {"batch": str(uuid.uuid4()), "reports": [{"at": at, "values": {"c pu": 1}}]}, "/reports/0/values"),
        ("a value that is text", {"batch": str(uuid.uuid4()), "reports": [{"at": at, "values": {"cpu": "1"}}]}, "/reports/0/values"),
        ("a batch that is no uuid", {"batch": "one", "reports": [one]}, "/batch"),
        ("1,001 reports", {"batch": str(uuid.uuid4()), "reports": [{"at": at - i, "values": {"cpu": 1}} for i in range(1001)]}, "/reports"),
        ("a flat value that is text", {"cpu": "1"}, ""),
    ):
        answer = agent.post(json.dumps(content).encode())
        if checks.problem(name, answer, 422, "invalid-content"):
            pointers = [error["pointer"] for error in answer.json.get("errors", [])]
            checks.that(f"{name}: errors point at {pointer or 'the member'}", any(p.startswith(pointer) for p in pointers), answer.body)
    checks.problem("a number beyond all doubles", agent.post(b'{"cpu": 1e999}'), 422, "invalid-content")

    refused = b'{"batch": "%s", "reports": []}' % str(uuid.uuid4()).encode()
    stamp = int(time.time())
    first, second = agent.post(refused, timestamp=stamp), agent.post(refused, timestamp=stamp)
    checks.equal("a refused request is not remembered", (422, 422), (first.status, second.status))
    unknown = json.dumps({"batch": str(uuid.uuid4()), "reports": [{**one, "at": at - 5, "later": {}}], "mood": "fine"}).encode()
    checks.equal("unknown members are ignored", 202, agent.post(unknown).status)


def rotation(checks: Checks, world: World):
    first = world.token
    world.token = world.person.call("POST", f"/api/servers/{world.server}/token", {"overlapSeconds": 600}).json["token"]
    checks.that("a rotation gives another token", world.token != first and world.token.startswith("hat_"))
    checks.equal("the new token works", 202, world.agent.post(report(cpu=1.0)).status)
    checks.equal("the old one works during the overlap", 202, Agent(world.client, first).post(report(cpu=1.0)).status)
    second = world.token
    world.token = world.person.call("POST", f"/api/servers/{world.server}/token", {}).json["token"]
    for name, token in (("first", first), ("second", second)):
        checks.problem(f"the {name} token, rotated away", Agent(world.client, token).post(report(cpu=1.0)), 401, "credentials-rejected")
    checks.equal("the third token works", 202, world.agent.post(report(cpu=1.0)).status)


def other_team(checks: Checks, world: World):
    absent = str(uuid.uuid4())
    for method, tail, body in (("GET", "", None), ("GET", "/metrics", None), ("POST", "/token", {"overlapSeconds": 0})):
        theirs = world.person.call(method, f"/api/servers/{world.other_server}{tail}", body)
        nobodys = world.person.call(method, f"/api/servers/{absent}{tail}", body)
        checks.problem(f"{method} another team's server{tail}", theirs, 404, "not-found")
        checks.equal(f"{method} another team's server{tail} answers like one that does not exist", nobodys.body, theirs.body)
    listed = world.person.call("GET", "/api/servers").json["items"]
    checks.that("a list holds the own team's servers only", all(item["id"] != world.other_server for item in listed), listed)
    checks.problem("X-Team of another team", world.person.call("GET", "/api/servers", headers=[("X-Team", str(Token.read(world.other_token).team))]),
                   404, "not-found")
    checks.equal("the other team's agent is unhurt", 202, Agent(world.client, world.other_token).post(report(cpu=1.0)).status)


def api_keys(checks: Checks, world: World):
    made = world.person.call("POST", "/api/keys", {"name": "reader", "scopes": ["read"]})
    checks.equal("POST /api/keys answers 201", 201, made.status)
    key = made.json["key"]
    checks.that("the key's form", len(key) == 111 and key.startswith("hak_") and str(Token.read(key).team) == world.team, key[:4])
    bearer = [("Authorization", f"Bearer {key}")]
    send = world.client.send
    checks.equal("a read key reads", 200, send("GET", "/api/servers", bearer).status)
    body = b'{"name": "made-by-key"}'
    typed = [*bearer, ("Content-Type", "application/json")]
    checks.problem("a read key makes no server", send("POST", "/api/servers", typed, body), 403, "not-permitted")
    checks.problem("a read key makes no key", send("POST", "/api/keys", typed, b'{"name": "k", "scopes": ["read"]}'), 403, "not-permitted")
    checks.problem("a read key rotates no token", send("POST", f"/api/servers/{world.server}/token", typed, b"{}"), 403, "not-permitted")
    checks.problem("a read key does not see another team", send("GET", f"/api/servers/{world.other_server}", bearer), 404, "not-found")
    forged = str(Token.read(key).but(secret=os.urandom(32)))
    checks.problem("a forged key", send("GET", "/api/servers", [("Authorization", f"Bearer {forged}")]), 401, "credentials-rejected")
    checks.problem("an agent token is no key", send("GET", "/api/servers", [("Authorization", f"Bearer {world.token}")]), 401, "credentials-rejected")
    checks.that("a key is deleted", world.person.call("DELETE", f"/api/keys/{made.json['id']}").status in (200, 204))
    checks.problem("a deleted key", send("GET", "/api/servers", bearer), 401, "credentials-rejected")


def plan(checks: Checks, world: World):
    statuses = [world.person.add_server(f"web-{number}").status for number in (2, 3)]
    checks.equal("the free plan holds three servers", [201, 201], statuses)
    checks.problem("the fourth server", world.person.add_server("web-4"), 403, "plan-limit-reached")


def pages(checks: Checks, world: World):
    for path in ("/", "/nowhere", "/api/nowhere"):
        checks.common_headers(f"GET {path}", world.client.send("GET", path), api=path.startswith("/api"))


def flood_of_guesses(checks: Checks, world: World):
    forged = str(Token.read(world.token).but(secret=os.urandom(32)))
    guesser, answers = Agent(world.client, forged), []
    for _ in range(1500):
        answers.append(guesser.post(b"{}"))
        if answers[-1].status == 429:
            break
    checks.equal("guesses are answered with 401, then 429", {401, 429}, {answer.status for answer in answers})
    checks.problem("one guess too many", answers[-1], 429, "rate-limited")
    checks.equal("a valid token from the same address is not slowed", 202, world.agent.post(report(cpu=1.0)).status)


def main() -> int:
    world = World(*sys.argv[1:5])
    checks = Checks()
    for title, part in (
        ("Own arithmetic", own_arithmetic), ("The connection", connection), ("Founding a team", founding), ("Sessions", sessions),
        ("Servers", servers), ("Metrics there and back", metrics_there_and_back), ("Tampered requests", tampering),
        ("Forged tokens", forged_tokens), ("Clocks", clocks), ("The order of checks", order_of_checks), ("Contents", contents),
        ("Rotated tokens", rotation), ("Another team", other_team), *backups.PARTS, *feeds.PARTS, ("API keys", api_keys), ("The free plan", plan), ("Pages", pages),
        ("A flood of guesses", flood_of_guesses),
    ):
        checks.section(title, part, world)
    print(f"{checks.held} held, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())

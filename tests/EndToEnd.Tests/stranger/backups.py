"""The stranger's backups: keeps what looks like sealed objects, gets it back, and then tries everything that must not work."""

import hashlib
import json
import os
import time
import urllib.parse
import uuid

from hostatlas_client import Agent, Token

BACKUPS = "/api/agent/backups/"


class Sealed:
    """Bytes that nobody but their owner could read."""

    def __init__(self, folder: str = "packs", size: int = 262_144):
        self.name, self.bytes = f"{folder}/{uuid.uuid4()}", os.urandom(size)

    @property
    def announced(self) -> dict:
        return {"name": self.name, "size": len(self.bytes), "sha256": hashlib.sha256(self.bytes).hexdigest()}


class Keeper:
    """The part of an agent that keeps backups."""

    def __init__(self, client, token: str):
        self.client, self.agent = client, Agent(client, token)

    def call(self, endpoint: str, **members):
        body = json.dumps({"request": str(uuid.uuid4()), **members}).encode()
        return self.agent.post(body, path=BACKUPS + endpoint)

    def begin(self, snapshot: str, parent=None, schedule=None):
        return self.call("begin", snapshot=snapshot, parent=parent, schedule=schedule, canaries={})

    def uploads(self, snapshot: str, objects=(), reused=()):
        return self.call("uploads", snapshot=snapshot, objects=[one.announced for one in objects], reused=list(reused))

    def commit(self, snapshot: str, root, objects: int, size: int):
        return self.call("commit", snapshot=snapshot, snapshotObject=root, objects=objects, bytes=size,
                         gate={"state": "open", "hitFiles": 0, "hits": []})

    def use(self, ticket: dict, body: bytes = b"", method=None, target=None, headers=()):
        parts = urllib.parse.urlsplit(ticket["url"])
        return self.client.send(method or ticket["method"], target or f"{parts.path}?{parts.query}",
                                [*ticket["headers"].items(), *headers], body)


def tickets_of(answer) -> dict:
    return {ticket["name"]: ticket for ticket in answer.json["tickets"]}


def a_chain(checks, world):
    keeper = Keeper(world.client, world.token)
    checks.equal("a server without backups lists none", (200, {"items": []}), (keeper.call("list").status, keeper.call("list").json))
    first, root, pack, index = str(uuid.uuid4()), Sealed("snapshots", 65_536), Sealed(), Sealed("indexes", 65_536)
    begun = keeper.begin(first, schedule="0 2 * * *")
    checks.equal("begin proceeds on an open chain that is being learned",
                 (200, {"decision": "proceed", "chain": "open", "learning": True, "epoch": "same", "accepted": []}), (begun.status, begun.json))
    checks.common_headers("begin", begun)
    checks.equal("begin again proceeds", 200, keeper.begin(first, schedule="0 2 * * *").status)
    granted = keeper.uploads(first, [root, pack, index], [f"packs/{uuid.uuid4()}"])
    checks.equal("uploads: three tickets, nothing present, one name gone", (200, 3, [], 1, []),
                 (granted.status, len(granted.json["tickets"]), granted.json["present"], len(granted.json["gone"]), granted.json["later"]))
    tickets = tickets_of(granted)
    checks.that("a ticket is a PUT over https within the server's own part", all(
        ticket["method"] == "PUT" and ticket["url"].startswith(f"{world.client.origin}/vault/{world.team}/{world.server}/{name}?")
        for name, ticket in tickets.items()), granted.body)
    checks.problem("a commit before its objects", keeper.commit(first, root.name, 3, 393_216), 409, "object-missing")
    for one in (root, pack, index):
        put = keeper.use(tickets[one.name], one.bytes)
        checks.that(f"PUT {one.name.split('/')[0]}", put.status in (200, 201) and put.body == b"" and not put.all("Set-Cookie"), put)
        checks.common_headers("PUT", put, api=False)
    checks.equal("uploads again: all present, none by ticket", ([], 3),
                 (keeper.uploads(first, [root, pack, index]).json["tickets"], len(keeper.uploads(first, [root, pack, index]).json["present"])))
    checks.problem("a commit that counts too few", keeper.commit(first, root.name, 2, 393_216), 409, "object-missing")
    checks.problem("a commit of too many bytes", keeper.commit(first, root.name, 3, 393_217), 409, "object-missing")
    done = keeper.commit(first, root.name, 3, 393_216)
    checks.equal("commit answers 201", 201, done.status)
    checks.equal("commit again answers 201", 201, keeper.commit(first, root.name, 3, 393_216).status)
    listed = keeper.call("list").json["items"]
    fingerprint = hashlib.sha256(root.bytes).hexdigest()[:16]
    checks.that("the list has it, with generation and fingerprint", len(listed) == 1 and abs(listed[0].pop("at") - time.time() * 1000) < 60_000
                and listed[0] == {"snapshot": first, "generation": 1, "fingerprint": fingerprint, "snapshotObject": root.name, "bytes": 393_216}, listed)
    downloads = keeper.call("downloads", objects=[pack.name, f"packs/{uuid.uuid4()}"])
    ticket = tickets_of(downloads)[pack.name]
    checks.equal("GET gives it back", (200, pack.bytes), (keeper.use(ticket).status, keeper.use(ticket).body))
    part = keeper.use(ticket, headers=[("Range", "bytes=16488-32887")])
    checks.equal("GET gives a range", (206, pack.bytes[16_488:32_888], "bytes 16488-32887/262144"), (part.status, part.body, part.header("Content-Range")))

    second, newer = str(uuid.uuid4()), Sealed("snapshots", 65_536)
    checks.problem("a run without the head as its parent", keeper.begin(second), 409, "conflict")
    checks.problem("a run with an unknown parent", keeper.begin(second, str(uuid.uuid4())), 409, "conflict")
    checks.equal("a run on the head", 200, keeper.begin(second, first).status)
    granted = keeper.uploads(second, [newer], [pack.name, index.name])
    checks.equal("reused objects are present", {pack.name, index.name}, set(granted.json["present"]))
    keeper.use(tickets_of(granted)[newer.name], newer.bytes)
    checks.equal("the second generation", 201, keeper.commit(second, newer.name, 3, 393_216).status)
    checks.equal("the list counts on", {1, 2}, {item["generation"] for item in keeper.call("list").json["items"]})
    people(checks, world, [second, first])


def people(checks, world, snapshots):
    shown = world.person.call("GET", f"/api/servers/{world.server}/backups")
    checks.common_headers("GET backups", shown)
    checks.equal("people see the snapshots", (200, "open", snapshots),
                 (shown.status, shown.json["status"], [item["snapshot"] for item in shown.json["items"]]))
    theirs = world.person.call("GET", f"/api/servers/{world.other_server}/backups")
    nobodys = world.person.call("GET", f"/api/servers/{uuid.uuid4()}/backups")
    checks.problem("another team's backups", theirs, 404, "not-found")
    checks.equal("they answer like those of nobody", nobodys.body, theirs.body)


def misused_tickets(checks, world):
    keeper, stranger = Keeper(world.client, world.token), Keeper(world.client, world.other_token)
    run, one, two = str(uuid.uuid4()), Sealed(size=1000), Sealed(size=1000)
    head = max(keeper.call("list").json["items"], key=lambda item: item["generation"])["snapshot"]
    keeper.begin(run, head)
    tickets = tickets_of(keeper.uploads(run, [one, two]))
    ticket, url = tickets[one.name], urllib.parse.urlsplit(tickets[one.name]["url"])
    query = url.query
    for name, target in {
        "for another object": urllib.parse.urlsplit(tickets[two.name]["url"]).path + "?" + query,
        "for another server": url.path.replace(world.server, world.other_server) + "?" + query,
        "for another team": url.path.replace(world.team, str(Token.read(world.other_token).team)) + "?" + query,
        "without its query": url.path,
        "with a later end": url.path + "?" + query.replace("expires=1", "expires=2"),
        "with something added": url.path + "?" + query + "&a=b",
    }.items():
        checks.problem(f"a ticket {name}", keeper.use(ticket, one.bytes, target=target), 401, "credentials-rejected", api=False)
    for name, path in {
        "dots": url.path.replace("packs/", "packs/../packs/"), "encoded dots": url.path.replace("packs/", "packs/%2e%2e/packs/"),
        "double slashes": url.path.replace("packs/", "packs//"), "upper case": url.path.upper(), "a trailing slash": url.path + "/",
        "an encoded slash": url.path.replace("packs/", "packs%2F"), "the root key": "/vault/../root.key",
    }.items():
        checks.problem(f"a ticket with {name}", keeper.use(ticket, one.bytes, target=f"{path}?{query}"), 404, "not-found", api=False)
    checks.problem("a ticket to put, to get", keeper.use(ticket, method="GET"), 401, "credentials-rejected", api=False)
    checks.problem("a ticket to put, to delete", keeper.use(ticket, method="DELETE"), 405, "method-not-allowed", api=False)
    checks.problem("other bytes", keeper.use(ticket, two.bytes), 422, "invalid-content", api=False)
    checks.problem("fewer bytes", keeper.use(ticket, one.bytes[:-1]), 422, "invalid-content", api=False)
    checks.equal("the right bytes still", 201, keeper.use(ticket, one.bytes).status)
    checks.problem("a second time", keeper.use(ticket, one.bytes), 409, "conflict", api=False)
    checks.problem("other bytes over it", keeper.use(ticket, two.bytes), 409, "conflict", api=False)
    early = world.client.send("PUT", f"/vault/{world.team}/{world.server}/packs/{uuid.uuid4()}", [], declared_length=33_554_433)
    checks.problem("more than 32 MiB declared, none of it sent", early, 413, "too-large", api=False)
    checks.that("413 does not wait for the body", early.seconds < 2, early.seconds)
    other = str(uuid.uuid4())
    stranger.begin(other)
    reused = stranger.uploads(other, reused=[one.name])
    checks.equal("another server's object cannot be reused", ([], [one.name]), (reused.json["present"], reused.json["gone"]))
    checks.equal("nor downloaded", ([], [one.name]), (lambda answer: (answer["tickets"], answer["gone"]))(stranger.call("downloads", objects=[one.name]).json))
    checks.problem("another server's run", stranger.uploads(run, [two]), 404, "not-found")


def wrong_bodies(checks, world):
    keeper, run = Keeper(world.client, world.token), str(uuid.uuid4())
    good = Sealed(size=10).announced
    for name, endpoint, members, pointer in (
        ("a run that is no uuid", "begin", {"snapshot": "one", "parent": None}, "/snapshot"),
        ("no parent at all", "begin", {"snapshot": run}, "/parent"),
        ("a schedule that is none", "begin", {"snapshot": run, "parent": None, "schedule": "daily"}, "/schedule"),
        ("a name that leads out", "uploads", {"snapshot": run, "objects": [{**good, "name": f"packs/../{uuid.uuid4()}"}], "reused": []}, "/objects/0/name"),
        ("a name twice", "uploads", {"snapshot": run, "objects": [good], "reused": [good["name"]]}, "/reused/0"),
        ("33 MiB", "uploads", {"snapshot": run, "objects": [{**good, "size": 33 << 20}], "reused": []}, "/objects/0/size"),
        ("half a hash", "uploads", {"snapshot": run, "objects": [{**good, "sha256": "ab"}], "reused": []}, "/objects/0/sha256"),
        ("5,001 names", "uploads", {"snapshot": run, "objects": [], "reused": [f"packs/{uuid.uuid4()}" for _ in range(5001)]}, "/reused"),
        ("a commit without a snapshot's object", "commit", {"snapshot": run, "objects": 0, "bytes": 0}, "/snapshotObject"),
        ("downloads of nothing", "downloads", {}, "/objects"),
    ):
        answer = keeper.call(endpoint, **members)
        if checks.problem(name, answer, 422, "invalid-content"):
            pointers = [error["pointer"] for error in answer.json["errors"]]
            checks.that(f"{name}: errors point at {pointer}", pointer in pointers, pointers)
    checks.problem("uploads of a run that never began", keeper.uploads(run, [Sealed(size=10)]), 404, "not-found")
    stamp, body = int(time.time()), json.dumps({"request": str(uuid.uuid4())}).encode()
    answers = [keeper.agent.post(body, path=BACKUPS + "list", timestamp=stamp) for _ in range(2)]
    checks.equal("the first of two", 200, answers[0].status)
    checks.problem("the very same request again", answers[1], 409, "request-replayed")
    headers = keeper.agent.headers(body, path=BACKUPS + "list")
    checks.problem("a signature for another endpoint", world.client.send("POST", BACKUPS + "begin", headers, body), 401, "credentials-rejected")


def a_freeze(checks, world):
    """The other team's server: it stays frozen."""
    keeper, run = Keeper(world.client, world.other_token), str(uuid.uuid4())
    keeper.begin(run)
    late = Sealed(size=100)
    ticket = tickets_of(keeper.uploads(run, [late]))[late.name]
    checks.problem("a critical verdict", keeper.commit(run, None, 0, 0), 423, "backups-frozen")
    checks.problem("begin while frozen", keeper.begin(str(uuid.uuid4())), 423, "backups-frozen")
    checks.problem("uploads while frozen", keeper.uploads(run, [late]), 423, "backups-frozen")
    checks.problem("a ticket from before the freeze", keeper.use(ticket, late.bytes), 423, "backups-frozen", api=False)
    checks.equal("list and downloads while frozen", (200, 200), (keeper.call("list").status, keeper.call("downloads", objects=[late.name]).status))
    shown = world.other.call("GET", f"/api/servers/{world.other_server}/backups").json
    checks.equal("people see the freeze", ("frozen", "frozen"), (shown["status"], shown["events"][0]["kind"]))


PARTS = (
    ("A chain of backups", a_chain), ("Misused tickets", misused_tickets), ("Wrong bodies of backups", wrong_bodies), ("A freeze", a_freeze),
)

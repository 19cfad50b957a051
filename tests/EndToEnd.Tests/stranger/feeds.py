"""The stranger's log lines, inventory and commands: there and back, and what must not work."""

import json
import os
import threading
import time
import uuid

from hostatlas_client import Agent, Client

AGENT = "/api/agent/"


def post(sender: Agent, endpoint: str, /, **members):
    return sender.post(json.dumps(members).encode(), path=AGENT + endpoint)


def fresh() -> str:
    return str(uuid.uuid4())


def logs_there_and_back(checks, world):
    now = int(time.time() * 1000)
    lines = [{"at": now - 2000, "source": "/var/log/auth.log", "text": "Accepted publickey for deploy"},
             {"at": now - 1000, "source": "/var/log/auth.log", "text": "Failed password for ROOT \u2603"},
             {"at": now - 1000, "source": "journald", "text": ""}, {"at": 1000, "source": "journald", "text": "long ago"}]
    body = json.dumps({"batch": fresh(), "lines": lines}).encode()
    stamp = int(time.time()) - 3
    sent = world.agent.post(body, path=AGENT + "logs", timestamp=stamp)
    checks.equal("lines answer 202", (202, {"lines": 3, "expired": 1}), (sent.status, sent.json))
    checks.problem("the very same lines again", world.agent.post(body, path=AGENT + "logs", timestamp=stamp), 409, "request-replayed")
    again = world.agent.post(body, path=AGENT + "logs", timestamp=stamp + 1)
    checks.equal("the same batch signed anew answers 202", (202, 3), (again.status, again.json["lines"]))
    path = f"/api/servers/{world.server}/logs"
    read = world.person.call("GET", path)
    checks.common_headers("the lines", read)
    kept = [line["text"] for line in read.json["items"]]
    checks.equal("each line is there once, the newest first", ("Accepted publickey for deploy", 3), (kept[-1], len(kept)))
    found = world.person.call("GET", path + "?text=failed%20PASSWORD&source=/var/log/auth.log").json["items"]
    checks.equal("a search in any case", [lines[1]], found)
    seen, cursor = [], ""
    while cursor is not None:
        page = world.person.call("GET", f"{path}?limit=1{'&cursor=' + cursor if cursor else ''}").json
        seen += [line["text"] for line in page["items"]]
        cursor = page["next"]
    checks.equal("pages of one", kept, seen)
    window = f"?from={now - 2000}&to={now - 1000}"
    checks.equal("from is inclusive and to exclusive", [lines[0]], world.person.call("GET", path + window).json["items"])
    for name, wrong in (("no lines", []), ("a line without a source", [{"at": now, "text": "x"}]), ("5,001 lines", lines[:1] * 5001),
                        ("a text beyond 64 KiB", [{"at": now, "source": "a", "text": "x" * 65_537}])):
        checks.problem(name, post(world.agent, "logs", batch=fresh(), lines=wrong), 422, "invalid-content")
    checks.problem("another team's lines", world.person.call("GET", f"/api/servers/{world.other_server}/logs"), 404, "not-found")


def inventory_there_and_back(checks, world):
    path = f"/api/servers/{world.server}/inventory"
    before = world.person.call("GET", path)
    checks.equal("before the first inventory there is none", (200, None, []), (before.status, before.json["receivedAt"], before.json["cron"]))
    inventory = {
        "host": {"os": "Debian GNU/Linux 12", "kernel": "6.1.0"},
        "cron": [{"schedule": "0 1 * * *", "user": "root", "command": "/bin/true", "source": "/etc/crontab"}],
        "certificates": [{"path": "/etc/ssl/a.pem", "subject": "CN=a", "issuer": "CN=b", "sans": ["a.example"], "fingerprint": "00",
                          "notBefore": "2026-01-01T00:00:00Z", "notAfter": "2027-01-01T00:00:00Z"}],
        "agent": {"version": "0.1", "started": "2026-01-01T00:00:00Z"},
    }
    checks.equal("an inventory answers 202", 202, post(world.agent, "inventory", request=fresh(), **inventory).status)
    shown = world.person.call("GET", path).json
    checks.equal("it is shown as it was sent", inventory, {name: shown[name] for name in inventory})
    checks.that("with the time it was received", shown["receivedAt"].startswith("20"), shown["receivedAt"])
    inventory["cron"] = [{"schedule": "0 1 * * *", "user": "root"}]
    refused = post(world.agent, "inventory", request=fresh(), **inventory)
    checks.problem("a cron item without a command", refused, 422, "invalid-content")
    checks.equal("422 points to what is missing", ["/cron/0/command", "/cron/0/source"], [error["pointer"] for error in refused.json["errors"]])


def commands_there_and_back(checks, world):
    path = f"/api/servers/{world.server}/commands"
    heard = []
    # On a connection of its own: nothing else is answered on one that a poll waits on.
    waiter = Agent(Client(world.url, os.path.join(world.data, "ca.pem")), world.token)
    waiting = threading.Thread(target=lambda: heard.append(post(waiter, "commands/poll", request=fresh(), wait=15)))
    waiting.start()
    asked = world.person.call("POST", path, {"kind": "backup.verify", "arguments": {"readDataPercent": 5}})
    checks.equal("a command is queued", (201, "queued"), (asked.status, asked.json["status"]))
    waiting.join(60)
    command = asked.json["id"]
    got = [(one["id"], one["kind"], one["arguments"]) for one in heard[0].json["commands"]] if heard else None
    checks.equal("a waiting poll hears of it", [(command, "backup.verify", {"readDataPercent": 5})], got)
    once_more = post(world.agent, "commands/poll", request=fresh(), wait=0).json["commands"]
    checks.equal("it comes again until its result is there", [command], [one["id"] for one in once_more])
    for number in (1, 2):
        result = post(world.agent, f"commands/{command}/result", request=fresh(), status="done", detail=f"said {number}")
        checks.equal(f"result {number} answers 202", 202, result.status)
    checks.equal("and then no more", {"commands": []}, post(world.agent, "commands/poll", request=fresh(), wait=0).json)
    listed = world.person.call("GET", path).json["items"][0]
    checks.equal("the first result counts", (command, "done", "said 1"), (listed["id"], listed["status"], listed["detail"]))
    own = {"kind": "agent.ping", "id": fresh()}
    checks.equal("a command with an id of one's own may be sent again", 1,
                 len({world.person.call("POST", path, own).body for _ in range(2)}))
    checks.problem("another command of that id", world.person.call("POST", path, {**own, "kind": "inventory.refresh"}), 409, "conflict")
    backups = [world.person.call("POST", path, {"kind": "backup.run"}).json["status"] for _ in range(2)]
    checks.equal("a second backup within five minutes is refused", ["queued", "refused"], backups)
    for name, wrong in (("a kind that nobody knows", {"kind": "shell.run"}), ("an argument that nobody knows",
                        {"kind": "agent.ping", "arguments": {"path": "/etc"}})):
        checks.problem(name, world.person.call("POST", path, wrong), 422, "invalid-content")
    while (full := world.person.call("POST", path, {"kind": "agent.ping"})).status == 201:
        pass
    checks.problem("a seventeenth command", full, 409, "conflict")
    checks.problem("a result of nothing", post(world.agent, f"commands/{fresh()}/result", request=fresh(), status="done", detail=""), 404, "not-found")
    checks.problem("a wait of 51 s", post(world.agent, "commands/poll", request=fresh(), wait=51), 422, "invalid-content")
    theirs = Agent(world.client, world.other_token)
    checks.equal("another team's agent hears nothing", {"commands": []}, post(theirs, "commands/poll", request=fresh(), wait=0).json)
    checks.problem("and may not answer", post(theirs, f"commands/{own['id']}/result", request=fresh(), status="done", detail=""), 404, "not-found")
    for one in post(world.agent, "commands/poll", request=fresh(), wait=0).json["commands"]:
        post(world.agent, f"commands/{one['id']}/result", request=fresh(), status="done", detail="")


PARTS = (("Log lines there and back", logs_there_and_back), ("The inventory", inventory_there_and_back), ("Commands", commands_there_and_back))

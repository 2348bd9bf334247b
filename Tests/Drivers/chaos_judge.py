"""The verdict of the chaos test: what the sandbox says was done, against what the clients believe."""

from collections import Counter


def judge(sandbox, clients, without_keys, log):
    """The problems, in words."""
    changes = sandbox.ask("GET", "/_sandbox/changes")
    assert changes["forgotten"] == 0, "the sandbox has forgotten changes"
    there = {entry["id"]: entry for entry in sandbox.ask("GET", "/_sandbox/events")["entries"]}
    done = {kind: Counter() for kind in ("create", "update", "cancel")}
    for change in changes["entries"]:
        done[change["change"]][change["event_id"]] += 1

    problems = ["client %d ended early: %r" % (c.number, c.failure) for c in clients if c.failure]
    believed = {event.id: event for client in clients for event in client.events}
    doubted = Counter(event.name for client in clients for event in client.perhaps)
    statuses = Counter()
    for client in clients:
        statuses.update(client.statuses)
        for operation in client.undecided:
            problems.append("%s of %s came to no end" % (operation.kind, operation.event.name))
    if not without_keys:
        log("%d creates stay unknown for good" % sum(doubted.values()))
    log("answers: " + ", ".join("%s %d: %d" % (*key, count) for key, count in sorted(statuses.items())))
    log(
        "%d creates believed, %d done; %d changes and %d cancels done"
        % (len(believed), len(done["create"]), sum(done["update"].values()), sum(done["cancel"].values()))
    )

    # Each event that was made is one that somebody believes in, and was made once.
    owners = {}
    for client in clients:
        for event in client.events:
            owners.setdefault(event.id, []).append("client %d by request %s" % (client.number, event.request))
    for event_id, all_owners in owners.items():
        if len(all_owners) > 1:
            problems.append("%s was answered to %s" % (event_id, " and to ".join(all_owners)))
    for event_id, count in done["create"].items():
        event = believed.get(event_id)
        name = there[event_id]["name"] if event_id in there else event_id
        if event is None and not doubted[name]:
            problems.append("%s was created and nobody knows of it" % name)
        if event is None:
            doubted[name] -= 1
    for event_id, event in believed.items():
        if not done["create"][event_id]:
            problems.append("%s is believed in and was never created" % event.name)
    names = Counter(entry["name"] for entry in there.values())
    for name, count in names.items():
        if count > 1 and name.startswith("chaos") and "twin" not in name:
            problems.append("%s is there %d times" % (name, count))

    # No acknowledged change is missing, none was done more often than it was asked for.
    for event_id, event in believed.items():
        if done["update"][event_id] > event.changes_asked:
            problems.append(
                "%s was changed %d times, asked were %d" % (event.name, done["update"][event_id], event.changes_asked)
            )
        entry = there.get(event_id)
        if entry is None:
            if not event.cancel_asked:
                problems.append("%s is gone, and nobody has asked for that" % event.name)
            continue
        if event.cancelled:
            problems.append("%s was cancelled and is still there" % event.name)
        for field, value in event.settings.items():
            found = entry["settings"].get(field)
            may_be = [value] + ([event.pending[field]] if field in event.pending else [])
            if found not in may_be:
                problems.append("%s has %s=%r, acknowledged was %r" % (event.name, field, found, value))

    # No cancel that nobody asked for.
    for event_id in done["cancel"]:
        event = believed.get(event_id)
        if event is None or not event.cancel_asked:
            problems.append("%s was cancelled, and nobody has asked for that" % (event.name if event else event_id))
    return problems

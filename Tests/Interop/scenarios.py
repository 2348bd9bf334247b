"""The scenarios by name, and what asks in each of them."""

from wire import MODERN, Session

OLD = "2025-11-25"
ERAS = OLD, MODERN
SCENARIOS = {revision: {} for revision in ERAS}


def scenario(*revisions):
    """Notes a scenario under the suite's name; it is called with what asks in that revision."""
    def note(function):
        name = function.__name__.replace("_", "-")
        for revision in revisions:
            SCENARIOS[revision][name] = function
        return function
    return note


class Both:
    """The same requests in either era."""

    def __init__(self, wire, revision):
        self.wire = wire
        self.revision = revision
        self.is_modern = revision == MODERN

    def session(self, answer=None):
        return Session(self.wire, self.revision, answer)

    def heard(self, method, params=None):
        """All messages that a request is answered with."""
        if self.is_modern:
            meta = (params or {}).pop("_meta", {})
            return self.wire.modern(method, params, meta)[1]
        return self.session().ask(method, params)

    def result(self, method, params=None):
        last = self.heard(method, params)[-1]
        assert "result" in last, last
        return last["result"]

    def call(self, tool, arguments=None):
        return self.result("tools/call", {"name": tool} if arguments is None else {"name": tool, "arguments": arguments})

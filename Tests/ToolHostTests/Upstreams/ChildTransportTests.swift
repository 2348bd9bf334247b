import Core
import Foundation
import IO
import MCP
import Synchronization
import Testing

@testable import ToolHost
@testable import ToolSources

/// A child in Python, and the transport to it on a loop.
private final class ChildStage: Sendable {
    private let loop: Loop
    private let transport: LoopBound<ChildTransport>
    private let arrivals: AsyncStream<UpstreamArrival>
    private let log: EventLog
    let state: String
    private let folder: CallFolder

    /// The beginning of each child: `send` writes a line, `messages` are those that come.
    private static let prelude = """
        import json, os, signal, sys, time
        def send(*lines):
            for line in lines:
                sys.stdout.write(line if isinstance(line, str) else json.dumps(line))
                sys.stdout.write("\\n")
            sys.stdout.flush()
        def answer(message, result): send({"jsonrpc": "2.0", "id": message["id"], "result": result})
        messages = map(json.loads, sys.stdin)

        """

    private init(
        _ script: String, program: String, variables: [PluginGrants.Variable], environment: [String: String],
        limits: UpstreamEntry.Limits
    ) async throws {
        let place = FileManager.default.temporaryDirectory.appending(path: "luma-" + UUID().uuidString)
            .path(percentEncoded: false)
        let (calls, events) = (CallFolder(below: place), EventLog())
        (state, folder, log) = (place, calls, events)
        loop = try Loop(label: "test")
        loop.start()
        let (stream, continuation) = AsyncStream<UpstreamArrival>.makeStream()
        arrivals = stream
        let child = UpstreamEntry.Child(
            command: [program, "python3", "-c", Self.prelude + script], sandbox: .standard, paths: [],
            variables: variables, hasNetwork: false)
        transport = await loop.perform { loop in
            let shared = ChildUpstreams(in: calls, patience: 0.2, environment: environment) { events.add($0) }
            let transport = ChildTransport("docs", child, limits: limits, shared, on: loop.reactor)
            transport.arrived = { continuation.yield($0) }
            return LoopBound(transport, on: loop.executor)
        }
    }

    /// Lets `body` use it, opened, and ends it; nothing may be left of it then.
    static func with(
        _ script: String, program: String = "/usr/bin/env", variables: [PluginGrants.Variable] = [],
        environment: [String: String] = [:], limits: UpstreamEntry.Limits = UpstreamEntry.Limits(),
        isOpened: Bool = true, _ body: (ChildStage) async throws -> Void
    ) async throws {
        let stage = try await ChildStage(
            script, program: program, variables: variables, environment: environment, limits: limits)
        defer { try? FileManager.default.removeItem(atPath: stage.state) }
        if isOpened { try await stage.open() }
        try await body(stage)
        await stage.close()
        await stage.folder.remove()
        #expect(try FileManager.default.contentsOfDirectory(atPath: stage.state) == [])
        await stage.loop.stop()
    }

    func open() async throws { try await loop.open(transport) }

    func close() async { await loop.close(transport) }

    func send(_ id: Int, _ method: String = "tools/list", _ params: JSONObject = [:]) async {
        let transport = transport
        let message = UpstreamMessage(
            kind: .request(id: id, name: nil), method: method, revision: .november2025, isFirst: false,
            octets: JSON.object([
                "jsonrpc": "2.0", "id": .number(JSONNumber(id)), "method": .string(method), "params": .object(params),
            ]).encoded)
        await loop.perform { loop in
            transport.value.send(message, deadline: loop.reactor.now.advanced(seconds: 300))
        }
    }

    /// The next thing that arrives.
    func next() async -> UpstreamArrival? {
        for await arrival in arrivals { return arrival }
        return nil
    }

    /// The next message; nil when something else arrives.
    func message() async -> JSON? {
        if case .message(let json, request: nil) = await next() { return json }
        return nil
    }

    /// The fault with which the conversation ends, or the next request.
    func fault() async -> UpstreamFault? {
        while let arrival = await next() {
            switch arrival {
            case .closed(let fault), .failed(_, let fault): return fault
            default: continue
            }
        }
        return nil
    }

    /// What it has written beside its messages, as the log has it.
    var notes: [String] { log.events.compactMap { event in event.fields.first { $0.name == "text" }?.value } }
    var omissions: [String] { log.events.compactMap { event in event.fields.first { $0.name == "lines" }?.value } }
}

private final class EventLog: Sendable {
    private let list = Mutex<[HostEvent]>([])

    var events: [HostEvent] { list.withLock { $0 } }

    func add(_ event: HostEvent) { list.withLock { $0.append(event) } }
}

extension Loop {
    fileprivate func open(_ transport: LoopBound<ChildTransport>) async throws {
        try await transport.value.open()
        #expect(executor.isCurrent)
    }

    fileprivate func close(_ transport: LoopBound<ChildTransport>) async {
        await transport.value.close(by: reactor.now.advanced(seconds: 1))
    }
}

/// True when no process has this number, not even one that waits to be reaped.
private func isGone(_ process: Int?) -> Bool {
    guard let process else { return false }
    return kill(pid_t(process), 0) == -1 && errno == ESRCH
}

@Suite struct ChildTransportTests {
    private static let echo = """
        for message in messages:
            if message["method"] == "exit": os._exit(3)
            if message["method"] == "id": answer(message, os.getpid())
            if message["method"] == "big": answer(message, "x" * message["params"]["count"])
            if message["method"] == "tools/list": answer(message, {"method": message["method"]})
        """

    @Test func aRequestHasItsAnswer() async throws {
        try await ChildStage.with(Self.echo) { stage in
            for id in 1...3 { await stage.send(id) }
            for id in 1...3 {
                let message = await stage.message()
                #expect(message?["id"]?.intValue == id && message?["result"]?["method"]?.stringValue == "tools/list")
            }
        }
    }

    /// Nothing of the gateway's own environment comes to it but what its entry grants.
    @Test func theEnvironmentIsMadeFromNothing() async throws {
        let script = """
            for message in messages:
                answer(message, {"names": sorted(os.environ), "granted": [os.environ.get(n) for n in ("A", "B", "C", "D")],
                    "home": os.environ["HOME"] == os.getcwd(), "umask": oct(os.umask(0))})
            """
        let variables = [
            PluginGrants.Variable(name: "A", source: .literal("one")),
            PluginGrants.Variable(name: "B", source: .environment("GIVEN", fallback: nil)),
            PluginGrants.Variable(name: "C", source: .secret("TOKEN")),
            PluginGrants.Variable(name: "D", source: .environment("ABSENT", fallback: "four")),
        ]
        let environment = [
            "GIVEN": "two", "TOKEN": "three-secret", "LUMA_API_KEY": "key", "HTTPS_PROXY": "http://proxy.example",
        ]
        try await ChildStage.with(script, variables: variables, environment: environment) { stage in
            await stage.send(1)
            let result = await stage.message()?["result"]
            #expect(result?["granted"] == ["one", "two", "[removed]", "four"])
            #expect(result?["home"] == true && result?["umask"] == "0o77")
            #expect(
                result?["names"]?.arrayValue?.compactMap(\.stringValue) == [
                    "A", "B", "C", "D", "HOME", "LANG", "LC_ALL", "NO_COLOR", "PATH", "PYTHONDONTWRITEBYTECODE",
                    "PYTHONIOENCODING", "PYTHONUNBUFFERED", "TERM", "TMPDIR",
                ])
        }
    }

    @Test func whatIsGrantedAndNotThereIsSaid() async throws {
        let variables = [PluginGrants.Variable(name: "A", source: .secret("TOKEN"))]
        try await ChildStage.with(Self.echo, variables: variables, isOpened: false) { stage in
            await #expect(throws: UpstreamFault(.unreachable, mayHaveRun: false, "the secret TOKEN is not set (env)")) {
                try await stage.open()
            }
        }
    }

    /// Its standard error output goes to the log: without secrets and commands to terminals, and no more than anybody reads.
    @Test func whatItWritesBesideIsLogged() async throws {
        let script = """
            print("\\x1b[31mred\\x1b[0m Bearer three-secret\\u200b", file=sys.stderr, flush=True)
            for number in range(50): print("more", file=sys.stderr)
            sys.stderr.flush()
            for message in messages: answer(message, 1)
            """
        let variables = [PluginGrants.Variable(name: "A", source: .secret("TOKEN"))]
        try await ChildStage.with(script, variables: variables, environment: ["TOKEN": "three-secret"]) { stage in
            await stage.send(1)
            #expect(await stage.message() != nil)
            await stage.close()
            #expect(stage.notes.first == "red Bearer [removed]" && stage.notes.count == 20)
            #expect(stage.omissions == ["31"])
        }
    }

    /// What it was given is for it alone, wherever in a message it says it.
    @Test func aSecretThatItRepeatsIsRemoved() async throws {
        let script = """
            for message in messages:
                secret = os.environ["A"]
                answer(message, {"text": "Bearer " + secret, "in": [{secret: 1}]})
            """
        let variables = [PluginGrants.Variable(name: "A", source: .secret("TOKEN"))]
        try await ChildStage.with(script, variables: variables, environment: ["TOKEN": "three-secret"]) { stage in
            await stage.send(1)
            let expected: JSON = ["text": "Bearer [removed]", "in": [["[removed]": 1]]]
            #expect(await stage.message()?["result"] == expected)
        }
    }

    @Test func aBannerIsPassedOver() async throws {
        let script = """
            send("Welcome!", "", "[1, 2", "7", '"text"')
            for message in messages: send([{"jsonrpc": "2.0", "id": message["id"], "result": {}}, {"method": "x"}])
            """
        try await ChildStage.with(script) { stage in
            for _ in 0..<4 {
                guard case .garbage = await stage.next() else {
                    Issue.record("a line that is no message was taken for one")
                    return
                }
            }
            await stage.send(1)
            // Both parts of a batch.
            #expect(await stage.message()?["id"]?.intValue == 1)
            #expect(await stage.message()?["method"]?.stringValue == "x")
            #expect(stage.notes.contains("Welcome!"))
        }
    }

    @Test func whoWritesNothingElseIsEnded() async throws {
        try await ChildStage.with("send(str(os.getpid()))\nwhile True: send('yes')") { stage in
            #expect(await stage.fault()?.kind == .malformed)
            await stage.close()
            #expect(isGone(stage.notes.first.flatMap(Int.init)))
        }
    }

    @Test func anAnswerThatIsTooLongEndsItsRequestAlone() async throws {
        var limits = UpstreamEntry.Limits()
        limits.resultBytes = 100_000
        try await ChildStage.with(Self.echo, limits: limits) { stage in
            await stage.send(1, "big", ["count": 500_000])
            guard case .failed(request: 1, let fault) = await stage.next() else {
                Issue.record("the request has not failed")
                return
            }
            #expect(fault.kind == .tooLarge && fault.mayHaveRun)
            await stage.send(2, "big", ["count": 100_000])
            #expect(await stage.message()?["result"]?.stringValue?.utf8.count == 100_000)
        }
    }

    /// It would wait for as long as a call may take.
    @Test func anAnswerThatCannotBeReadEndsItsRequestAlone() async throws {
        let script = """
            first, second, third = next(messages), next(messages), next(messages)
            send("{ no answer }")
            deep = "[" * 100 + "]" * 100
            send('{"jsonrpc": "2.0", "result": {"a": %s}, "id": %d}' % (deep, second["id"]))
            send('{"jsonrpc": "2.0", "id": %d, "result": {"a": NaN}}' % third["id"])
            # To nobody.
            send('{"jsonrpc": "2.0", "id": 77, "result": {"a": NaN}}')
            answer(first, {"a": 1})
            for message in messages: pass
            """
        try await ChildStage.with(script) { (stage: ChildStage) async throws in
            for id in 1...3 { await stage.send(id) }
            guard case .garbage = await stage.next(), case .failed(request: 2, let deep) = await stage.next(),
                case .failed(request: 3, let wrong) = await stage.next(), case .garbage = await stage.next()
            else {
                Issue.record("the requests have not failed")
                return
            }
            #expect(deep.kind == .malformed && deep.mayHaveRun && wrong.kind == .malformed)
            #expect(deep.text == "its answer cannot be read: objects and arrays are nested too deeply")
            #expect(await stage.message()?["id"] == 1)
        }
    }

    @Test func itsEndIsToldAtOnceAndItCanBeOpenedAgain() async throws {
        try await ChildStage.with(Self.echo) { stage in
            await stage.send(1, "id")
            let first = await stage.message()?["result"]?.intValue
            await stage.send(2, "exit")
            let fault = await stage.fault()
            #expect(fault?.kind == .lost && fault?.mayHaveRun == true)
            await stage.send(3)
            #expect(await stage.fault()?.mayHaveRun == false)
            try await stage.open()
            await stage.send(4, "id")
            let second = await stage.message()?["result"]?.intValue
            #expect(second != nil && second != first && isGone(first))
        }
    }

    @Test func whatCannotBeStartedIsUnreachable() async throws {
        try await ChildStage.with("", program: "/does/not/exist") { stage in
            let fault = await stage.fault()
            #expect(fault?.kind == .unreachable && fault?.mayHaveRun == false)
        }
        try await ChildStage.with("os.close(1)\ntime.sleep(1000)") { stage in
            #expect(await stage.fault()?.kind == .lost)
        }
    }

    @Test func itEndsHoweverItResists() async throws {
        let script = """
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            helper = os.fork()
            while helper == 0: time.sleep(1000)
            send({"jsonrpc": "2.0", "method": "ready", "params": {"all": [os.getpid(), helper]}})
            while True: time.sleep(1000)
            """
        try await ChildStage.with(script) { stage in
            let processes = await stage.message()?["params"]?["all"]?.arrayValue?.compactMap(\.intValue) ?? []
            #expect(processes.count == 2)
            await stage.close()
            for process in processes { #expect(isGone(process)) }
        }
    }

    @Test func whoReadsNothingIsNotWrittenToWithoutEnd() async throws {
        try await ChildStage.with("time.sleep(1000)") { stage in
            for id in 1...12 { await stage.send(id, "big", ["text": .string(String(repeating: "x", count: 1 << 20))]) }
            let fault = await stage.fault()
            #expect(fault?.kind == .busy && fault?.mayHaveRun == false)
        }
    }
}

import Core
import MCP

/// A sink that keeps what is sent and answers what is asked from a list.
final class ListeningSink: Sink {
    var sent: [JSONRPCMessage] = []
    var asked: [(method: String, params: JSONObject?)] = []
    var answers: [JSON] = []
    /// What the client says instead of an answer.
    var failure: JSONRPCError?

    func send(_ message: JSONRPCMessage) { sent.append(message) }

    func ask(_ method: String, _ params: JSONObject?) async throws(CallFailure) -> JSON {
        asked.append((method, params))
        if let failure { throw .error(failure) }
        guard !answers.isEmpty else { throw .cancelled }
        return answers.removeFirst()
    }

    func withdraw() {}
}

/// A seal that anyone could break, but not by chance, and a clock that stands still.
final class WeakSeal: StateSeal {
    var now = Timestamp(milliseconds: 1_800_000_000_000)
    private var nonces = 0

    func nonce() -> String {
        nonces += 1
        return "n\(nonces)"
    }

    func seal(_ payload: [UInt8]) -> String { digest(payload) + "." + String(decoding: payload, as: UTF8.self) }

    func open(_ text: String) -> [UInt8]? {
        guard let dot = text.firstIndex(of: ".") else { return nil }
        let payload = Array(text[text.index(after: dot)...].utf8)
        return digest(payload) == text[..<dot] ? payload : nil
    }

    /// Read backwards it is no secret, but nothing that anybody reads by chance.
    func encrypt(_ payload: [UInt8]) -> String? { String(seal(payload).reversed()) }
    func decrypt(_ text: String) -> [UInt8]? { open(String(text.reversed())) }

    func digest(_ bytes: [UInt8]) -> String {
        String(bytes.reduce(14_695_981_039_346_656_037 as UInt64) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }, radix: 16)
    }
}

/// A small server with one of everything.
enum Fixture {
    static let server: ServerInfo = {
        var server = ServerInfo(
            name: "fixture", title: "Fixture", version: "1.2.3", description: "Says what the tests want.",
            instructions: { shows in shows("change") ? "Use change well." : "Use it well." })
        server.icons = [Icon(source: "data:image/png;base64,AA==", mimeType: "image/png", size: "32x32")]
        return server
    }()

    static func dispatcher(_ change: (inout Registry) -> Void = { _ in }, pageSize: Int = 50) -> Dispatcher {
        var registry = self.registry
        change(&registry)
        return Dispatcher(registry, server: server, seal: WeakSeal(), rounds: OpenRounds(), pageSize: pageSize)
    }

    static func caller(
        _ revision: Revision, _ capabilities: JSON = [:], principal: Principal = .local
    ) -> Caller {
        let capabilities = ClientCapabilities(capabilities)
        if revision.era == .modern {
            return Caller(revision: revision, capabilities: capabilities, principal: principal)
        }
        return Caller(Session(revision: revision, capabilities: capabilities, principal: principal))
    }

    static let legacy = Revision.allCases.filter { $0.era == .legacy }
    static let hints = Tool.Hints(readOnly: true, destructive: false, idempotent: true, openWorld: false)
    static let none: JSONObject = ["type": "object", "additionalProperties": false]

    static func tool(
        _ name: String, input: JSONObject = none, output: JSONObject? = nil, scope: Principal.Scopes = .read,
        _ handler: @escaping Tool.Handler
    ) -> Tool {
        Tool(
            name, title: "T \(name)", description: "Does \(name).", input: input, output: output, hints: hints,
            scope: scope, handler: handler)
    }

    static let confirmation: JSONObject = [
        "type": "object", "properties": ["sure": ["type": "boolean", "description": "Really?"]], "required": ["sure"],
    ]

    static var registry: Registry {
        var registry = Registry()
        registry.add(
            tool(
                "echo",
                input: ["type": "object", "properties": ["text": ["type": "string"]], "required": ["text"]],
                output: ["type": "object", "properties": ["said": ["type": "string"]], "required": ["said"]]
            ) { _, arguments throws(CallFailure) in .structured(["said": arguments["text"] ?? .null]) })
        registry.add(
            tool("everything") { _, _ throws(CallFailure) in
                ToolResult([
                    .text("a"), .image(base64: "AA==", mimeType: "image/png"),
                    .audio(base64: "AA==", mimeType: "audio/wav"),
                    .link(uri: "luma://x", name: "x", mimeType: "text/plain"),
                    .resource(ResourceContents(uri: "test://static", mimeType: "text/plain", .text("t"))),
                ])
            })
        registry.add(
            tool("chatty") { call, _ throws(CallFailure) in
                call.progress(0, of: 2, "begun")
                call.progress(0, of: 2, "not more than before")
                call.progress(1.5, of: 2)
                call.log(.debug, "fine print")
                call.log(.warning, ["look": "here"], logger: "chatty")
                return .text("done")
            })
        registry.add(
            tool("confirm") { call, _ throws(CallFailure) in
                switch try await call.elicit("sure", "Are you sure?", schema: confirmation, state: ["step": 1]) {
                case .accepted(let content): .text("accepted \(content["sure"]?.boolValue == true)")
                case .declined: .text("declined")
                case .cancelled: .text("cancelled")
                }
            })
        registry.add(
            tool("two_questions") { call, _ throws(CallFailure) in
                let first = try await call.elicit("a", "First?", schema: confirmation)
                let second = try await call.elicit("b", "Second?", schema: confirmation)
                return .text("\(first == second)")
            })
        registry.add(
            tool("model") { call, _ throws(CallFailure) in
                let answer = try await call.ask([
                    (
                        "m",
                        .sample([
                            "messages": [["role": "user", "content": ["type": "text", "text": "Hi"]]], "maxTokens": 5,
                        ])
                    )
                ])[0]
                return .text(answer["content"]?["text"]?.stringValue ?? "?")
            })
        registry.add(tool("change", scope: .write) { _, _ throws(CallFailure) in .text("changed") })
        registry.add(
            tool("broken") { _, _ throws(CallFailure) in throw .error(.internalError()) })
        registry.add(
            Prompt(
                "greet", title: "Greet", description: "Greets somebody.",
                arguments: [
                    Prompt.Argument("who", "Whom", required: true) { _, begun throws(CallFailure) in
                        ["ada", "alan", "grace"].filter { $0.hasPrefix(begun) }
                    },
                    Prompt.Argument("how", "In what way"),
                ]
            ) { _, arguments throws(CallFailure) in
                [
                    Prompt.Message(.user, .text("Hello \(arguments["who"] ?? "")")),
                    Prompt.Message(.assistant, .image(base64: "AA==", mimeType: "image/png")),
                ]
            })
        registry.add(
            Resource(
                "test://static", name: "static", title: "Static", description: "Never changes.",
                mimeType: "text/plain"
            ) { _, uri throws(CallFailure) in [ResourceContents(uri: uri, mimeType: "text/plain", .text("still"))] })
        registry.add(
            Resource(
                "test://binary", name: "binary", title: "Binary", description: "Bytes.", mimeType: "image/png"
            ) { _, uri throws(CallFailure) in
                [ResourceContents(uri: uri, mimeType: "image/png", .blob(base64: "AA=="))]
            })
        registry.add(
            ResourceTemplate(
                "test://items/{id}", name: "items", title: "Items", description: "One of many.",
                mimeType: "application/json",
                completers: ["id": { _, _ throws(CallFailure) in (1...150).map { "item-\($0)" } }]
            ) { _, uri, variables throws(CallFailure) in
                guard variables["id"] != "none" else { throw .notFound(uri: uri) }
                return [ResourceContents(uri: uri, json: ["id": .string(variables["id"] ?? "")])]
            })
        return registry
    }
}

/// Asks the fixture and shortens what it says.
struct Asker {
    let dispatcher: Dispatcher
    let caller: Caller
    let sink = ListeningSink()

    init(_ revision: Revision, _ capabilities: JSON = [:], dispatcher: Dispatcher = Fixture.dispatcher()) {
        self.dispatcher = dispatcher
        caller = Fixture.caller(revision, capabilities)
    }

    func outcome(_ method: String, _ params: JSONObject? = nil, id: JSONRPCID = JSONRPCID(1)) async
        -> Dispatcher.Outcome
    {
        await dispatcher.serve(.request(id: id, method: method, params: params), from: caller, to: sink)
    }

    /// The result; nil for an error.
    func result(_ method: String, _ params: JSONObject? = nil) async -> JSON? {
        if case .answer(.response(_, let result)) = await outcome(method, params) { result } else { nil }
    }

    /// The error; nil for a result.
    func error(_ method: String, _ params: JSONObject? = nil) async -> JSONRPCError? {
        if case .answer(.failure(_, let error)) = await outcome(method, params) { error } else { nil }
    }

    func call(_ tool: String, _ arguments: JSON = [:]) async -> JSON? {
        await result("tools/call", ["name": .string(tool), "arguments": arguments])
    }
}

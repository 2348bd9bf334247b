import Core
import HTTP
import MCP
import Testing

@testable import ToolSources

/// Documents, and calls of their tools with answers from a script.
enum ForwarderFixture {
    static func lookup(_ settings: [String: String]) -> ForwarderLookup {
        ForwarderLookup(environment: { settings[$0] }, secret: { settings[$0].map { Secret($0) } })
    }

    static func read(_ text: String, _ settings: [String: String] = [:]) -> ForwarderReading {
        ForwarderDocument.read(Array(text.utf8), lookup: lookup(settings))
    }

    /// A service with these tools.
    /// - Parameters:
    ///   - tools: objects in JSON, with commas between them.
    ///   - upstream: further members of `upstream`, each with a comma before it.
    static func forwarder(
        _ tools: String, upstream: String = "", _ settings: [String: String] = [:]
    ) throws -> Forwarder {
        let reading = read(
            #"""
            {"format": 1, "name": "test", "upstream": {"base": "https://service.example/base"\#(upstream)},
             "tools": [\#(tools)]}
            """#, settings)
        #expect(reading.problems.map(\.line) == [])
        return try #require(reading.forwarder)
    }

    /// A tool that takes anything, with these further members.
    static func tool(_ members: String) -> String {
        #"""
        {"name": "tool", "label": "Work",
         "input": {"type": "object", "additionalProperties": true,
                   "properties": {"a": {}, "b": {}, "c": {}, "list": {"type": "array"}}},
         \#(members)}
        """#
    }

    struct Missing: Error { let name: String }

    static func answer(_ status: Int, _ body: String = "", _ fields: [Field] = []) -> OutboundResponse {
        OutboundResponse(status: status, fields: fields, body: Array(body.utf8))
    }
}

/// One call, played against a script.
struct ForwarderPlay {
    enum Event {
        case answer(OutboundResponse)
        case fail(TransportError)

        static func status(_ status: Int, _ body: String = "", _ fields: [Field] = []) -> Event {
            .answer(ForwarderFixture.answer(status, body, fields))
        }

        static func lost(_ cause: TransportError.Cause, neverSent: Bool = false) -> Event {
            .fail(TransportError(cause, neverSent: neverSent))
        }
    }

    static let epoch = Timestamp(milliseconds: 1_800_000_000_000)

    var call: ForwarderCall
    var random = SeededGenerator(seed: 7)
    var now = MonotonicTime(nanoseconds: 0)
    /// Everything that was sent.
    var sent: [ForwarderRequest] = []
    /// Every pause, in seconds.
    var pauses: [Double] = []
    /// What the token manager was asked.
    var asked: [String] = []
    /// The tokens that it gives, one after another.
    var tokens: [ForwarderCredentials] = []

    init(_ forwarder: Forwarder, _ name: String, _ arguments: JSONObject, seconds: Double = 60) throws {
        let tool = try #require(forwarder.tool(name))
        call = ForwarderCall(
            tool, of: forwarder, arguments: arguments, requestID: "req-1",
            deadline: MonotonicTime(nanoseconds: 0).advanced(seconds: seconds))
    }

    var moment: ForwarderCall.Moment { .init(now: now, wallClock: Self.epoch) }

    /// Plays the call to its end; the script must be as long as the call.
    mutating func run(_ script: [Event]) throws -> ForwarderOutcome {
        var script = script[...]
        var action = call.begin()
        for _ in 0..<100 {
            switch action {
            case .authorize:
                asked.append("token")
                action = take()
            case .reauthorize(let generation, let isRepeated):
                asked.append("refused \(generation)\(isRepeated ? " again" : "")")
                action =
                    isRepeated ? call.refused(ForwarderFailure(.auth, "the service refuses the token")) : take()
            case .send(let request):
                sent.append(request)
                let event = script.popFirst()
                switch try #require(event, "more requests than the script has") {
                case .answer(let answer): action = call.answered(answer, at: moment, random: &random)
                case .fail(let error): action = call.failed(error, at: moment, random: &random)
                }
            case .wait(let seconds):
                pauses.append(seconds)
                now = now.advanced(seconds: seconds)
                action = call.waited()
            case .end(let outcome):
                #expect(script.isEmpty, "fewer requests than the script has")
                return outcome
            }
        }
        throw ForwarderFixture.Missing(name: "an end")
    }

    private mutating func take() -> ForwarderCall.Action {
        guard !tokens.isEmpty else { return call.refused(ForwarderFailure(.auth, "no token")) }
        return call.authorized(tokens.removeFirst())
    }

    /// Plays a call that sends one request, and gives that.
    static func request(
        _ forwarder: Forwarder, _ name: String, _ arguments: JSONObject
    ) throws -> Result<ForwarderRequest, ForwarderFailure> {
        var play = try ForwarderPlay(forwarder, name, arguments)
        switch play.call.begin() {
        case .send(let request): return .success(request)
        case .end(let outcome): return .failure(try #require(outcome.failure))
        case .authorize, .reauthorize, .wait: throw ForwarderFixture.Missing(name: "a request")
        }
    }
}

extension ForwarderRequest {
    subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// Method and URL on one line.
    var line: String { "\(method.rawValue) \(url)" }
}

extension ForwarderOutcome {
    /// The texts that a model reads.
    var texts: [String] { content.compactMap(\.text) }
}

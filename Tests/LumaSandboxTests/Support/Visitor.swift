import Core
import HTTP
import LumaAPI
import Testing

@testable import LumaSandbox

/// One client with a sandbox and a clock of its own.
struct Visitor {
    var sandbox: Sandbox
    /// 2026-06-01T12:00:00Z.
    var now = Timestamp(milliseconds: 1_780_315_200_000)
    var monotonic = MonotonicTime(nanoseconds: 5_000_000_000)
    var key: String? = "secret-1"

    init(_ configuration: SandboxConfiguration = SandboxConfiguration(rateLimit: 100_000)) {
        sandbox = Sandbox(configuration)
    }

    mutating func advance(seconds: Double) {
        now = Timestamp(milliseconds: now.milliseconds + Int64(seconds * 1000))
        monotonic = monotonic.advanced(seconds: seconds)
    }

    mutating func send(_ request: SandboxRequest) -> Reply {
        let response = sandbox.handle(request, now: now, monotonic: monotonic)
        return Reply(
            status: response.status, fields: response.fields, json: (try? JSON.parse(response.body)) ?? "no JSON")
    }

    mutating func get(_ path: String, _ query: KeyValuePairs<String, String> = [:]) -> Reply {
        send(SandboxRequest(method: .get, path: path, query: query.map { ($0.key, $0.value) }, apiKey: key))
    }

    mutating func post(_ path: String, _ body: JSON) -> Reply { post(path, bytes: body.encoded) }

    mutating func post(_ path: String, bytes: [UInt8], contentType: String? = "application/json") -> Reply {
        send(SandboxRequest(method: .post, path: path, apiKey: key, contentType: contentType, body: bytes))
    }

    /// Creates an event and gives its id.
    mutating func create(_ changes: JSON = [:], _ place: SourceLocation = #_sourceLocation) throws -> String {
        var body: JSONObject = ["name": "Event", "start_at": "2026-07-01T18:00:00Z", "timezone": "Europe/Berlin"]
        for (name, value) in changes.objectValue?.members ?? [] { body[name] = value }
        let reply = post("/v1/events/create", .object(body))
        #expect(reply.status == 200, "\(reply.json)", sourceLocation: place)
        return try #require(reply.json["id"]?.stringValue, sourceLocation: place)
    }

    /// The id of the seeded event of this name.
    mutating func seeded(_ name: String) throws -> String {
        let entries = get("/_sandbox/events").json["entries"]?.arrayValue ?? []
        return try #require(entries.first { $0["name"]?.stringValue == name }?["id"]?.stringValue)
    }
}

struct Reply {
    let status: Int
    let fields: [Field]
    let json: JSON

    subscript(field name: String) -> String? { fields.first { $0.name == name }?.value }
    var message: String { json["message"]?.stringValue ?? "" }
    var entries: [JSON] { json["entries"]?.arrayValue ?? [] }
    var names: [String] { entries.compactMap { $0["name"]?.stringValue } }

    /// An error in Luma's shape, with these words in its message.
    func expectRefusal(_ status: Int, _ words: String, _ place: SourceLocation = #_sourceLocation) {
        #expect(self.status == status, "\(json)", sourceLocation: place)
        #expect(json.objectValue?.names == ["message", "code"], sourceLocation: place)
        #expect(json["code"] == .some(.null), sourceLocation: place)
        #expect(message.contains(words), "\(message)", sourceLocation: place)
    }
}

import Core
import GatewayAPI
import HTTP
import LumaSandbox

extension OpenAPIExamples {
    /// With events and pages that the emulator answers.
    init(templates: TemplateCatalog) {
        var sandbox = Sandbox(SandboxConfiguration(seed: 7, startsWithEvents: false))
        // 2027-01-15T12:00:00Z.
        let now = Timestamp(milliseconds: 1_800_014_400_000)
        func ask(_ method: Method, _ path: String, query: [(name: String, value: String)] = [], body: JSON = [:])
            -> JSON
        {
            let request = SandboxRequest(
                method: method, path: path, query: query, apiKey: "example", body: body.encoded)
            let answer = sandbox.handle(request, now: now, monotonic: MonotonicTime(nanoseconds: 0))
            return (try? JSON.parse(answer.body)) ?? .null
        }
        var created = Self.newEvent
        created["start_at"] = "2027-07-01T23:00:00.000Z"
        let id = ask(.post, "/v1/events/create", body: .object(created))["id"]?.stringValue ?? ""
        let event = ask(.get, "/v1/events/get", query: [("event_id", id)])
        let list = ask(.get, "/v1/calendars/events/list")
        self.init(templates: templates, event: event, entries: list["entries"] ?? [])
    }
}

import Core
import HTTP
import LumaClient
import TestKit

@testable import Gateway

/// The service behind `/events` with a scripted Luma and a clock that jumps to the end of each sleep.
struct ScriptedService {
    let transport: ScriptedTransport
    let service: EventsService
    let call: UpstreamCall

    init(_ transport: ScriptedTransport) {
        let clock = ManualClock(isAutomatic: true)
        self.transport = transport
        service = EventsService(
            luma: LumaClient(
                settings: .init(baseURL: "https://luma.test", apiKey: Secret("secret-abc")),
                account: LumaAccount(BudgetSettings()), transport: transport, time: clock,
                random: SeededGenerator(seed: 1)),
            zones: SystemZones.database, templates: TemplateCatalog())
        call = UpstreamCall(deadline: clock.now.advanced(seconds: 60), context: CallContext())
    }

    /// A request as the router gives it.
    static func input(
        _ endpoint: Endpoint, parameter: String? = nil, query: [(name: String, value: String)] = [], body: JSON? = nil
    ) -> RequestInput {
        var input = RequestInput(endpoint: endpoint, parameter: parameter)
        input.query = query
        input.body = body?.encoded ?? []
        return input
    }

    static let party: JSON = ["name": "Tea", "start_at": "2027-05-01T18:00:00Z", "timezone": "Europe/Berlin"]
}

/// The error of a service's method; nil when it answers.
func apiError(of body: () async throws -> Response) async -> APIError? {
    do { _ = try await body() } catch { return error as? APIError }
    return nil
}

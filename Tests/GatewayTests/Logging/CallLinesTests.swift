import Core
import Settings
import TestKit
import Testing

@testable import Gateway

/// The lines of single calls to Luma, at debug level.
@Suite struct CallLinesTests {
    private static func calls(_ gateway: InProcess) async -> [JSON] {
        await gateway.logLines().filter { $0["message"] == "Call to Luma" }
    }

    /// A call has its line whichever way has asked for it, with the id of the request that has brought it.
    @Test(arguments: ToolEdge.allCases) func aToolsCallHasItsLine(edge: ToolEdge) async throws {
        var settings = Tokens.guarded
        settings[.debug] = "true"
        settings[.lunaEndpoint] = "true"
        try await InProcess.serve(settings) { (gateway: InProcess) async throws in
            let reply = try await edge.call("list_events", [:], Tokens.reader, gateway)
            #expect(!reply.isFailure, "\(reply.text)")
            let line = try #require(await Self.calls(gateway).last, "\(edge)")
            #expect(line["operation"] == "calendars/events/list", "\(line)")
            #expect(line["outcome"] == "200" && line["attempt"] == 0 && line["level"] == "debug", "\(line)")
            #expect((line["request_id"]?.stringValue != nil) == (edge != .stdio), "\(line)")
        }
    }

    @Test func aRequestsCallIsNamedByIt() async throws {
        try await InProcess.serve([.debug: "true"]) { (gateway: InProcess) async throws in
            try await gateway.ask("GET /events/", ["X-Request-Id: one"])
            #expect(await Self.calls(gateway).map { $0["request_id"] } == ["one"])
        }
    }

    @Test func thereIsNoLineAtAnotherLevel() async throws {
        try await InProcess.serve { (gateway: InProcess) async throws in
            try await gateway.ask("GET /events/")
            #expect(await Self.calls(gateway).isEmpty)
        }
    }
}

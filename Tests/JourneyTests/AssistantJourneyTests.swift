import Core
import Foundation
import TestKit
import Testing

/// What an assistant is told of the machine that the program runs on.
@Suite struct AssistantJourneyTests {
    @Test func whoComesIsToldTheDateAndTheZone() async throws {
        let gateway = try await RunningGateway.start(.inProcess, environment: ["TZ": "Asia/Tokyo"])
        let asker = ModernAsker(gateway)
        let told = try await asker.ask("server/discover")["result"]?["instructions"]?.stringValue ?? ""
        #expect(
            told.firstMatch(of: /It is [A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d JST where it runs \(Asia\/Tokyo\)/)
                != nil)
        let list = try await asker.result("list_events", ["limit": 1])
        #expect(list["now"]?.stringValue?.hasSuffix(" JST") == true)
    }
}

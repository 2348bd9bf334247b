import Foundation
import Synchronization
import Testing

@testable import ToolHost

@Suite struct UpstreamHostTests {
    /// `/status` and the doctor tell of it as well; whoever reads the log alone must not miss it.
    @Test func anEntryThatIsRefusedIsLoggedOnceForEachReading() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "upstreams-" + UUID().uuidString)
            .path(percentEncoded: false)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = """
            {"format": 1, "upstreams": [
                {"name": "wrong", "transport": "stdio", "command": ["relative"]},
                {"name": "off", "enabled": false, "transport": "stdio", "command": ["relative"]},
                {"name": "unset", "url": {"$env": "NOWHERE"}}, {"name": "alone", "enabled": false, "url": "https://a.example/"}]}
            """
        try file.write(toFile: path, atomically: true, encoding: .utf8)
        let warnings = WarningLog()
        let host = try UpstreamHost(UpstreamHost.Settings(file: path, environment: [:])) { warnings.add($0) }
        for round in 1...2 {
            host.read { _, _ in }
            let snapshot = await host.survey(seconds: 60)
            #expect(snapshot.upstreams.map(\.phase) == [.refused, .off, .off, .off])
            let lines = warnings.lines
            #expect(lines == Array(repeating: "wrong", count: round), "\(lines)")
        }
        await host.end()
    }
}

/// The upstreams of which a warning tells.
private final class WarningLog: Sendable {
    private let list = Mutex<[String]>([])

    var lines: [String] { list.withLock { $0 } }

    func add(_ event: HostEvent) {
        guard event.level == .warning else { return }
        let name = event.fields.first { $0.name == "upstream" }?.value
        list.withLock { $0.append(name ?? event.message) }
    }
}

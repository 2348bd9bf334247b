import Core
import Foundation
import Synchronization
import Testing

@testable import ToolHost
@testable import ToolSources

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

    /// One that is taken out of the file is forgotten, too.
    @Test func whatIsRememberedIsOfferedAsLongAsItsEntryIsThere() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "upstreams-" + UUID().uuidString)
            .path(percentEncoded: false)
        defer { try? FileManager.default.removeItem(atPath: path) }
        func write(_ entries: String) throws {
            try #"{"format": 1, "upstreams": [\#(entries)]}"#.write(toFile: path, atomically: true, encoding: .utf8)
        }
        // Nobody listens there.
        try write(#"{"name": "docs", "url": "http://127.0.0.1:1/mcp", "allow": {"loopback": true}, "pin": "off"}"#)
        let memory = KeptOffers()
        var settings = UpstreamHost.Settings(file: path, environment: [:])
        settings.memory = memory
        var offer = UpstreamOffer()
        offer.tools = [["name": "read", "inputSchema": ["type": "object"]]]
        let entry = try #require(UpstreamHost.file(settings).0.entries.first)
        memory.save("docs", offer.kept(of: entry, UpstreamKeeper.digest))

        let host = try UpstreamHost(settings) { _ in }
        host.read { _, _ in }
        let state = try #require(await host.survey(seconds: 60).upstreams.first)
        #expect(state.offered.tools.map(\.definition.name) == ["docs__read"] && state.isStale, "\(state)")
        #expect(state.phase == .down)
        try write("")
        host.read { _, _ in }
        #expect(await host.survey(seconds: 60).upstreams.isEmpty)
        #expect(memory.names == [])
        await host.end()
    }
}

private final class KeptOffers: UpstreamMemory {
    private let kept = Mutex<[String: [UInt8]]>([:])

    var names: [String] { kept.withLock { $0.keys.sorted() } }

    func load(_ name: String, then: @escaping @Sendable ([UInt8]?) -> Void) { then(kept.withLock { $0[name] }) }
    func save(_ name: String, _ octets: [UInt8]?) { kept.withLock { $0[name] = octets } }
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

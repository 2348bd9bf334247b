import Core
import Foundation
import Store
import Testing

/// What happens to the database while gateways use it.
@Suite struct StoreJourneyTests {
    private static func event(_ name: String) -> JSON {
        ["name": .string(name), "start_at": "2027-07-01T19:00:00Z", "timezone": "UTC"]
    }

    private static func post(
        _ address: String, _ name: String, key: String? = nil, timeout: String? = nil
    ) async throws -> CurlAnswer {
        var arguments = ["-X", "POST", "-H", "Content-Type: application/json", address + "/events/"]
        arguments += ["--data-binary", String(decoding: event(name).encoded, as: UTF8.self)]
        if let key { arguments += ["-H", "Idempotency-Key: " + key] }
        if let timeout { arguments += ["-H", "X-Request-Timeout: " + timeout] }
        return try await curl(arguments)
    }

    private static func events(_ address: String, named name: String) async throws -> Int {
        let list = try await curl(address + "/events/", "-H", "Accept: application/x-ndjson")
        return list.body.split(separator: "\n").count { (try? JSON.parse(String($0)))?["name"]?.stringValue == name }
    }

    /// A folder that is gone at the end.
    private final class Folder {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("luma-" + UUID().uuidString).path
        var database: String { path + "/luma.db" }
        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    @Test func aLockedDatabaseHoldsNobodyLongerThanItsTime() async throws {
        let folder = Folder()
        let gateway = try await RunningGateway.start(.standAlone, environment: ["LUMA_DATA_DIR": folder.path])
        #expect(try await Self.post(gateway.address, "a", key: "a").status == 201)
        let other = try SQLiteConnection(.file(folder.database))
        try other.execute("BEGIN IMMEDIATE")
        // Shorter than the store waits for the lock.
        let refused = try await Self.post(gateway.address, "b", key: "b", timeout: "0.3")
        #expect(refused.status == 503)
        #expect(refused.json?["reason"] == "store_unavailable")
        // Without a key nothing hangs on the record: it is sent while there is time.
        #expect(try await Self.post(gateway.address, "c", timeout: "20").status == 201)
        try other.execute("ROLLBACK")
        // What was refused was not made, and its key is free.
        #expect(try await Self.events(gateway.address, named: "b") == 0)
        try await eventually("the key can be used") {
            try await Self.post(gateway.address, "b", key: "b").status == 201
        }
        #expect(try await Self.events(gateway.address, named: "b") == 1)
        #expect(try await Self.events(gateway.address, named: "c") == 1)
        try await eventually("nothing is left unsettled") {
            try await curl(gateway.address + "/metrics").body.contains("\nluma_mcp_journal_unsettled 0\n")
        }
    }

    @Test func aDatabaseThatIsTakenAwayIsToldAndTakesNoKeyUntilItIsBack() async throws {
        let folder = Folder()
        let gateway = try await RunningGateway.start(.standAlone, environment: ["LUMA_DATA_DIR": folder.path])
        let first = try await Self.post(gateway.address, "a", key: "a")
        #expect(first.status == 201)
        let files = FileManager.default
        try files.moveItem(atPath: folder.database, toPath: folder.path + "/away")
        // Also what was answered is not given from what will be lost.
        #expect(try await Self.post(gateway.address, "a", key: "a").json?["reason"] == "store_unavailable")
        let health = try await curl(gateway.address + "/health")
        #expect(health.status == 200)
        #expect(health.json?["store"]?["cause"] == "removed")
        #expect(gateway.program.standardError.contains(#""cause":"removed""#))
        // One that is put in its place knows nothing of the keys that were used.
        try Data().write(to: URL(fileURLWithPath: folder.database))
        #expect(try await Self.post(gateway.address, "a", key: "a").status == 503)
        #expect(try await Self.post(gateway.address, "c").status == 201)
        try await Task.sleep(for: .seconds(2))
        #expect(try await curl(gateway.address + "/health").json?["store"]?["cause"] == "removed")
        try files.removeItem(atPath: folder.database)
        try files.moveItem(atPath: folder.path + "/away", toPath: folder.database)
        try await eventually("the store is back") {
            try await curl(gateway.address + "/health").json?["status"] == "healthy"
        }
        let again = try await Self.post(gateway.address, "a", key: "a")
        #expect(again.body == first.body)
        #expect(again.field("idempotency-replayed") == "true")
        #expect(try await Self.events(gateway.address, named: "a") == 1)
    }

    /// It works on; whoever runs several learns that they may give each other's older answers.
    @Test func whereWritesCannotBeCountedTogetherOneLineSaysSo() async throws {
        let folder = Folder()
        try FileManager.default.createDirectory(atPath: folder.path + "/writes", withIntermediateDirectories: true)
        let gateway = try await RunningGateway.start(.standAlone, environment: ["LUMA_DATA_DIR": folder.path])
        #expect(try await Self.post(gateway.address, "a", key: "a").status == 201)
        let line = "Cannot use the file writes in LUMA_DATA_DIR"
        try await eventually("it is told") { gateway.program.standardError.contains(line) }
        #expect(gateway.program.standardError.components(separatedBy: line).count == 2)
    }

    /// The same where gateways could not see each other, and each would spend the whole budget.
    @Test func whereGatewaysCannotBeCountedOneLineSaysSo() async throws {
        let folder = Folder()
        try FileManager.default.createDirectory(atPath: folder.path + "/gateways", withIntermediateDirectories: true)
        let gateway = try await RunningGateway.start(.standAlone, environment: ["LUMA_DATA_DIR": folder.path])
        #expect(try await Self.post(gateway.address, "a", key: "a").status == 201)
        let line = "Cannot use the file gateways in LUMA_DATA_DIR"
        try await eventually("it is told") { gateway.program.standardError.contains(line) }
    }

    @Test func aWriteThroughOneGatewayIsReadThroughTheOther() async throws {
        let folder = Folder()
        var environment = ["LUMA_DATA_DIR": folder.path, "LUMA_CACHE_SECONDS": "300"]
        let one = try await RunningGateway.start(.standAlone, environment: environment)
        environment["LUMA_PORT"] = "0"
        environment["LUMA_API_KEY"] = "secret-journey"
        environment["LUMA_BASE_URL"] = one.sandboxAddress
        let program = try Program(["serve"], environment: environment)
        let two = try await program.address()
        let places = try await [Self.post(one.address, "a"), Self.post(one.address, "b")].map {
            try #require($0.field("location"))
        }
        func read(_ address: String, _ path: String, _ expected: String) async throws -> CurlAnswer {
            let answer = try await curl(address + path)
            #expect(answer.field("x-cache") == expected)
            return answer
        }
        for address in [one.address, two] {
            for path in places + ["/events/"] {
                _ = try await read(address, path, "MISS")
                _ = try await read(address, path, "HIT")
            }
        }
        #expect(try await curlJSON("PATCH", one.address + places[0], ["max_capacity": 7]).status == 200)
        #expect(try await read(two, places[0], "MISS").json?["max_capacity"] == 7)
        _ = try await read(two, "/events/", "MISS")
        _ = try await read(two, "/events/", "HIT")
        // The one that has written drops what it has touched, no more.
        _ = try await read(one.address, places[1], "HIT")
        _ = try await read(one.address, "/events/", "MISS")
        #expect(try await curl("-X", "DELETE", two + places[0]).status == 200)
        #expect(try await curl(one.address + places[0]).status == 403)
    }
}

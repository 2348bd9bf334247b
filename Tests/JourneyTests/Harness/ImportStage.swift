import Core
import Foundation
import Testing

/// A folder with a file of events, a gateway and the sandbox behind it.
final class ImportStage {
    let folder: URL
    let gateway: RunningGateway
    private static let unlimited = [
        "LUMA_RATE_LIMIT_POST_REQUESTS": "100000", "LUMA_RATE_LIMIT_GET_REQUESTS": "100000",
    ]

    init(environment: [String: String] = [:]) async throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        gateway = try await RunningGateway.start(
            .standAlone, environment: Self.unlimited.merging(environment) { $1 },
            sandboxArguments: ["--rate-limit", "100000"])
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func write(_ name: String, _ text: String) throws -> String {
        let file = folder.appendingPathComponent(name)
        try Data(text.utf8).write(to: file)
        return file.path
    }

    func start(_ file: String, _ more: String...) throws -> Program {
        try Program(
            ["events", "import", file] + more, environment: ["LUMA_GATEWAY_URL": gateway.address])
    }

    /// Imports to the end.
    func run(_ file: String, _ more: String...) async throws -> (code: Int32, program: Program, json: JSON?) {
        let program = try Program(
            ["events", "import", file, "--json", "--parallel", "16"] + more,
            environment: ["LUMA_GATEWAY_URL": gateway.address])
        let code = try await program.exitCode(within: 120)
        var json: JSON?
        try await eventually("the result is read") {
            json = try? JSON.parse(program.standardOutput)
            return json != nil || code > 65
        }
        return (code, program, json)
    }

    /// Creates that the sandbox has carried out, and the names of its events that begin with `Row`.
    func created() async throws -> (count: Int, names: Set<String>) {
        let address = try #require(gateway.sandboxAddress)
        let count = try await curl(address + "/_sandbox/state").json?["creates"]?.intValue
        let list = try await curl(gateway.address + "/events/", "-H", "Accept: application/x-ndjson")
        let names = list.body.split(separator: "\n").compactMap { try? JSON.parse(String($0))["name"]?.stringValue }
        return (try #require(count), Set(names.filter { $0.hasPrefix("Row") }))
    }

    func fault(_ rule: String) async throws {
        let address = try #require(gateway.sandboxAddress)
        _ = try await curlJSON("PUT", address + "/_sandbox/faults", ["seed": 7, "rules": [.string(rule)]])
    }

    func noFaults() async throws {
        _ = try await curl("-X", "DELETE", try #require(gateway.sandboxAddress) + "/_sandbox/faults")
    }

    /// Waits until so many rows stand in the report, some with more to come.
    func waitForRows(_ count: Int, _ file: String) async throws {
        try await eventually("\(count) rows are done") {
            let report = try? String(contentsOfFile: file + ".import.ndjson", encoding: .utf8)
            return (report?.split(separator: "\n").count ?? 0) >= count
        }
    }

    /// What the report says of each row in the end: outcomes of those that are done.
    func doneRows(_ file: String) throws -> [Int] {
        let report = try String(contentsOfFile: file + ".import.ndjson", encoding: .utf8)
        return report.split(separator: "\n").compactMap { line in
            guard let entry = try? JSON.parse(String(line)),
                ["created", "exists"].contains(entry["outcome"]?.stringValue)
            else { return nil }
            return entry["row"]?.intValue
        }
    }
}

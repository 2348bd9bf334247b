import Core
import Foundation
import Settings
import TestKit
import Testing

/// The README and the pages under `docs/` are true: every command in them is run, every path and target that they name exists.
@Suite struct ReadmeTests {
    static func text(_ name: String) -> String {
        (try? String(contentsOf: Program.root.appendingPathComponent(name), encoding: .utf8)) ?? ""
    }

    /// The README and every page under `docs/`.
    static let all: [String] = {
        let folder = Program.root.appendingPathComponent("docs").path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return ["README.md"] + names.filter { $0.hasSuffix(".md") }.map { "docs/" + $0 }.sorted()
    }()

    /// Those that have a block of shell.
    static let documents = all.filter { !blocks("sh", of: $0).isEmpty }

    /// The fenced blocks of one language, "" for those without.
    static func blocks(_ language: String, of name: String = "README.md") -> [String] {
        var blocks: [String] = []
        var open: (language: String, lines: [String])?
        for line in text(name).components(separatedBy: "\n") {
            if let block = open, line == "```" {
                if block.language == language { blocks.append(block.lines.joined(separator: "\n")) }
                open = nil
            } else if open != nil {
                open?.lines.append(line)
            } else if line.hasPrefix("```") {
                open = (String(line.dropFirst(3)), [])
            }
        }
        return blocks
    }

    /// The blocks of one document run one after another in one folder, so that a later one can use what an earlier one has made.
    @Test(arguments: documents) func everyShellExampleWorks(_ name: String) async throws {
        let gateway = try await RunningGateway.start(.standAlone)
        let guarded = try await RunningGateway.start(.inProcess, environment: try Self.exampleSettings)
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-mcp-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        // Keys are made in the folder in which a gateway keeps them.
        let keyed =
            Self.text(name).contains("X-API-Key: $(")
            ? try await RunningGateway.start(
                .inProcess, environment: ["LUMA_API_KEYS": "true", "LUMA_DATA_DIR": folder.path + "/data"]) : nil
        let blocks = Self.blocks("sh", of: name)
        #expect(blocks.count >= (name == "README.md" ? 5 : 1))
        for block in blocks {
            let asking = block.contains("X-API-Key: $(") ? keyed ?? guarded : guarded
            let needsToken = block.contains("Authorization: Bearer") || block.contains("X-API-Key: $(")
            let script =
                "curl() { command curl -sS --fail-with-body --max-time 20 \"$@\"; }\n"
                + "luma-mcp() { '\(Program.path)' \"$@\"; }\n"
                + "export LUMA_GATEWAY_URL=\(gateway.address)\n"
                + block.replacingOccurrences(
                    of: "http://localhost:8000", with: needsToken ? asking.address : gateway.address
                )
                .replacingOccurrences(
                    of: #""ports": [8000]"#, with: #""ports": [\#(gateway.address.split(separator: ":").last ?? "")]"#
                )
                .replacingOccurrences(of: "http://localhost:9100", with: try #require(gateway.sandboxAddress))
            let result = try await run("bash", ["-euo", "pipefail", "-c", script], folder: folder)
            #expect(result.code == 0, "\(block)\n\(result.out)\n\(result.err)")
        }
    }

    /// Each of the readers whom the README leads has a page with examples, and none is lost on the way.
    @Test func thePagesHaveExamples() {
        let pages = ["rest", "command-line", "import", "calendars", "access", "keys", "luma", "sandbox"]
        for page in pages { #expect(Self.documents.contains("docs/\(page).md"), "\(page)") }
        #expect(Self.documents.reduce(0) { $0 + Self.blocks("sh", of: $1).count } >= 19)
    }

    /// The settings of the example of a `.env`.
    static var exampleSettings: [String: String] {
        get throws {
            let lines = try #require(blocks("dotenv", of: "docs/access.md").first).split(separator: "\n")
            return Dictionary(
                uniqueKeysWithValues: lines.map { line in
                    let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
                    return (parts[0], parts[1])
                })
        }
    }

    @Test func theExampleOfTokensIsWhatItSays() async throws {
        let gateway = try await RunningGateway.start(.inProcess, environment: try Self.exampleSettings)
        let tokens = try Self.exampleSettings["LUMA_AUTH_TOKENS"]?.split(separator: ",") ?? []
        #expect(tokens.count == 2)
        for entry in tokens {
            let parts = entry.split(separator: ":").map(String.init)
            let answer = try await curl(
                ["-X", "DELETE"] + Tokens.curl(parts[2]) + [gateway.address + "/events/evt-none"])
            #expect(answer.status == 403, "\(entry)")
            // Who may write is let through, and finds that there is no such event.
            let reason = parts[1] == "read" ? "insufficient_scope" : "event_not_accessible"
            #expect(answer.json?["reason"]?.stringValue == reason, "\(entry)")
        }
        #expect(try await curl(gateway.address + "/events/").status == 401)
    }

    @Test func everyCommandThatIsNamedExists() async throws {
        let makefile = try String(contentsOf: Program.root.appendingPathComponent("Makefile"), encoding: .utf8)
        var commands = 0
        let shown: [String] = Self.all.flatMap { Self.blocks("", of: $0) }
        let lines: [Substring] = shown.flatMap { $0.split(separator: "\n") }
        for line in lines {
            let words = line.replacing("'", with: "").split(separator: " ").map(String.init)
            commands += 1
            switch words.first {
            case "make":
                #expect(words.dropFirst().allSatisfy { makefile.contains("\n\($0):") }, "\(line)")
            case "luma-mcp":
                let program = try Program(words.dropFirst().map { Int($0) != nil && $0.count == 4 ? "0" : $0 })
                _ = try await program.address()
                program.signal(SIGTERM)
                #expect(try await program.exitCode() == 0, "\(line)")
            default: Issue.record("nobody runs this: \(line)")
            }
        }
        #expect(commands >= 5)
    }

    @Test func theErrorExampleHasTheShapeThatIsServed() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let example = try JSON.parse(try #require(Self.blocks("json", of: "docs/rest.md").first))
        let served = try await curlJSON(
            "POST", gateway.address + "/events/",
            ["name": "x", "start_at": "2027-01-01T10:00:00Z", "timezone": "America/New_Yrok"])
        #expect(example.objectValue?.members.map(\.name) == served.json?.objectValue?.members.map(\.name))
        #expect(example["error"] == served.json?["error"])
        #expect(example["reason"] == served.json?["reason"])
        #expect(example["details"] == served.json?["details"])
    }

    /// The commands of a backup, on the folder of a gateway that has promised something: once it is put back, that is kept.
    @Test func theBackupKeepsWhatWasPromised() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-mcp-" + UUID().uuidString)
        let state = folder.appendingPathComponent("state")
        try FileManager.default.createDirectory(at: state, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func command(_ number: Int) async throws {
            let blocks = Self.blocks("bash", of: "docs/operations.md")
            #expect(blocks.count == 2)
            let script = blocks[number].replacingOccurrences(of: "/var/lib/luma-mcp", with: state.path)
            let result = try await run("bash", ["-euo", "pipefail", "-c", script], folder: folder)
            #expect(result.code == 0, "\(result.err)")
        }
        // One Luma for both lives: a key belongs to the account that it was used for.
        let sandbox = try Program(["sandbox", "--port", "0", "--seed", "7"])
        let luma = try await sandbox.address()
        func create() async throws -> CurlAnswer {
            let program = try Program(
                ["serve"],
                environment: [
                    "LUMA_PORT": "0", "LUMA_BASE_URL": luma, "LUMA_API_KEY": "k", "LUMA_DATA_DIR": state.path,
                ])
            let address = try await program.address()
            try await eventually("the gateway is healthy") { try await curl(address + "/health").status == 200 }
            let answer = try await curlJSON(
                "POST", address + "/events/",
                ["name": "Kept", "start_at": "2027-07-01T19:00:00Z", "timezone": "Europe/Berlin"],
                "-H", "Idempotency-Key: kept")
            program.signal(SIGTERM)
            #expect(try await program.exitCode() == 0)
            return answer
        }
        let first = try await create()
        #expect(first.status == 201 && first.field("idempotency-replayed") == nil)
        try await command(0)
        try FileManager.default.removeItem(at: state)
        try FileManager.default.createDirectory(at: state, withIntermediateDirectories: true)
        try Data("another state".utf8).write(to: state.appendingPathComponent("luma.db"))
        try await command(1)
        let again = try await create()
        #expect(again.status == 201 && again.field("idempotency-replayed") == "true")
        #expect(again.json == first.json)
        sandbox.signal(SIGTERM)
        #expect(try await sandbox.exitCode() == 0)
    }
}

import Core
import Foundation
import TestKit
import Testing

/// A folder with an MCP server in Python, and the file that names it.
private final class ServerStage {
    private let folder: URL
    let environment: [String: String]

    /// What it offers lies in a file beside it, which is read for each list.
    private static let server = """
        import json, os, sys

        folder = os.path.dirname(os.path.abspath(__file__))

        def send(message, **rest):
            print(json.dumps({"jsonrpc": "2.0", "id": message["id"], **rest}), flush=True)

        print("welcome", file=sys.stderr, flush=True)
        for line in sys.stdin:
            message = json.loads(line)
            if "id" not in message:
                continue
            if message["method"] == "initialize":
                send(message, result={
                    "protocolVersion": "2025-11-25", "capabilities": {"tools": {}},
                    "serverInfo": {"name": "docs", "version": "1"}})
            elif message["method"] == "tools/list":
                with open(folder + "/tools.json") as file:
                    send(message, result={"tools": json.load(file)})
            elif message["method"] == "tools/call":
                if message["params"]["name"] == "crash":
                    os._exit(3)
                names = {"environment": sorted(os.environ)}
                send(message, result={"content": [{"type": "text", "text": str(os.getpid())}], "structuredContent": names})
            elif message["method"] == "ping":
                send(message, result={})
            else:
                send(message, error={"code": -32601, "message": "Method not found"})

        """

    init(pin: String = "block") throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-server-" + UUID().uuidString)
        try FileManager.default.createDirectory(
            at: folder.appendingPathComponent("data"), withIntermediateDirectories: true)
        environment = [
            "LUMA_UPSTREAMS_FILE": folder.path + "/upstreams.json", "LUMA_DATA_DIR": folder.path + "/data",
            "SECRET_OF_THE_GATEWAY": "x",
        ]
        try write("server.py", Self.server)
        try write(
            "upstreams.json",
            """
            {"format": 1, "upstreams": [{"name": "docs", "transport": "stdio", "pin": "\(pin)",
                "command": ["/usr/bin/env", "python3", "\(folder.path)/server.py"],
                "paths": [{"path": "\(folder.path)"}]}]}
            """)
        try offer(["read": "Reads.", "crash": "Crashes."])
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    private func write(_ name: String, _ text: String) throws {
        try text.write(to: folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
    }

    /// Offers these tools from now on, each with a description.
    func offer(_ tools: [String: String]) throws {
        let list = tools.sorted { $0.key < $1.key }.map { name, description -> JSON in
            let page: JSON = ["type": "object", "properties": ["page": ["type": "integer"]], "required": ["page"]]
            return [
                "name": .string(name), "description": .string(description),
                "inputSchema": name == "read" ? page : ["type": "object"],
            ]
        }
        try write("tools.json", String(decoding: JSON.array(list).encoded, as: UTF8.self))
    }

    func run(_ arguments: [String]) async throws -> (code: Int32, out: String, err: String) {
        let program = try Program(["upstreams"] + arguments, environment: environment)
        let code = try await program.exitCode(within: 60)
        return (code, program.standardOutput, program.standardError)
    }

    func start() async throws -> RunningGateway {
        try await RunningGateway.start(.inProcess, environment: environment)
    }

    var pins: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/data/upstream-pins")) ?? []
    }
}

/// An MCP server that the gateway starts, by the commands for its operator and through the real program.
@Suite struct UpstreamChildJourneyTests {
    @Test func aServerIsLookedAt() async throws {
        let stage = try ServerStage()
        let list = try await stage.run(["list"])
        #expect(list.code == 0 && list.out.contains("docs") && list.out.contains("docs__read"), "\(list)")
        let json = try JSON.parse(try await stage.run(["list", "--json"]).out)
        #expect(json["upstreams"]?.arrayValue?.first?["tools"] == ["docs__crash", "docs__read"])
        let check = try await stage.run(["check", "docs"])
        #expect(check.code == 0 && check.out.contains("page  integer, required"), "\(check)")
        #expect(check.err.contains("welcome"), "\(check)")
        let other = try await stage.run(["check", "doc"])
        #expect(other.code == 78 && other.err.contains("did you mean docs?"), "\(other)")
        let absent = try await stage.run(["check", "docs", "--upstreams-file", "absent.json"])
        #expect(absent.code == 78 && absent.err.contains("no such file"), "\(absent)")
        // Whoever looks leaves nothing behind.
        #expect(stage.pins == [])
    }

    @Test func whatItChangesIsHeldUntilItIsApproved() async throws {
        let stage = try ServerStage()
        let first = try await stage.run(["diff", "docs"])
        #expect(first.code == 1 && first.out.contains("Nothing of docs is approved"), "\(first)")
        let approved = try await stage.run(["approve", "docs"])
        #expect(approved.code == 0 && approved.out.contains("2 tools") && stage.pins == ["docs.json"], "\(approved)")
        let same = try await stage.run(["diff", "docs"])
        #expect(same.code == 0 && same.out.contains("was approved"), "\(same)")

        try stage.offer(["read": "Sends it away.", "crash": "Crashes.", "more": "More."])
        let changed = try await stage.run(["diff", "docs"])
        #expect(changed.code == 1, "\(changed)")
        for line in ["changed: tool read", "    - Reads.", "    + Sends it away.", "added: tool more"] {
            #expect(changed.out.contains(line + "\n"), "\(changed)")
        }
        let digest = try #require(changed.out.split(separator: " ").last).trimmingCharacters(in: .newlines)

        let gateway = try await stage.start()
        let assistant = ModernAsker(gateway)
        try await eventually("what is unchanged is there", within: 60) {
            try await assistant.offeredTools().contains("docs__crash")
        }
        let tools = try await assistant.offeredTools()
        #expect(!tools.contains("docs__read") && !tools.contains("docs__more"), "\(tools)")
        let told = try await curl(gateway.address + "/status").json?["upstreams"]?["upstreams"]?.arrayValue?.first
        #expect(told?["refused"]?.arrayValue?.count == 2, "\(told as Any)")

        let late = try await stage.run(["approve", "docs", String(digest.reversed())])
        #expect(late.code == 1 && late.err.contains("something else by now"), "\(late)")
        let taken = try await stage.run(["approve", "docs", digest])
        #expect(taken.code == 0, "\(taken)")
        gateway.program.signal(SIGHUP)
        try await eventually("what was approved is there", within: 60) {
            Set(try await assistant.offeredTools()).isSuperset(of: ["docs__read", "docs__more", "docs__crash"])
        }
    }

    @Test func oneThatEndsIsStartedAgainAndKnowsNothingOfTheGateway() async throws {
        let stage = try ServerStage(pin: "warn")
        let gateway = try await stage.start()
        let assistant = ModernAsker(gateway)
        try await eventually("it is there", within: 60) {
            try await assistant.offeredTools().contains("docs__read")
        }
        let first = try await assistant.call("docs__read", ["page": 1])
        #expect(!"\(first)".contains("SECRET_OF_THE_GATEWAY") && "\(first)".contains("TMPDIR"), "\(first)")
        let crashed = try await assistant.call("docs__crash")
        #expect(crashed["isError"] == true, "\(crashed)")
        try await eventually("another one answers", within: 60) {
            let next = try await assistant.call("docs__read", ["page": 1])
            return next["isError"] != true && next["content"] != first["content"]
        }
    }

    /// By a signal that the gateway hears, and by one that it does not.
    @Test(arguments: [SIGTERM, SIGKILL]) func itDoesNotOutliveTheGateway(signal: Int32) async throws {
        let stage = try ServerStage()
        let gateway = try await stage.start()
        let assistant = ModernAsker(gateway)
        try await eventually("it is there", within: 60) {
            try await assistant.offeredTools().contains("docs__read")
        }
        let result = try await assistant.call("docs__read", ["page": 1])
        let text = result["content"]?.arrayValue?.first?["text"]?.stringValue
        let process = try #require(text.flatMap { pid_t($0) }, "\(result)")
        #expect(!PluginStage.hasEnded(process))
        gateway.program.signal(signal)
        _ = try await gateway.program.exitCode(within: 60)
        if signal == SIGTERM {
            #expect(PluginStage.hasEnded(process))
        } else {
            try await eventually("it has ended, too", within: 60) { PluginStage.hasEnded(process) }
        }
    }
}

import Core
import Foundation
import HTTP
import IO
import IOTestKit
import MCP
import Testing
import ToolSources

@testable import ToolHost

/// A file that the gateway fetches for a call: where it is, and what becomes of a call without it.
@Suite struct PluginFetchTests {
    private static let fetching = #""fetch": {"argument": "url", "max_bytes": 1000, "types": ["text/plain"]}"#

    /// A host of one plugin that may have files fetched from servers on this machine, by the name `localhost`.
    private func host(
        _ script: String, ports: [Int], more: String = "",
        _ body: (PluginBench, PluginHost) async throws -> Void
    ) async throws {
        try await PluginBench.with { bench in
            try bench.shell(
                "one.sh",
                commands:
                    #"[{"name": "run", "parameters": [{"name": "url"}], "args": "stdin-json", \#(Self.fetching)}]"#,
                script)
            let grant =
                #"{"hosts": ["*"], "private_hosts": ["localhost"], "plain_http": true, "ports": \#(ports)\#(more)}"#
            try bench.write(
                "plugins.json",
                #"{"format": 1, "plugins": {"one": {"fetch": \#(grant), "paths": [{"path": "\#(bench.root)/outside", "write": true}]}}}"#,
                mode: 0o600)
            try await bench.host { host in
                try await body(bench, host)
                // What is in the directory of a call goes with it.
                let left = FileManager.default.subpaths(atPath: bench.root + "/state") ?? []
                let files = left.filter { $0.contains(/\/call-[^\/]+\//) }
                #expect(files == [], "\(left)")
            }
        }
    }

    private func text(_ outcome: PluginOutcome?) -> String {
        outcome?.result.content.compactMap(\.text).joined(separator: "\n") ?? ""
    }

    private static func server(
        _ body: String, _ fields: String = "Content-Type: text/plain\r\n", status: String = "200 OK"
    )
        throws -> SocketServer
    {
        try SocketServer { connection in
            while connection.read() != nil { connection.answer(body, status: status, fields: fields) }
        }
    }

    @Test func theFileIsInTheCallsOwnDirectory() async throws {
        let server = try Self.server("some text")
        let script =
            #"cat "$LUMA_FETCHED"; echo; dirname "$LUMA_FETCHED"; pwd; ls; echo more > new && echo written; cat"#
        try await host(script, ports: [server.port]) { bench, host in
            let address = "http://localhost:\(server.port)/file"
            let outcome = try await bench.call(host, "one__run", ["url": .string(address)])
            let lines = text(outcome).split(separator: "\n").map(String.init)
            try #require(lines.count == 6, "\(lines)")
            #expect(lines[0] == "some text" && lines[1] == lines[2] && lines[3] == "fetched" && lines[4] == "written")
            // The plugin knows what was asked for.
            #expect(lines[5].contains(address))
            #expect(lines[1].hasPrefix(bench.root + "/state/"))
            #expect(outcome?.result.host == "localhost" && outcome?.code == nil)
        }
        #expect(server.requests.map(\.target) == ["/file"])
        server.stop()
    }

    @Test func withoutAnAddressThereIsNoFile() async throws {
        try await host(#"echo "${LUMA_FETCHED-none}"; pwd"#, ports: [1]) { bench, host in
            for arguments: JSONObject in [[:], ["url": nil]] {
                let outcome = try await bench.call(host, "one__run", arguments)
                #expect(text(outcome).hasPrefix("none\n") && outcome?.result.host == nil, "\(text(outcome))")
            }
        }
    }

    @Test func callsHaveFilesOfTheirOwn() async throws {
        let server = try SocketServer.answering { $0.target }
        try await host(#"cat "$LUMA_FETCHED""#, ports: [server.port]) { bench, host in
            let port = server.port
            // The types are the server's word, and it says none.
            try bench.shell(
                "one.sh",
                commands: #"[{"name": "run", "parameters": [{"name": "url"}], "fetch": {"argument": "url"}}]"#,
                #"cat "$LUMA_FETCHED""#)
            host.look()
            _ = try await host.wait { $0.plugins.first?.commands.first?.policy.fetch?.types == [] }
            try await withThrowingTaskGroup(of: (Int, String).self) { group in
                for number in 0..<20 {
                    group.addTask {
                        let address = JSON.string("http://localhost:\(port)/\(number)")
                        return (number, try await bench.text(host, "one__run", ["url": address]))
                    }
                }
                for try await (number, text) in group { #expect(text == "/\(number)") }
            }
        }
        server.stop()
    }

    @Test func withoutTheFileThePluginDoesNotRun() async throws {
        let inner = try Self.server("secret")
        let away = try Self.server("", "Location: http://127.0.0.1:\(inner.port)/\r\n", status: "302 Found")
        let missing = try Self.server("no", status: "404 Not Found")
        let page = try Self.server("<html>", "Content-Type: text/html\r\n")
        let large = try Self.server(String(repeating: "x", count: 1001))
        let closed = try unusedPort()
        let local = "http://localhost:"
        let cases: [(String, PluginErrorCode, String)] = [
            (
                "\(local)\(away.port)/", .fetchRefused,
                "redirects to one that is in a network from which nothing is fetched"
            ),
            ("\(local)\(missing.port)/", .fetchFailed, "answers with the status 404"),
            ("\(local)\(page.port)/", .fetchRefused, "none of text/plain"),
            ("\(local)\(large.port)/", .fetchRefused, "larger than 1000 bytes"),
            ("\(local)\(closed)/", .fetchFailed, "cannot be reached"),
            ("http://127.0.0.1:\(inner.port)/", .fetchRefused, "in a network from which nothing is fetched"),
            ("http://10.0.0.1/", .fetchRefused, "in a network from which nothing is fetched"),
            ("http://192.168.0.1:22/", .fetchRefused, "has a port"),
            ("file:///etc/passwd", .fetchRefused, "does not begin with https://"),
            ("", .fetchRefused, "is empty"), ("http://user@localhost/", .fetchRefused, "has user information"),
        ]
        let ports = [inner, away, missing, page, large].map(\.port) + [closed]
        try await host(#"touch "$LUMA_PLUGIN_DIR/../outside/ran"; echo ran"#, ports: ports) { bench, host in
            for (address, code, words) in cases {
                let outcome = try #require(try await bench.call(host, "one__run", ["url": .string(address)]))
                #expect(outcome.code == code && outcome.result.isError, "\(address)")
                #expect(text(outcome).hasPrefix("url: The ") && text(outcome).contains(words), "\(text(outcome))")
                #expect(!text(outcome).contains("127.0.0.1") && !text(outcome).contains("secret"))
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: bench.root + "/outside") == [])
        }
        #expect(inner.connections == 0)
        for server in [inner, away, missing, page, large] { server.stop() }
    }

    @Test func anAddressIsAText() async throws {
        try await host("echo ran", ports: [1]) { bench, host in
            for value: JSON in [["http://localhost/"], ["a": 1], true] {
                let outcome = try await bench.call(host, "one__run", ["url": value])
                #expect(outcome?.code == .fetchRefused, "\(text(outcome))")
            }
        }
    }

    @Test func aCallThatIsStoppedStopsItsFetch() async throws {
        let server = try SocketServer.silent()
        try await host("echo ran", ports: [server.port], more: #", "timeout_seconds": 300"#) { bench, host in
            let address = JSON.string("http://localhost:\(server.port)/")
            let call = Task { try await bench.call(host, "one__run", ["url": address]) }
            while server.requests.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
            call.cancel()
            #expect(try await call.value == nil)
            // The slot is free.
            #expect(host.runs.slots.running == 0)

            let other = Task { try await bench.call(host, "one__run", ["url": address]) }
            while server.requests.count < 2 { try await Task.sleep(for: .milliseconds(5)) }
            host.stopCalls()
            #expect(try await other.value?.code == .cancelled)
        }
        server.stop()
    }

    @Test func aFetchHasItsTime() async throws {
        let server = try SocketServer.silent()
        try await host("echo ran", ports: [server.port], more: #", "timeout_seconds": 0.5"#) { bench, host in
            let outcome = try await bench.call(host, "one__run", ["url": .string("http://localhost:\(server.port)/")])
            #expect(outcome?.code == .fetchFailed && text(outcome).contains("within 0.5 seconds"), "\(text(outcome))")
        }
        server.stop()
    }
}

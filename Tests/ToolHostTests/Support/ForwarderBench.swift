import Core
import IO
import IOTestKit
import MCP
import Synchronization
import Testing
import ToolSources

@testable import ToolHost

/// A service on a socket, the document that describes it, and loops on which it is called.
final class ForwarderBench: Sendable {
    let server: SocketServer
    let host: ForwarderHost
    let loops: [Loop]
    private let log: EventLog

    private final class EventLog: Sendable {
        let events = Mutex<[HostEvent]>([])
    }

    /// What a connection of the service does.
    typealias Script = @Sendable (SocketServer.Connection) -> Void

    /// Answers each request in the same way.
    static func answering(_ body: String = "{}", status: String = "200 OK", fields: String = "") -> Script {
        { connection in while connection.read() != nil { connection.answer(body, status: status, fields: fields) } }
    }

    /// What is set for every document.
    static let secret = "correct-horse-battery"

    private init(_ server: SocketServer, _ document: String, loops count: Int) throws {
        let log = EventLog()
        var settings = ForwarderDocuments.Settings(
            directory: nil, builtIn: [("test.json", Array(document.utf8))],
            values: ["TEST_SECRET": Secret(Self.secret)], environment: ["TEST_URL": server.url])
        settings.values["TEST_ID"] = Secret("client-1")
        host = ForwarderHost(settings) { event in log.events.withLock { $0.append(event) } }
        self.server = server
        self.log = log
        loops = try (0..<count).map { number in
            let loop = try Loop(label: "test.\(number)")
            loop.start()
            return loop
        }
        host.read { _, _ in }
        #expect(host.snapshot.documents.flatMap { $0.reading.problems.map(\.line) } == [])
    }

    /// Lets `body` call a service whose connections each run this script.
    /// - Parameters:
    ///   - tools: the members `tools` of the document, in JSON.
    ///   - upstream: further members of `upstream`, each with a comma before it.
    static func serve(
        _ tools: String, upstream: String = "", loops: Int = 1,
        _ script: @escaping Script,
        _ body: (ForwarderBench) async throws -> Void
    ) async throws {
        let server = try SocketServer(script)
        let document = """
            {"format": 1, "name": "test",
             "upstream": {"base": {"$env": "TEST_URL"}, "allow": {"loopback": true}\(upstream)},
             "tools": [\(tools)]}
            """
        let bench = try ForwarderBench(server, document, loops: loops)
        do { try await body(bench) } catch {
            await bench.end()
            throw error
        }
        await bench.end()
    }

    private func end() async {
        for loop in loops {
            let host = host
            await loop.perform { host.end(on: $0.reactor) }
            await loop.stop()
        }
        server.stop()
    }

    var service: HostedService { get throws { try #require(host.snapshot.services.first) } }
    var logged: [HostEvent] { log.events.withLock { $0 } }

    /// A tool that takes anything, with these further members.
    static func tool(_ members: String, name: String = "tool") -> String {
        #"""
        {"name": "\#(name)", "label": "Work",
         "input": {"type": "object", "properties": {"a": {"type": "string"}}}, \#(members)}
        """#
    }

    /// One that reads, and one that writes.
    static let reading = tool(#""request": {"method": "GET", "path": "/read"}"#)
    static let writing = tool(#""request": {"method": "POST", "path": "/write", "json": {"a": {"$arg": "a"}}}"#)

    /// Calls a tool to its end.
    /// - Returns: nil when the call was cancelled.
    func call(_ name: String = "tool", _ arguments: JSONObject = [:], loop: Int = 0) async throws -> ForwarderOutcome? {
        let service = try service
        let tool = try #require(service.forwarder.tool(name))
        return await loops[loop].call(host, service, tool, arguments)
    }

    /// The same for a call that is expected to fail.
    func failure(_ name: String = "tool", loop: Int = 0) async throws -> ForwarderFailure {
        let outcome = try #require(try await call(name, loop: loop))
        return try #require(outcome.failure, "\(outcome.value)")
    }
}

extension Loop {
    fileprivate func call(
        _ host: ForwarderHost, _ service: HostedService, _ tool: ForwarderTool, _ arguments: JSONObject
    ) async -> ForwarderOutcome? {
        await host.runner(of: service, on: reactor).run(tool, arguments) { _ in }
    }
}

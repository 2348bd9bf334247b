import Core
import Foundation
import IOTestKit
import Synchronization
import Testing

/// Another service on a socket of this machine, which answers as a test says.
final class FakeService: Sendable {
    struct Answer: Sendable {
        var status = "200 OK"
        var body = ""
        /// Each with its line end.
        var fields = "Content-Type: application/json\r\n"

        static func json(_ body: String, _ status: String = "200 OK", fields: String = "") -> Answer {
            Answer(status: status, body: body, fields: "Content-Type: application/json\r\n" + fields)
        }
    }

    private let server: SocketServer
    var url: String { server.url }
    /// What it was asked, in order: method and target.
    var asked: [String] { server.requests.map { $0.method + " " + $0.target } }
    var requests: [SocketServer.Request] { server.requests }

    private init(_ server: SocketServer) { self.server = server }

    /// Lets `body` use a service with these answers.
    static func serve(
        _ answer: @escaping @Sendable (SocketServer.Request) -> Answer,
        _ body: (FakeService) async throws -> Void
    ) async throws {
        let server = try SocketServer { connection in
            while let request = connection.read() {
                let answer = answer(request)
                connection.answer(answer.body, status: answer.status, fields: answer.fields)
            }
        }
        defer { server.stop() }
        try await body(FakeService(server))
    }
}

extension SocketServer.Request {
    /// Method and target.
    var line: String { method + " " + target }
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// A directory with documents of services, which goes with it.
final class DocumentFolder: Sendable {
    let path: String

    init(_ documents: [String: String] = [:]) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("documents-" + UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, text) in documents { try write(name, text) }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ name: String, _ text: String) throws {
        try text.write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }
}

extension InProcess {
    /// Calls a tool over REST.
    /// - Returns: its result, also that of a failure with a status of its own.
    func call(_ tool: String, _ arguments: JSONObject = [:]) async throws -> JSON {
        let answer = try await ask("POST /tools/" + tool, [], .object(arguments))
        let result = answer.status == 200 ? answer.json : answer.json?["details"]?["result"]
        return try #require(result, "\(tool) \(answer.text)")
    }

    /// The names of the tools that no tool of the gateway's own has.
    func forwardedTools() async throws -> [String] {
        let list = try await ask("GET /tools/").json?["tools"]?.arrayValue ?? []
        return list.filter { $0["source"]?.stringValue?.hasPrefix("forwarder:") == true }.compactMap {
            $0["name"]?.stringValue
        }
    }

    /// What `/status` says of forwarded services.
    func forwarderStatus() async throws -> JSON { try #require(try await ask("GET /status").json?["forwarders"]) }
}

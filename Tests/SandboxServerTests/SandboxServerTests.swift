import Core
import Foundation
import IO
import LumaSandbox
import Settings
import TestKit
import Testing

@testable import SandboxServer

/// The emulator over sockets, and the file that keeps its state.
@Suite struct SandboxServerTests {
    private func options(_ more: [Setting: String] = [:]) throws -> SandboxOptions {
        try SandboxOptions.resolve(
            flags: [.sandboxHost: "127.0.0.1", .sandboxPort: "0", .sandboxSeed: "7"].merging(more) { $1 })
    }

    private func file() -> String {
        FileManager.default.temporaryDirectory.appendingPathComponent("state-\(UUID().uuidString).json").path
    }

    private static let key = "x-luma-api-key: any"
    private static let event = #"{"name":"Kept","start_at":"2027-01-01T10:00:00Z","timezone":"Europe/Berlin"}"#

    private func create(_ port: Int, _ body: String = event) async throws -> String {
        try await Socket.ask(
            port, "POST /v1/events/create", [Self.key, "Content-Type: application/json"], body: body)
    }

    @Test func rulesOfASettingAreCheckedByTheEmulator() {
        #expect(Emulator.settingChecks(.faults, "rest")?.contains("did you mean reset?") == true)
        #expect(Emulator.settingChecks(.faults, "reset,after,nth=3") == nil)
        #expect(Emulator.settingChecks(.path, "rest") == nil)
    }

    @Test(arguments: [
        ("GET /v1/users/get-self", [key], 200, #""email":"#),
        ("GET /v1/users/get-self", [], 400, "Please provide an API key."),
        ("GET /v1/users/get-self", ["x-luma-api-key: invalid-1"], 401, "not signed in"),
        ("GET /v1/calendars/events/list?pagination_limit=1", [key], 200, #""has_more":true"#),
        ("GET /v1/calendars/events/list?pagination_limit=%ff", [key], 400, "query string"),
        ("GET /v1/event/get?api_id=evt-none", [key], 403, "You don't have access to this event."),
        ("GET /v1/calendars/get", [key, "x-luma-calendar-id: cal-other"], 403, "access"),
        ("GET /v1/nothing", [key], 404, "Not found."), ("DELETE /v1/users/get-self", [key], 405, "Method not allowed."),
        ("GET /%zz", [key], 400, "not valid HTTP"),
        ("GET /_sandbox/state", ["Sec-Fetch-Site: none"], 200, "creates"),
    ])
    func itAnswersAsLumaDoes(line: String, fields: [String], status: Int, text: String) async throws {
        let server = try await Emulator.start(options())
        let answer = try await Socket.ask(server.addresses[0].port, line, fields)
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer)")
        #expect(answer.contains(text), "\(answer)")
        #expect(answer.contains("\r\nContent-Type: application/json\r\n"))
        await server.stop(seconds: 1)
    }

    /// Nothing that a page in a browser can send is answered, by whatever name.
    @Test(arguments: [
        ("POST /_sandbox/reset", ["Origin: https://evil.example", "Content-Type: text/plain"], 403),
        ("POST /_sandbox/reset", ["Origin: null"], 403),
        ("POST /_sandbox/reset", ["Origin: http://localhost:3000"], 403),
        ("GET /_sandbox/state", ["Sec-Fetch-Site: cross-site"], 403),
        ("GET /_sandbox/state", ["Sec-Fetch-Site: same-site"], 403),
        ("GET /v1/users/get-self", [key, "Origin: https://evil.example"], 403),
        ("GET /_sandbox/state", ["Host: evil.example"], 421), ("PUT /_sandbox/faults", ["Host: evil.example:80"], 421),
        ("GET /_sandbox/state", ["Host: localhost:1"], 200), ("POST /_sandbox/reset", ["Host: [::1]"], 200),
    ])
    func noPageReachesIt(line: String, fields: [String], status: Int) async throws {
        let server = try await Emulator.start(options())
        let answer = try await Socket.ask(server.addresses[0].port, line, fields)
        #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(answer)")
        await server.stop(seconds: 1)
    }

    @Test func zonesAreTheSystemsAndTheStateIsKeptInItsFile() async throws {
        let path = file()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let first = try await Emulator.start(options([.sandboxState: path]))
        let port = first.addresses[0].port
        let refused = try await create(port, Self.event.replacing("Europe/Berlin", with: "Mars/Base"))
        #expect(refused.hasPrefix("HTTP/1.1 400 "))
        let created = try await create(port)
        let body = try #require(created.split(separator: "\r\n\r\n").last)
        let id = try #require(try JSON.parse(String(body))["id"]?.stringValue)
        await first.stop(seconds: 1)
        let permissions = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(permissions == 0o600)
        #expect(!FileManager.default.fileExists(atPath: path + ".new"))

        let second = try await Emulator.start(options([.sandboxState: path]))
        let found = try await Socket.ask(
            second.addresses[0].port, "GET /v1/events/get?event_id=\(id)", [Self.key])
        #expect(found.contains(#""name":"Kept""#))
        await second.stop(seconds: 1)
    }

    @Test func aChangeIsWrittenWithinASecondOrSo() async throws {
        let path = file()
        defer { try? FileManager.default.removeItem(atPath: path) }
        let server = try await Emulator.start(options([.sandboxState: path]))
        _ = try await create(server.addresses[0].port)
        #expect(await soon { (try? String(contentsOfFile: path, encoding: .utf8))?.contains("Kept") == true })
        await server.stop(seconds: 1)
    }

    @Test(arguments: [
        ("{", "is not JSON: unexpected end of input at byte 1"), ("{}", "is not a saved state of the sandbox: version"),
        ("\u{feff}{}", "is not JSON"),
    ])
    func aFileThatIsNoStateStopsTheStart(text: String, problem: String) async throws {
        let path = file()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        let error = await #expect(throws: StartFailure.self) {
            try await Emulator.start(options([.sandboxState: path]))
        }
        #expect(error?.kind == .configuration)
        #expect(error?.description.contains(problem) == true, "\(String(describing: error))")
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(text.utf8))
    }
}

import Core
import Foundation
import Testing

@Suite struct TemplatesJourneyTests {

    /// A person reads what a kind of event starts with; a script takes the document.
    @Test func theCommandLineShowsThem() async throws {
        let gateway = try await RunningGateway.start(.inProcess)
        let all = try await events(gateway.address, ["templates"])
        #expect(all.code == 0)
        let lines = all.out.split(separator: "\n").map(String.init)
        #expect(lines.count == 6 && lines[0].hasPrefix("TYPE"))
        #expect(lines[2].contains("Hands-on Workshop") && lines[2].contains("3 h") && lines[2].contains("online"))
        let one = try await events(gateway.address, ["templates", "workshop"])
        for text in ["Hands-on Workshop\n", "lasts    3 h\n", "approval needed\n", "where    online\n"] {
            #expect(one.out.contains(text), "\(one.out)")
        }
        // The command that it shows works as it stands.
        let shown = try #require(one.out.split(separator: "\n").last).trimmingCharacters(in: .whitespaces)
        let command = shown.replacing(try Regex("^luma-mcp"), with: "'\(Program.path)'")
        let made = try await run(
            "env", ["LUMA_GATEWAY_URL=" + gateway.address, "TZ=UTC", "bash", "-c", command + " --json"])
        #expect(made.code == 0, "\(made.err)")
        #expect(try JSON.parse(made.out.trimmingCharacters(in: .newlines))["require_approval"] == true)
        let json = try await events(gateway.address, ["templates", "workshop", "--json"])
        #expect(json.json?["type"] == "workshop" && json.json?["summary"] != nil)
        let none = try await events(gateway.address, ["templates", "workshp"])
        #expect(none.code == 66 && none.out.isEmpty && none.err.contains("did you mean workshop?"), "\(none.err)")
    }

    @Test func filesAddTemplates() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("templates-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let text = #"""
            {"type": "book_club", "name": "Book club", "description": "Read and talk.",
             "default_duration_hours": 1.5, "require_rsvp_approval": false, "is_virtual": false}
            """#
        try Data(text.utf8).write(to: folder.appendingPathComponent("book_club.json"))
        let gateway = try await RunningGateway.start(.inProcess, environment: ["LUMA_TEMPLATES_DIR": folder.path])
        let created = try await curlJSON(
            "POST", gateway.address + "/templates/create",
            ["template_type": "book_club", "name": "Dune", "start_at": "2027-06-01T18:00:00Z", "timezone": "UTC"])
        #expect(created.status == 201, "\(created.body)")
        #expect(created.json?["end_at"] == "2027-06-01T19:30:00.000Z")

        try Data("{".utf8).write(to: folder.appendingPathComponent("broken.json"))
        let refused = try Program(
            ["serve"], environment: ["LUMA_SANDBOX": "true", "LUMA_PORT": "0", "LUMA_TEMPLATES_DIR": folder.path])
        #expect(try await refused.exitCode() == 78)
        #expect(refused.standardError.contains("broken.json"))
        let missing = folder.appendingPathComponent("missing").path
        let unread = try Program(
            ["serve"], environment: ["LUMA_SANDBOX": "true", "LUMA_PORT": "0", "LUMA_TEMPLATES_DIR": missing])
        #expect(try await unread.exitCode() == 78)
        #expect(unread.standardError.contains("LUMA_TEMPLATES_DIR cannot be used:\n\(missing): "))
    }
}

import Core
import GatewayAPI
import LumaAPI
import Settings
import TestKit
import Testing

@testable import Gateway

/// What a row calls secret leaves this program nowhere: by no path, no tool, no error and no line of the log.
@Suite struct SurfaceSecretsTests {
    /// Those that are made of a row whose answer has secrets.
    static let rows = Surfaces.all.filter { $0.isDerived(.rest) && !$0.operation.secretAnswer.isEmpty }
        .map(\.operation.name)

    @Test func thereIsOne() { #expect(Self.rows.contains("events/guests/list")) }

    /// The texts of Luma's own answer that are secret, each also without the address that it may be a part of.
    private static func secrets(_ stage: SurfaceStage, _ surface: Surface, _ input: JSONObject) throws -> [String] {
        var found: [String] = []
        func look(_ value: JSON) {
            switch value {
            case .array(let items): for item in items { look(item) }
            case .object(let object):
                for (name, value) in object.members {
                    if surface.operation.secretAnswer.contains(name), let text = value.stringValue {
                        found += [text, text.split(separator: "=").last.map { String($0) } ?? text]
                    }
                    look(value)
                }
            default: break
            }
        }
        let query = input.members.map { (name: $0.name, value: $0.value.stringValue ?? "\($0.value)") }
        look(stage.luma.look(surface.operation.path, query))
        try #require(!found.isEmpty && found.allSatisfy { $0.count > 5 })
        return found
    }

    /// The example of a row without what makes the answer smaller.
    private static func input(_ stage: SurfaceStage, _ surface: Surface) throws -> JSONObject {
        let example = try stage.luma.example(of: surface.operation)
        return JSONObject(example.members.filter { surface.pathMembers.contains($0.name) })
    }

    private static func expectNone(of secrets: [String], _ names: Set<String>, in text: String) {
        for secret in secrets { #expect(!text.contains(secret), "\(text)") }
        for name in names { #expect(!text.contains(name), "\(text)") }
    }

    @Test(arguments: rows) func itIsInNoAnswerAndInNoLog(name: String) async throws {
        let surface = try Surface.row(name)
        let names = surface.operation.secretAnswer
        try await SurfaceStage.play([.debug: "true"]) { stage in
            let input = try Self.input(stage, surface)
            let secrets = try Self.secrets(stage, surface, input)
            // As it comes from Luma, and as it is kept.
            for _ in 0..<2 {
                let answer = try await stage.rest(surface, input)
                #expect(answer.status == surface.success && answer.json?["entries"]?.arrayValue?.isEmpty != true)
                Self.expectNone(of: secrets, names, in: answer.text)
            }
            if let tool = surface.tool {
                let result = try await stage.assistant().ask(
                    "tools/call", ["name": .string(tool), "arguments": .object(surface.given(input))])
                #expect(result["result"]?["isError"] == false, "\(result)")
                Self.expectNone(of: secrets, names, in: String(decoding: result.encoded, as: UTF8.self))
            }
            let log = await stage.log()
            #expect(log.contains("\(surface.success)"))
            Self.expectNone(of: secrets, names, in: log)
        }
    }

    /// An answer of Luma's that cannot be used is told of, and not shown.
    @Test(arguments: rows.filter { Surfaces[operation: $0]?.answer == .page }) func itIsInNoError(
        name: String
    ) async throws {
        let surface = try Surface.row(name)
        let names = surface.operation.secretAnswer
        try await SurfaceStage.play([.debug: "true"]) { stage in
            let input = try Self.input(stage, surface)
            let secret = "https://luma.com/check-in/evt?pk=g-a1B2c3D4"
            let entry = JSONObject(names.map { (name: $0, value: JSON.string(secret)) })
            stage.luma.answer(name, with: .json(200, ["entries": [.object(entry)], "has_more": "perhaps"]))
            let answer = try await stage.rest(surface, input)
            #expect(answer.status == 502 && answer.reason == "upstream_failure", "\(answer.text)")
            Self.expectNone(of: [secret, "g-a1B2c3D4"], names, in: answer.text)
            if let tool = surface.tool {
                let result = try await stage.assistant().ask(
                    "tools/call", ["name": .string(tool), "arguments": .object(surface.given(input))])
                #expect(result["result"]?["isError"] == true, "\(result)")
                let text = String(decoding: result.encoded, as: UTF8.self)
                Self.expectNone(of: [secret, "g-a1B2c3D4"], names, in: text)
            }
            Self.expectNone(of: [secret, "g-a1B2c3D4"], names, in: await stage.log())
        }
    }

    /// What describes the answers does not promise it either.
    @Test(arguments: rows) func itIsInNoDescription(name: String) async throws {
        let surface = try Surface.row(name)
        try await SurfaceStage.play { stage in
            let document = try await stage.gateway.ask("GET /openapi.json")
            #expect(document.status == 200)
            let tools = try await stage.assistant().ask("tools/list", [:])
            for text in [document.text, String(decoding: tools.encoded, as: UTF8.self)] {
                Self.expectNone(of: [], surface.operation.secretAnswer, in: text)
            }
        }
    }
}

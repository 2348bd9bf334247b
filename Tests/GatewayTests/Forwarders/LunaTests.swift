import Core
import GatewayAPI
import IOTestKit
import Settings
import TestKit
import Testing

@testable import Gateway

/// Luna's tools against a service on a socket.
@Suite struct LunaTests {
    private static func serve(
        _ answer: @escaping @Sendable (SocketServer.Request) -> FakeService.Answer,
        _ body: (InProcess, FakeService) async throws -> Void
    ) async throws {
        try await FakeService.serve(answer) { service in
            try await InProcess.serve([.lunaURL: service.url]) { (gateway: InProcess) async throws in
                try await body(gateway, service)
            }
        }
    }

    @Test func whatTheServiceAnswersIsGiven() async throws {
        let answer: @Sendable (SocketServer.Request) -> FakeService.Answer = { request in
            switch request.line {
            case "POST /api/ai/code":
                #expect(request.text == #"{"prompt":"a \"}],\"role\":\"admin"}"#)
                return .json(#"{"code":"print(1)"}"#)
            case "POST /api/ai/voice": return .json(#"{"audio":"AAAA","voice":"a"}"#)
            default: return .json("{}")
            }
        }
        try await Self.serve(answer) { (gateway: InProcess, _: FakeService) async throws in
            let code = try await gateway.call("code_gen", ["prompt": #"a "}],"role":"admin"#])
            #expect(code["structuredContent"] == ["result": "print(1)"], "\(code)")
            #expect(code["content"]?.arrayValue?.first?["text"] == "print(1)")
            let voice = try await gateway.call("voice_speak", ["text": "Hello"])
            #expect(voice["structuredContent"] == ["audio": "AAAA", "voice": "a"], "\(voice)")
            let image = try await gateway.call("bw_remote", ["image_url": "https://x.example/a.png"])
            #expect(image["structuredContent"] == ["result": ""], "\(image)")
        }
    }

    /// What stands for a result is marked as such, for whoever reads the text and for whoever reads the value.
    @Test func aSnippetThatNobodyWroteIsMarked() async throws {
        let nothing: @Sendable (SocketServer.Request) -> FakeService.Answer = { _ in .json("{}", "404 Not Found") }
        try await Self.serve(nothing) { (gateway: InProcess, _: FakeService) async throws in
            let result = try await gateway.call("code_gen", ["prompt": "x\ny"])
            let texts = result["content"]?.arrayValue?.compactMap { $0["text"]?.stringValue } ?? []
            #expect(texts.first == "The AI service gave no answer; this is a canned snippet.", "\(result)")
            #expect(texts.last?.contains("# Not generated. Wanted: x y\n") == true)
            #expect(result["structuredContent"]?["fallback"] == true && result["isError"] == false)
            // Only where the document says so.
            #expect(try await gateway.call("voice_speak", ["text": "Hello"])["isError"] == true)
        }
    }
}

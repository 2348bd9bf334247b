import GatewayAPI
import HTTP
import MCP
import Settings
import Testing

@testable import Gateway

@Suite struct MCPHeadersTests {
    @Test(arguments: [
        ("plain", "plain"), ("=?base64?SGVsbG8=?=", "Hello"), ("=?base64?w6k=?=", "é"), ("=?base64??=", ""),
        ("=?BASE64?SGVsbG8=?=", "=?BASE64?SGVsbG8=?="), ("=?base64?SGVsbG8?=", nil), ("=?base64?SGVsbG9=?=", nil),
        ("=?base64?SGVs bG8=?=", nil), ("=?base64?/w==?=", nil), ("=?base64?====?=", nil), ("=?base64?=", "=?base64?="),
    ])
    func aValueIsReadAsItWas(sent: String, meant: String?) { #expect(MCPHeaders.decoded(sent) == meant) }

    @Test(arguments: [
        ([], true, true), (["*/*"], true, true), (["application/json"], true, false),
        (["text/event-stream"], false, true), (["application/json, text/event-stream"], true, true),
        (["application/json", "text/event-stream"], true, true), (["text/html"], false, false),
        (["application/*;q=0.5, text/event-stream;q=0"], true, false), (["Text/Event-Stream; q=1"], false, true),
    ])
    func acceptSaysWhatIsTaken(accept: [String], json: Bool, stream: Bool) {
        var headers = MCPHeaders()
        headers.accept = accept.isEmpty ? nil : Accept(accept.joined(separator: ", "))
        #expect(headers.acceptsJSON == json)
        #expect(headers.acceptsStream == stream)
    }

    @Test(arguments: [
        ("http://localhost", true), ("http://localhost:3000", true), ("https://127.0.0.1:8443", true),
        ("http://[::1]:8000", true), ("https://luma.example", true), ("https://luma.example:444", true),
        ("https://LUMA.example", true), ("https://evil.example", false), ("null", false), ("", false),
        ("https://luma.example.evil", false), ("https://luma.example@evil", false), ("file://localhost", false),
        ("localhost", false), ("https://localhost/", false),
    ])
    func anOriginIsOneOfTheNames(origin: String, isAllowed: Bool) {
        #expect(AllowedHosts(["luma.example"]).allows(origin: origin) == isAllowed)
        #expect(AllowedHosts(["luma.example", "*"]).allows(origin: origin) == isAllowed)
    }

    @Test func anEventIsFramed() {
        var output: [UInt8] = []
        EventStreamEncoder.append(event: "message", data: Array("{}".utf8), to: &output)
        EventStreamEncoder.append(event: "x", data: Array("a\nb".utf8), to: &output)
        #expect(String(decoding: output, as: UTF8.self) == "event: message\ndata: {}\n\nevent: x\ndata: a\ndata: b\n\n")
    }
}

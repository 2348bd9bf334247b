import Core
import HTTP
import MCP
import Testing

@testable import ToolSources

@Suite struct UpstreamHTTPTests {
    private static let message = UpstreamMessage(
        kind: .request(id: 1, name: nil), method: "tools/call", revision: .november2025, isFirst: false, octets: [])

    private static func texts(_ arrival: UpstreamArrival?) -> String {
        guard case .message(let json, request: 1) = arrival else { return "none" }
        return String(decoding: json.encoded, as: UTF8.self)
    }

    /// Whatever it was sent with a message is in none that comes back: in a document, in an error, in a stream.
    @Test(arguments: [
        AuthRule.field(name: "authorization", prefix: "Bearer ", Secret("three-secret")),
        .query(name: "key", Secret("three-secret")), .basic(user: Secret("three-secret"), password: Secret("")),
        .basic(user: Secret("u"), password: Secret("three-secret")),
    ])
    func aSecretThatItRepeatsIsRemoved(auth: AuthRule) {
        let endpoint = UpstreamEntry.Endpoint(url: "https://docs.example/mcp", allow: .init(), auth: auth)
        var http = UpstreamHTTP(endpoint)
        let body = Array(#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"bad three-secret"}}"#.utf8)
        let expected = #"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"bad [removed]"}}"#
        for status in [200, 400] {
            let arrivals = http.read(
                OutboundResponse(status: status, body: body), of: Self.message, hadSession: false)
            #expect(Self.texts(arrivals.first) == expected)
        }
        #expect(Self.texts(http.read(EventStreamReader.Event(name: "message", data: body), request: 1)) == expected)
    }
}

import HTTP
import TestKit
import Testing

@Suite struct RequestViewTests {
    static let raw =
        "BREW /a%20b?c=d HTTP/1.1\r\nHost: EXAMPLE.com:8000\r\nX-Tag: one\r\naccept: text/plain \r\n"
        + "x-tag:two\r\nX-Bin: \u{e9}\r\nContent-Length: 2\r\n\r\nhi"

    @Test func everythingThatWasSentCanBeRead() throws {
        try RequestView.withParsed(Self.raw) { request in
            #expect(request.method == .other)
            #expect(request.methodToken == "BREW")
            #expect(String(decoding: request.path, as: UTF8.self) == "/a%20b")
            #expect(request.query.map { String(decoding: $0, as: UTF8.self) } == "c=d")
            #expect(String(decoding: request.body, as: UTF8.self) == "hi")
            #expect(!request.isHTTP10)
            #expect(request.host == "example.com")
            #expect(request.hostBytes.map { String(decoding: $0, as: UTF8.self) } == "EXAMPLE.com")
            #expect(request.field("x-TAG") == "one")
            #expect(request.fields(named: "X-Tag") == ["one", "two"])
            #expect(request.field("x-bin") == "\u{e9}")
            #expect(request.field("x-ta") == nil)
            #expect(request.field("X_Tag") == nil)
            #expect(request.fields(named: "none").isEmpty)
            #expect(request.combined("X-TAG") == "one, two")
            #expect(request.combined("none") == nil)
            #expect(request.value(of: .accept).map { String(decoding: $0, as: UTF8.self) } == "text/plain")
            #expect(request.value(of: .authorization) == nil)
            #expect(request.allFields.map(\.name) == ["Host", "X-Tag", "accept", "x-tag", "X-Bin", "Content-Length"])
        }
    }

    @Test(arguments: FieldName.allCases.filter { $0 != .other }) func knownNamesAreFoundInAnyCase(_ name: FieldName)
        throws
    {
        let text = "\(name.text)"
        guard name != .host, name != .contentLength, name != .transferEncoding, name != .expect else { return }
        for spelling in [text, text.uppercased()] {
            try RequestView.withParsed("GET / HTTP/1.0\r\n\(spelling): v\r\n\r\n") { request in
                #expect(request.value(of: name).map { String(decoding: $0, as: UTF8.self) } == "v")
                #expect(request.field(text) == "v")
                #expect(request.isHTTP10)
                #expect(request.host == nil)
            }
        }
    }

    /// Marks that are out of order are put in order wherever a text is compared, so a row of them must be a short one.
    @Test func noFieldHasALongRowOfMarks() throws {
        let row = String(repeating: "\u{301}\u{323}", count: 5000)
        let raw = "GET / HTTP/1.1\r\nHost: a\r\nX-Tag: b\(row)\r\n\r\n"
        try RequestView.withParsed(raw) { request in
            let values = [request.field("x-tag"), request.combined("x-tag"), request.allFields.last?.value]
            for value in values {
                let text = try #require(value)
                let rows = text.unicodeScalars.split { $0 == "\u{34f}" }
                #expect(text.unicodeScalars.first == "b" && rows.count > 300 && rows.allSatisfy { $0.count <= 31 })
            }
        }
    }

    @Test func aHandMadeViewHasNoFields() {
        let path = Array("/x".utf8)
        path.withUnsafeBytes { path in
            let view = RequestView(
                method: .put, path: path, query: nil, body: UnsafeRawBufferPointer(start: nil, count: 0))
            #expect(view.methodToken == "PUT")
            #expect(view.host == nil)
            #expect(view.field("host") == nil)
        }
    }

    @Test func aBadTextIsRefused() {
        #expect(throws: ProtocolError.missingHost) { try RequestView.withParsed("GET / HTTP/1.1\r\n\r\n") { _ in } }
        #expect(throws: ProtocolError.incompleteRequest) { try RequestView.withParsed("GET") { _ in } }
    }
}

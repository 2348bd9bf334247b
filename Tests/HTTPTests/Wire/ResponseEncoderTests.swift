import Core
import TestKit
import Testing

@testable import HTTP

@Suite struct ResponseEncoderTests {
    private static let constant =
        "\r\nServer: luma-mcp\r\nX-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: same-origin\r\n"
    static let date = "Sun, 06 Nov 1994 08:49:37 GMT"
    private static let opening = ResponseEncoder.opening(at: Timestamp(milliseconds: 784_111_777_000))

    private func head(
        _ status: Int = 200, _ fields: [Field] = [], _ framing: AnswerFraming = .of(.length), length: Int = 5
    ) throws -> String {
        var out = ByteBuffer()
        out.append("before ")
        var failure: ResponseError?
        Self.opening.withUnsafeBytes { opening in
            do throws(ResponseError) {
                try ResponseEncoder.appendHead(
                    status: status, fields: fields, framing: framing, length: length, opening: opening, to: &out)
            } catch {
                failure = error
            }
        }
        let text = String(decoding: out.bytes, as: UTF8.self)
        if let failure {
            #expect(text == "before ")
            throw failure
        }
        return String(text.dropFirst(7))
    }

    @Test func aHeadIsWrittenInOnePiece() throws {
        #expect(
            try head(200, [Field("Content-Type", "text/plain"), Field("X", "")])
                == "HTTP/1.1 200 OK\r\nDate: \(Self.date)\(Self.constant)Content-Type: text/plain\r\nX: \r\n"
                + "Content-Length: 5\r\n\r\n")
        #expect(
            try head(422, [], .of(.chunked, .close))
                == "HTTP/1.1 422 Unprocessable Content\r\nDate: \(Self.date)\(Self.constant)"
                + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
        #expect(
            try head(204, [], .of(.none, .keepAlive, sends: false))
                == "HTTP/1.1 204 No Content\r\nDate: \(Self.date)\(Self.constant)Connection: keep-alive\r\n\r\n"
        )
        // The space after the code stays when there is no phrase (RFC 9112 §4).
        #expect(try head(299).hasPrefix("HTTP/1.1 299 \r\n"))
        #expect(try head(length: 1_234_567_890).contains("Content-Length: 1234567890\r\n"))
        #expect(try head(length: 0).contains("Content-Length: 0\r\n"))
    }

    @Test(arguments: [
        Field("X", "a\r\nSet-Cookie: b"), Field("X", "a\nb"), Field("X", "a\rb"), Field("X", "a\0b"),
        Field("X", "\u{1}"), Field("X", "\u{7f}"), Field("", "a"), Field("X Y", "a"), Field("X:", "a"),
        Field("X\r\nY", "a"), Field("\u{e9}", "a"), Field("X\0", "a"), Field("X-Request-Id", "a\r\nb: c"),
    ]) func noFieldCanWriteAnotherLine(_ field: Field) {
        #expect(throws: ResponseError.invalidField(name: field.name)) { try head(200, [Field("A", "b"), field]) }
    }

    /// Values are judged eight octets at a time: at every place, with every neighbour, as one by one.
    @Test func everyOctetIsJudgedAtEveryPlace() {
        for length in [1, 7, 8, 9, 16, 19] {
            for place in 0..<length {
                for octet in UInt8.min...UInt8.max {
                    for neighbour: UInt8 in [0x20, 0x61, 0x7E, 0x80, 0xFF, 0x09] {
                        var octets = [UInt8](repeating: neighbour, count: length)
                        octets[place] = octet
                        let judged = octets.withUnsafeBytes { $0.isFieldContent }
                        #expect(judged == octets.allSatisfy(Octet.isFieldContent))
                    }
                }
            }
        }
    }

    /// A server copies it into memory of this length, once a second.
    @Test(arguments: [0, 784_111_777_000, 1_900_000_000_999, 253_402_300_799_000] as [Int64])
    func everyOpeningHasOneLength(_ milliseconds: Int64) {
        let opening = ResponseEncoder.opening(at: Timestamp(milliseconds: milliseconds))
        #expect(opening.count == ResponseEncoder.openingLength)
        #expect(opening.starts(with: Array("HTTP/1.1 200 OK\r\nDate: ".utf8)))
    }

    @Test func preparedLinesAreWrittenAsTheyAreAndCheckedBefore() throws {
        let block = try FieldBlock([Field("Content-Type", "application/json"), Field("Cache-Control", "no-store")])
        var out = ByteBuffer()
        try Self.opening.withUnsafeBytes { opening in
            try ResponseEncoder.appendHead(
                status: 200, prepared: block, fields: [Field("A", "1")], extra: Field("B", "2"), framing: .of(.length),
                length: 0, opening: opening, to: &out)
        }
        #expect(
            String(decoding: out.bytes, as: UTF8.self)
                == "HTTP/1.1 200 OK\r\nDate: \(Self.date)\(Self.constant)Content-Type: application/json\r\n"
                + "Cache-Control: no-store\r\nA: 1\r\nB: 2\r\nContent-Length: 0\r\n\r\n")
        #expect(throws: ResponseError.reservedField(name: "Date")) { try FieldBlock([Field("Date", "x")]) }
        #expect(throws: ResponseError.invalidField(name: "X")) { try FieldBlock([Field("X", "a\r\nb: c")]) }
    }

    @Test(arguments: ["Date", "server", "CONNECTION", "Content-Length", "transfer-encoding"])
    func theServersOwnFieldsAreItsOwn(_ name: String) {
        #expect(throws: ResponseError.reservedField(name: name)) { try head(200, [Field(name, "x")]) }
    }

    @Test(arguments: [-1, 0, 100, 199, 600, 2000]) func onlyFinalStatusCodesAreWritten(_ status: Int) {
        #expect(throws: ResponseError.invalidStatus(status)) { try head(status) }
    }

    @Test func otherTextIsKept() throws {
        #expect(try head(200, [Field("X", "\tcaf\u{e9} \u{1F600}")]).contains("X: \tcaf\u{e9} \u{1F600}\r\n"))
    }

    @Test func chunksAreWhatTheDecoderReads() {
        var out = ByteBuffer()
        for length in [1, 15, 16, 255, 4096] {
            [UInt8](repeating: 0x61, count: length).withUnsafeBytes { ResponseEncoder.appendChunk($0, to: &out) }
        }
        [UInt8]().withUnsafeBytes { ResponseEncoder.appendChunk($0, to: &out) }
        ResponseEncoder.appendLastChunk(to: &out)
        let head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        let outcome = Feeding.outcome(of: Array(head.utf8) + Array(out.bytes))
        #expect(outcome.requests.map(\.body.count) == [1 + 15 + 16 + 255 + 4096])
        #expect(outcome.end == .waits(unread: false))
    }
}

import HTTP
import TestKit
import Testing

/// One input and what must come of it, however it is cut.
struct Case: CustomTestStringConvertible, Sendable {
    let input: String
    let expected: Expected
    var limits = WireLimits()
    enum Expected: Sendable, Equatable {
        /// `METHOD path?query host body` of each request.
        case requests([String])
        case error(ProtocolError)
        case incomplete
    }
    var testDescription: String {
        input.unicodeScalars.prefix(70).map { $0.escaped(asASCII: true) }.joined() + " → \(expected)"
    }

    static func get(_ target: String, _ expected: String) -> Case {
        Case(input: "GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n", expected: .requests([expected]))
    }
    static func bad(_ target: String, method: String = "GET") -> Case {
        Case(input: "\(method) \(target) HTTP/1.1\r\nHost: h\r\n\r\n", expected: .error(.malformedTarget))
    }
    static func host(_ host: String, _ expected: String?) -> Case {
        Case(
            input: "GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n",
            expected: expected.map { .requests(["GET / \($0) "]) } ?? .error(.malformedHost))
    }
    static func line(_ line: String, _ error: ProtocolError) -> Case {
        Case(input: "\(line)\r\nHost: h\r\n\r\n", expected: .error(error))
    }
    static func field(_ field: String, _ error: ProtocolError) -> Case {
        Case(input: "POST / HTTP/1.1\r\nHost: h\r\n\(field)\r\n\r\n", expected: .error(error))
    }
    static func fine(_ field: String, body: String = "", _ expected: String) -> Case {
        Case(input: "POST / HTTP/1.1\r\nHost: h\r\n\(field)\r\n\r\n\(body)", expected: .requests([expected]))
    }
    static func chunked(_ body: String, _ expected: String) -> Case {
        fine("Transfer-Encoding: chunked", body: body, "POST / h \(expected)")
    }
    static func chunked(_ body: String, error: ProtocolError, limits: WireLimits = WireLimits()) -> Case {
        Case(
            input: "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n\(body)", expected: .error(error),
            limits: limits)
    }
}

@Suite struct RequestTableTests {
    static let targets: [Case] = [
        .get("/", "GET / h "), .get("/a/b", "GET /a/b h "), .get("/a?b=c&d?/", "GET /a?b=c&d?/ h "),
        .get("/a?", "GET /a? h "), .get("/%41%ff", "GET /%41%ff h "), .get("//x", "GET //x h "),
        .get("/;=,!$&'()*+:@-._~", "GET /;=,!$&'()*+:@-._~ h "),
        .get("http://Example.com:80/x?y", "GET /x?y example.com "), .get("HTTP://e", "GET / e "),
        .get("http://[::1]?q", "GET /?q [::1] "),
        Case(input: "GET https://h/ HTTP/1.1\r\nHost: h\r\n\r\n", expected: .error(.misdirectedRequest)),
        Case(input: "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", expected: .requests(["OPTIONS * h "])),
        Case(input: "BREW /pot HTTP/1.1\r\nHost: h\r\n\r\n", expected: .requests(["BREW /pot h "])),
        Case(input: "get / HTTP/1.1\r\nHost: h\r\n\r\n", expected: .requests(["get / h "])),
        .bad("*"), .bad("x"), .bad("h:80"), .bad("/a#b"), .bad("/%"), .bad("/%4"), .bad("/%zz"), .bad("/?%g0"),
        .bad("/\"quoted\""), .bad("/a\\b"), .bad("/a|b"), .bad("/?{}"), .bad("/\u{e9}"), .bad("/a\u{1}b"),
        .bad("ftp://h/"), .bad("http:///x"), .bad("http://u@h/"), .bad("http://h:99999/"), .bad("http:/h"),
        .bad("http:"), .bad("://h/"), .bad("?q"), .bad("/", method: "CONNECT"), .bad("h", method: "CONNECT"),
        Case(input: "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", expected: .error(.connectUnsupported)),
    ]

    static let lines: [Case] = [
        .line("GET  / HTTP/1.1", .malformedRequestLine), .line("GET /  HTTP/1.1", .malformedRequestLine),
        .line("GET / HTTP/1.1 ", .malformedRequestLine), .line(" GET / HTTP/1.1", .malformedRequestLine),
        .line("GET\t/ HTTP/1.1", .malformedRequestLine), .line("GET /", .malformedRequestLine),
        .line("GET", .malformedRequestLine), .line("G(T / HTTP/1.1", .malformedRequestLine),
        .line("GET / http/1.1", .malformedRequestLine), .line("GET / HTTP/1.10", .malformedRequestLine),
        .line("GET / HTTP/11", .malformedRequestLine), .line("GET / HTTP/1,1", .malformedRequestLine),
        .line("GET / HTTP/2.0", .unsupportedVersion), .line("GET / HTTP/0.9", .unsupportedVersion),
        .line("PRI * HTTP/2.0", .unsupportedVersion), .line("GET /\u{0} HTTP/1.1", .malformedTarget),
        .line("GET /\rx HTTP/1.1", .malformedTarget), .line("GET / HTTP/1.1\r", .malformedRequestLine),
        Case(input: "GET / HTTP/1.1\nHost: h\r\n\r\n", expected: .error(.bareLineFeed)),
        Case(input: "\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", expected: .error(.bareLineFeed)),
        Case(input: "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", expected: .requests(["GET / h "])),
        Case(input: "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", expected: .error(.malformedRequestLine)),
        Case(input: "GET / HTTP/1.9\r\nHost: h\r\n\r\n", expected: .requests(["GET / h "])),
        Case(input: "GET / HTTP/1.0\r\n\r\n", expected: .requests(["GET / - "])),
        Case(input: "GET / HTTP/1.1\r\nHost: h\r\n", expected: .incomplete),
        Case(input: "GET / HTTP/1.1\r\nHost: h\r\n\r", expected: .incomplete),
        Case(input: "\r\n", expected: .incomplete), Case(input: "G", expected: .incomplete),
    ]

    static let fields: [Case] = [
        .field("A: b\nC: d", .bareLineFeed), .field("A: b\rC: d", .malformedFieldValue),
        .field("A: \u{0}", .malformedFieldValue), .field("A: \u{1f}", .malformedFieldValue),
        .field("A: \u{7f}", .malformedFieldValue), .field("A : b", .malformedFieldName),
        .field(": b", .malformedFieldName), .field("A", .malformedFieldName), .field("A(: b", .malformedFieldName),
        .field("\u{e9}: b", .malformedFieldName), .field(" folded", .foldedField), .field("\tfolded", .foldedField),
        .field("A: b\r\n c", .foldedField), .field("A\t: b", .malformedFieldName),
        Case(input: "GET / HTTP/1.1\r\n Host: h\r\n\r\n", expected: .error(.foldedField)),
        .fine("A: \u{e9}\tx ", "POST / h "), .fine("A:", "POST / h "), .fine("A:\t \t", "POST / h "),
        .fine("!#$%&'*+-.^_`|~09az: x", "POST / h "),
        // Host
        Case(input: "GET / HTTP/1.1\r\n\r\n", expected: .error(.missingHost)),
        .field("Host: h", .duplicateHost), .field("hOST: other", .duplicateHost),
        Case(
            input: "GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n", expected: .requests(["GET / a "])),
        Case(input: "GET http://a/ HTTP/1.1\r\n\r\n", expected: .error(.missingHost)),
        Case(input: "GET http://a/ HTTP/1.1\r\nHost: b c\r\n\r\n", expected: .error(.malformedHost)),
        Case(input: "GET / HTTP/1.0\r\nHost: a b\r\n\r\n", expected: .error(.malformedHost)),
        .host("LOCALHOST:8000", "localhost"), .host("127.0.0.1", "127.0.0.1"), .host("[::1]:80", "[::1]"),
        .host("[2001:DB8::1.2.3.4]", "[2001:db8::1.2.3.4]"), .host("a_b", "a_b"), .host("%41", "%41"),
        .host("h:", "h"), .host("", nil), .host(":80", nil), .host("h:x", nil), .host("h:65536", nil),
        .host("h/", nil), .host("h,h", nil), .host("u@h", nil), .host("[::1", nil), .host("[]", nil),
        .host("[:::1]", nil), .host("[1:2:3:4:5:6:7]", nil), .host("[1:2:3:4:5:6:7:8:9]", nil), .host("[::1]x", nil),
        .host("[12345::]", nil), .host("[::1.2.3]", nil), .host("[::1.2.3.256]", nil), .host("[fe80::1%25eth0]", nil),
        .host("%4", nil), .host("h h", nil), .host("<h>", nil),
        // Fields that mean nothing here: unknown ones, and an upgrade that this server does not make.
        .fine("Upgrade: h2c\r\nConnection: upgrade\r\nHTTP2-Settings: x\r\nA-b_C.1: d", "POST / h "),
        .fine("TE: trailers\r\nTrailer: X", "POST / h "),
        // Expect
        .field("Expect: 200-ok", .unknownExpectation), .field("Expect:", .unknownExpectation),
        .fine("Expect: 100-Continue", "POST / h "),
    ]

    static let framing: [Case] = [
        .fine("Content-Length: 3", body: "abc", "POST / h abc"), .fine("content-length: 0", "POST / h "),
        .fine("Content-Length: 00003", body: "abc", "POST / h abc"),
        .field("Content-Length: 3\r\nContent-Length: 3", .duplicateContentLength),
        .field("Content-Length: 3\r\nContent-Length: 4", .duplicateContentLength),
        .field("Content-Length: 3, 3", .malformedContentLength), .field("Content-Length: +3", .malformedContentLength),
        .field("Content-Length: -3", .malformedContentLength), .field("Content-Length: 3 3", .malformedContentLength),
        .field("Content-Length: 0x3", .malformedContentLength), .field("Content-Length:", .malformedContentLength),
        .field("Content-Length: 3.0", .malformedContentLength), .field("Content-Length: ٣", .malformedContentLength),
        .field("Content-Length: 9223372036854775808", .malformedContentLength),
        .field("Content-Length: 9223372036854775807", .bodyTooLarge),
        .field("Content-Length: 99999999999999999999999", .malformedContentLength),
        .field("Content-Length: 1048577", .bodyTooLarge),
        .field("Content-Length: 3\r\nTransfer-Encoding: chunked", .contentLengthWithTransferEncoding),
        .field("Transfer-Encoding: chunked\r\nContent-Length: 3", .contentLengthWithTransferEncoding),
        // Only what ends with one plain `chunked` has an end; below it nothing is decoded (RFC 9112 §6.1, §6.3).
        .field("Transfer-Encoding: gzip", .transferEncodingNotChunked),
        .field("Transfer-Encoding: chunked, gzip", .transferEncodingNotChunked),
        .field("Transfer-Encoding: chunked, chunked", .transferEncodingNotChunked),
        .field("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", .transferEncodingNotChunked),
        .field("Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip", .transferEncodingNotChunked),
        .field("Transfer-Encoding: identity", .transferEncodingNotChunked),
        .field("Transfer-Encoding:", .transferEncodingNotChunked),
        .field("Transfer-Encoding: ,", .transferEncodingNotChunked),
        .field("Transfer-Encoding: \"chunked\"", .transferEncodingNotChunked),
        .field("Transfer-Encoding: chunked;q=1", .transferEncodingNotChunked),
        .field("Transfer-Encoding: xchunked", .transferEncodingNotChunked),
        .field("Transfer-Encoding: gzip, chunked", .unsupportedTransferCoding),
        .field("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", .unsupportedTransferCoding),
        .field("Transfer-Encoding: gzip\r\nContent-Length: 3", .contentLengthWithTransferEncoding),
        .field("Transfer-Encoding: , chunked", .transferEncodingNotChunked),
        .field("Transfer-Encoding: chunked,", .transferEncodingNotChunked),
        .field("Transfer-Encoding: \u{b}chunked", .malformedFieldValue),
        .field("Transfer-Encoding : chunked", .malformedFieldName),
        Case(
            input: "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            expected: .error(.transferEncodingInHTTP10)),
        Case(
            input: "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nabGET /2 HTTP/1.1\r\nHost: h\r\n\r\n",
            expected: .requests(["POST /1 h ab", "GET /2 h "])),
        Case(
            input: "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nab", expected: .incomplete),
    ]

    static let chunks: [Case] = [
        .chunked("0\r\n\r\n", ""), .chunked("3\r\nabc\r\n0\r\n\r\n", "abc"),
        .chunked("3\r\nabc\r\n00A\r\n0123456789\r\n000\r\n\r\n", "abc0123456789"),
        .chunked("a;x\r\n0123456789\r\n0;y=z\r\n\r\n", "0123456789"),
        .chunked("1 ; a = \"q\\\"\\\\;\\r\" ;b\r\nx\r\n0\r\n\r\n", "x"),
        .chunked("1\r\nx\r\n0\r\nTrailer: a\r\nContent-Length: 99\r\nHost: evil\r\n\r\n", "x"),
        Case(
            input:
                "POST /1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\nT: u\r\n\r\n"
                + "POST /2 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nd\r\n0\r\n\r\nGET /3 HTTP/1.1\r\n"
                + "Host: h\r\n\r\n",
            expected: .requests(["POST /1 h abc", "POST /2 h d", "GET /3 h "])),
        .chunked("3\r\nabcX\r\n", error: .malformedChunk), .chunked("3\r\nabc\n0\r\n\r\n", error: .malformedChunk),
        .chunked("3\r\nabc\rX", error: .malformedChunk), .chunked("3\nabc\r\n", error: .bareLineFeed),
        .chunked("\r\n", error: .malformedChunk), .chunked("x\r\n", error: .malformedChunk),
        .chunked("-1\r\n", error: .malformedChunk), .chunked("+1\r\n", error: .malformedChunk),
        .chunked("0x1\r\n", error: .malformedChunk), .chunked(" 1\r\n", error: .malformedChunk),
        .chunked("1 \r\nx\r\n", error: .malformedChunk), .chunked("1;\r\nx\r\n", error: .malformedChunk),
        .chunked("1;a=\r\nx\r\n", error: .malformedChunk), .chunked("1;a=\"b\r\nx\r\n", error: .malformedChunk),
        .chunked("1;a=\"\u{1}\"\r\n", error: .malformedChunk), .chunked("1;a b\r\n", error: .malformedChunk),
        .chunked("1\r;a\r\n", error: .malformedChunk), .chunked("11111111111111111\r\n", error: .malformedChunk),
        .chunked("FFFFFFFFFFFFFFFF\r\n", error: .bodyTooLarge), .chunked("100001\r\n", error: .bodyTooLarge),
        .chunked("3\r\nabc\r\n3\r\ndef\r\n", error: .bodyTooLarge, limits: WireLimits(bodyBytes: 5)),
        .chunked("1;\(String(repeating: "a", count: 600))\r\n", error: .malformedChunk),
        .chunked(String(repeating: "a", count: 600), error: .malformedChunk),
        .chunked("0\r\nA\r\n\r\n", error: .malformedFieldName), .chunked("0\r\n folded\r\n\r\n", error: .foldedField),
        .chunked("0\r\nA: b\n\r\n", error: .bareLineFeed),
        .chunked("0\r\nA: \u{0}\r\n\r\n", error: .malformedFieldValue),
        .chunked("0\r\nA: b\r\nB: c\r\nD: e\r\n\r\n", error: .tooManyFields, limits: WireLimits(fields: 2)),
        .chunked(
            "0\r\nA: \(String(repeating: "b", count: 90))\r\nB: \(String(repeating: "b", count: 30))\r\n\r\n",
            error: .fieldsTooLarge, limits: WireLimits(headBytes: 100)),
        .chunked(
            String(repeating: "1;\(String(repeating: "a", count: 400))\r\nx\r\n", count: 50),
            error: .excessiveChunkOverhead),
    ]

    static let limits: [Case] = {
        let small = WireLimits(requestLine: 20, headBytes: 60, fields: 2, bodyBytes: 4)
        func head(_ text: String, _ expected: Case.Expected) -> Case {
            Case(input: text, expected: expected, limits: small)
        }
        return [
            head("GET /1234567 HTTP/1.1\r\nHost: h\r\n\r\n", .error(.requestLineTooLong)),
            head("GET /123456 HTTP/1.1\r\nHost: h\r\n\r\n", .requests(["GET /123456 h "])),
            head("GET /1234567 HTTP/1.\n", .error(.bareLineFeed)),
            head(String(repeating: "G", count: 22), .error(.requestLineTooLong)),
            head(String(repeating: "G", count: 21), .incomplete),
            head("GET / HTTP/1.1\r\nHost: h\r\nA: b\r\nC: d\r\n\r\n", .error(.tooManyFields)),
            head(
                "GET / HTTP/1.1\r\nHost: h\r\nA: \(String(repeating: "b", count: 28))\r\n\r\n", .requests(["GET / h "])),
            head(
                "GET / HTTP/1.1\r\nHost: h\r\nA: \(String(repeating: "b", count: 29))\r\n\r\n", .error(.fieldsTooLarge)),
            head("GET / HTTP/1.1\r\nHost: h\r\nA: \(String(repeating: "b", count: 80))", .error(.fieldsTooLarge)),
            head("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n", .error(.bodyTooLarge)),
            head("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nabcd", .requests(["POST / h abcd"])),
        ]
    }()

    static let all = targets + lines + fields + framing + chunks + limits

    @Test(arguments: all) func theOutcomeIsTheSameHoweverTheBytesAreCut(_ example: Case) {
        let input = Array(example.input.utf8)
        let whole = Feeding.outcome(of: input, limits: example.limits)
        #expect(summary(whole) == example.expected)
        #expect(Feeding.outcome(of: input, cutAt: 0..<input.count, limits: example.limits).same(as: whole))
        for cut in stride(from: 0, to: input.count, by: input.count > 2000 ? 97 : 1) {
            let outcome = Feeding.outcome(of: input, cutAt: [cut], limits: example.limits)
            #expect(outcome.same(as: whole), "cut at \(cut)")
        }
    }

    @Test(arguments: all) func whatFollowsDoesNotChangeAVerdict(_ example: Case) {
        guard example.expected != .incomplete else { return }
        let next = "GET /next HTTP/1.1\r\nHost: n\r\n\r\n"
        let whole = Feeding.outcome(of: Array(example.input.utf8), limits: example.limits)
        let followed = Feeding.outcome(of: Array((example.input + next).utf8), limits: example.limits)
        switch whole.end {
        case .refuses: #expect(followed.same(as: whole))
        case .waits, .closes:
            // Without keep-alive nothing that follows is read.
            if whole.end == .closes { return #expect(followed.same(as: whole)) }
            #expect(followed.requests.dropLast() == whole.requests[...])
            #expect(followed.requests.last?.path == "/next")
        }
    }

    @Test(arguments: all) func anInputThatEndsEarlyIsRefusedOrClosed(_ example: Case) {
        let ended = Feeding.outcome(of: Array(example.input.utf8), limits: example.limits, ended: true)
        switch example.expected {
        case .incomplete: #expect(ended.end == .refuses(.incompleteRequest))
        case .requests: #expect(ended.end == .closes)
        case .error(let error): #expect(ended.end == .refuses(error))
        }
    }

    private func summary(_ outcome: Outcome) -> Case.Expected {
        switch outcome.end {
        case .refuses(let error): return .error(error)
        case .waits(unread: true): return .incomplete
        case .waits(unread: false), .closes:
            return .requests(
                outcome.requests.map { request in
                    let query = request.query.map { "?" + $0 } ?? ""
                    return "\(request.method) \(request.path)\(query) \(request.host ?? "-") \(request.body)"
                })
        }
    }

    /// One table serves many requests, and remembers the last Host.
    @Test func aHostIsJudgedByItselfWhateverCameBefore() {
        let hosts = ["a:80", "a:80", "b", "a:80", "[::1]:1", "[::1]:1", "a:81", "a:8"]
        let input = (hosts + ["a:8x"]).map { "GET / HTTP/1.1\r\nHost: \($0)\r\n\r\n" }.joined()
        let outcome = Feeding.outcome(of: Array(input.utf8))
        #expect(outcome.requests.map(\.host) == ["a", "a", "b", "a", "[::1]", "[::1]", "a", "a"])
        #expect(outcome.end == .refuses(.malformedHost))
    }
}

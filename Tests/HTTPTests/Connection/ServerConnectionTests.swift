import HTTP
import Testing

/// The machine by lists of actions and the steps that must come of them.
@Suite struct ServerConnectionTests {
    enum Action {
        case bytes(String, ServerConnection.Step)
        case end(ServerConnection.Step)
        /// Asks again without new bytes.
        case again(ServerConnection.Step)
        case answer(AnswerFraming, status: Int = 200, streams: Bool = false, closes: Bool = false)
        case drain
        case phase(ServerConnection.Phase)
    }

    static let get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
    static let plain = AnswerFraming.of(.length)

    private func play(_ actions: [Action], sourceLocation: SourceLocation = #_sourceLocation) {
        var connection = ServerConnection()
        let limits = WireLimits()
        let table = FieldTable(limits: limits)
        var unread: [UInt8] = []
        var ended = false
        func advance() -> ServerConnection.Step {
            let step = unread.withUnsafeMutableBytes {
                connection.advance($0, ended: ended, limits: limits, table: table)
            }
            switch step {
            case .needMore(let kept): unread.removeLast(unread.count - kept)
            case .request(let consumed): unread.removeFirst(consumed)
            default: break
            }
            return step
        }
        for (number, action) in actions.enumerated() {
            switch action {
            case .bytes(let text, let expected):
                unread += Array(text.utf8)
                #expect(advance() == expected, "action \(number)", sourceLocation: sourceLocation)
            case .end(let expected):
                ended = true
                #expect(advance() == expected, "action \(number)", sourceLocation: sourceLocation)
            case .again(let expected):
                #expect(advance() == expected, "action \(number)", sourceLocation: sourceLocation)
            case .answer(let expected, let status, let streams, let closes):
                let framing = connection.beginAnswer(status: status, streams: streams, closes: closes)
                #expect(framing == expected, "action \(number)", sourceLocation: sourceLocation)
                connection.endAnswer()
            case .drain: connection.isDraining = true
            case .phase(let expected):
                #expect(connection.phase == expected, "action \(number)", sourceLocation: sourceLocation)
            }
        }
    }

    @Test func aRequestIsFollowedByTheNextOnlyOnceItIsAnswered() {
        play([
            .again(.needMore(kept: 0)), .phase(.idle),
            .bytes(Self.get + Self.get, .request(consumed: 27)), .phase(.answering), .again(.wait), .again(.wait),
            .answer(Self.plain), .phase(.idle), .again(.request(consumed: 27)), .answer(Self.plain),
            .again(.needMore(kept: 0)),
        ])
    }

    @Test func anUnfinishedRequestIsKept() {
        play([
            .bytes("GET / HTTP", .needMore(kept: 10)), .phase(.head),
            .bytes("/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\n", .needMore(kept: 46)), .phase(.body),
            .bytes("ab", .needMore(kept: 48)), .bytes("cG", .request(consumed: 49)), .answer(Self.plain),
            .again(.needMore(kept: 1)), .phase(.head),
        ])
    }

    @Test func chunksAreMovedTogetherAndTheirSizesUsedUp() {
        play([
            .bytes("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", .needMore(kept: 56)),
            .bytes("3\r\nabc\r\n2", .needMore(kept: 60)), .bytes("\r\nde\r\n0\r\nT: ", .needMore(kept: 64)),
            .bytes("u\r\n\r\nX", .request(consumed: 69)), .answer(Self.plain), .again(.needMore(kept: 1)),
        ])
    }

    @Test func theInterimAnswerIsSentOnceAndOnlyToWhoWaits() {
        let head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
        play([
            .bytes(head, .sendContinue), .again(.needMore(kept: 69)), .bytes("a", .needMore(kept: 70)),
            .bytes("b", .request(consumed: 71)),
        ])
        play([.bytes(head + "a", .needMore(kept: 70)), .bytes("b", .request(consumed: 71))])
        play([.bytes(head.replacing("Length: 2", with: "Length: 0"), .request(consumed: 69))])
        play([.bytes(head.replacing("1.1", with: "1.0"), .needMore(kept: 69))])
    }

    @Test func nothingIsReadAfterARefusal() {
        play([
            .bytes("GET / HTTP/1.1\r\n\r\n" + Self.get, .refuse(.missingHost)), .phase(.closing), .again(.close),
            .bytes(Self.get, .close),
        ])
        play([
            .bytes("BAD\r\n", .refuse(.malformedRequestLine)), .answer(AnswerFraming.of(.length, .close), status: 400),
        ])
        play([
            .bytes("HEAD / HTTP/1.1\r\n\r\n", .refuse(.missingHost)),
            .answer(AnswerFraming.of(.length, .close, sends: false), status: 400),
        ])
        // Also when it is the request line itself that is wrong (RFC 9110 §9.3.2).
        for line in ["HEAD * HTTP/1.1", "HEAD /%zz HTTP/1.1", "HEAD / HTTP/2.0", "HEAD /"] {
            let error: ProtocolError =
                line.hasSuffix("2.0")
                ? .unsupportedVersion : line.hasSuffix("1.1") ? .malformedTarget : .malformedRequestLine
            play([
                .bytes(line + "\r\n", .refuse(error)),
                .answer(AnswerFraming.of(.length, .close, sends: false), status: error.status),
            ])
        }
    }

    @Test func anHTTPSURLIsServedOnlyOverTLS() {
        var request = Array("GET https://h/ HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
        for isSecured in [true, false] {
            var connection = ServerConnection()
            connection.isSecured = isSecured
            let limits = WireLimits()
            let step = request.withUnsafeMutableBytes {
                connection.advance($0, ended: false, limits: limits, table: FieldTable(limits: limits))
            }
            #expect(step == (isSecured ? .request(consumed: 36) : .refuse(.misdirectedRequest)))
        }
    }

    @Test func interimAnswersAreForHTTP11Alone() {
        for (version, allowed) in [("1.0", false), ("1.1", true)] {
            var request = Array("GET / HTTP/\(version)\r\nHost: h\r\n\r\n".utf8)
            var connection = ServerConnection()
            let limits = WireLimits()
            _ = request.withUnsafeMutableBytes {
                connection.advance($0, ended: false, limits: limits, table: FieldTable(limits: limits))
            }
            #expect(connection.allowsInterim == allowed)
        }
    }

    @Test func thePeerDecidesWhetherTheConnectionLivesOn() {
        let close = AnswerFraming.of(.length, .close)
        for (fields, version, framing) in [
            ("Connection: close", "1.1", close), ("Connection: CLOSE", "1.1", close),
            ("Connection: a, close ,b", "1.1", close), ("Connection: a\r\nConnection: close", "1.1", close),
            ("Connection: keep-alive", "1.1", Self.plain), ("Connection: closed", "1.1", Self.plain),
            ("Connection: ,,", "1.1", Self.plain), ("Connection: upgrade", "1.0", close), ("A: b", "1.0", close),
            ("Connection: Keep-Alive", "1.0", AnswerFraming.of(.length, .keepAlive)),
            ("Connection: keep-alive, close", "1.0", close),
        ] {
            let request = "GET / HTTP/\(version)\r\nHost: h\r\n\(fields)\r\n\r\n"
            play([
                .bytes(request, .request(consumed: request.utf8.count)), .answer(framing),
                .phase(framing.connection == .close ? .closing : .idle),
            ])
        }
    }

    @Test func theServerMayEndTheConnectionToo() {
        let close = AnswerFraming.of(.length, .close)
        play([.bytes(Self.get, .request(consumed: 27)), .answer(close, closes: true), .again(.close)])
        play([.bytes(Self.get, .request(consumed: 27)), .drain, .answer(close), .bytes(Self.get, .close)])
        play([.drain, .again(.close)])
        play([.drain, .bytes(Self.get, .request(consumed: 27)), .answer(close)])
    }

    @Test func anAnswerIsFramedByItsStatusAndItsRequest() {
        func answer(_ request: String, _ framing: AnswerFraming, status: Int = 200, streams: Bool = false) {
            let text = "\(request)\r\nHost: h\r\n\r\n"
            play([
                .bytes(text, .request(consumed: text.utf8.count)), .answer(framing, status: status, streams: streams),
            ])
        }
        answer("GET / HTTP/1.1", .of(.none, sends: false), status: 204)
        answer("GET / HTTP/1.1", .of(.none, sends: false), status: 304, streams: true)
        answer("GET / HTTP/1.1", .of(.chunked), streams: true)
        answer("GET / HTTP/1.0", .of(.untilClose, .close), streams: true)
        answer("HEAD / HTTP/1.1", .of(.length, sends: false))
        answer("HEAD / HTTP/1.1", .of(.chunked, sends: false), streams: true)
    }

    @Test func aPeerThatHasEndedItsSideIsServedToTheEnd() {
        play([.end(.close)])
        play([.bytes("GE", .needMore(kept: 2)), .end(.refuse(.incompleteRequest))])
        play([
            .bytes(Self.get + Self.get, .request(consumed: 27)), .end(.wait), .answer(Self.plain),
            .again(.request(consumed: 27)), .answer(Self.plain), .again(.close),
        ])
    }
}

extension AnswerFraming {
    static func of(_ body: Body, _ connection: Connection = .unsaid, sends: Bool = true) -> AnswerFraming {
        AnswerFraming(body: body, sendsBody: sends, connection: connection)
    }
}

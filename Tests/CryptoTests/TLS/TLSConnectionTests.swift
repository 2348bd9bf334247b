import COpenSSL
import Testing

@testable import Crypto

/// The TLS state machine against a client of OpenSSL's own, without a socket.
@Suite struct TLSConnectionTests {
    private static func context(
        _ pair: TestPair = .first, _ tickets: TLSTicketKeys? = nil
    ) throws -> TLSServerContext {
        try TLSServerContext(certificate: pair.certificate, key: pair.key, tickets: tickets ?? TLSTicketKeys())
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION], [1, 7, Int.max])
    func speaksBothVersionsHoweverTheBytesAreCut(version: Int32, cut: Int) throws {
        let pair = try TLSPair(Self.context(), TLSPeer(version: version), cut: cut)
        #expect(pair.shakeHands() == nil)
        #expect(pair.server.isEstablished)
        #expect(pair.server.version == (version == TLS1_3_VERSION ? "TLSv1.3" : "TLSv1.2"))
        let (question, answer) = (Array("GET / HTTP/1.1\r\n\r\n".utf8), [UInt8](repeating: 7, count: 40_000))
        #expect(pair.send(question, from: pair.client.connection, to: pair.server) == question)
        #expect(pair.send(answer, from: pair.server, to: pair.client.connection) == answer)
    }

    @Test func anRSACertificateServesToo() throws {
        let pair = try TLSPair(Self.context(.rsa), TLSPeer(version: TLS1_2_VERSION))
        #expect(pair.shakeHands() == nil)
        #expect(pair.server.isEstablished)
    }

    @Test(arguments: [TLS1_VERSION, TLS1_1_VERSION]) func whatIsTooOldIsRefusedWithAnAlert(version: Int32) throws {
        let pair = try TLSPair(Self.context(), TLSPeer(version: version))
        _ = pair.client.connection.handshake()
        pair.carry(pair.client.connection, pair.server)
        guard case .failed(let failure) = pair.server.handshake() else {
            Issue.record("was not refused")
            return
        }
        #expect(failure.description == "unsupported protocol")
        // Alert, fatal, protocol_version (RFC 8446 §6.2).
        #expect(pair.server.output.first == 21)
        #expect(Array(pair.server.output.suffix(2)) == [2, 70])
        #expect(!pair.server.isEstablished)
    }

    /// No client in the distribution speaks SSL 3.0 any more, so its first message is written here (RFC 6101 §5.6.1.2).
    @Test func sslThreeIsRefused() throws {
        let body = [3, 0] + [UInt8](repeating: 9, count: 32) + [0] + [0, 4, 0, 0x2F, 0, 0x35] + [1, 0]
        let hello = [22, 3, 0, 0, UInt8(body.count + 4)] + [1, 0, 0, UInt8(body.count)] + body
        let server = try TLSConnection(Self.context())
        hello.withUnsafeBytes { server.receive($0) }
        guard case .failed = server.handshake() else {
            Issue.record("was not refused")
            return
        }
    }

    @Test(arguments: [
        (["http/1.1"], "http/1.1"), (["h2", "http/1.1"], "http/1.1"), (["http/1.0", "http/1.1"], "http/1.1"),
        (["http/1.0"], "http/1.0"), ([], ""),
    ]) func choosesHTTP1(offered: [String], chosen: String) throws {
        let pair = try TLSPair(Self.context(), TLSPeer(protocols: offered))
        #expect(pair.shakeHands() == nil)
        #expect(pair.client.chosenProtocol == chosen)
    }

    @Test(arguments: [["h2"], ["h2", "h3", "spdy/1"]]) func whoSpeaksNoHTTP1IsRefused(offered: [String]) throws {
        let pair = try TLSPair(Self.context(), TLSPeer(protocols: offered))
        #expect(pair.shakeHands() != nil)
        #expect(!pair.client.connection.isEstablished)
    }

    @Test(arguments: [([], nil), ([9, 1], nil), ([2, 0x68], nil), ([8] + Array("http/1.1".utf8), "http/1.1")])
    func alpnListsAreReadWithinTheirBounds(list: [UInt8], chosen: String?) {
        let name = list.withUnsafeBufferPointer { ALPN.choose(from: $0).map { String(decoding: $0, as: UTF8.self) } }
        #expect(name == chosen)
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func aSessionIsResumedAfterTheCertificateWasExchanged(version: Int32) throws {
        let tickets = try TLSTicketKeys()
        let first = try TLSPair(Self.context(.first, tickets), TLSPeer(version: version))
        #expect(first.shakeHands() == nil)
        #expect(!first.server.isResumed)
        let session = try first.client.session()
        defer { SSL_SESSION_free(session) }

        let second = try TLSPair(Self.context(.second, tickets), TLSPeer(version: version, session: session))
        #expect(second.shakeHands() == nil)
        #expect(second.server.isResumed)
        #expect(second.send([1, 2], from: second.client.connection, to: second.server) == [1, 2])

        let stranger = try TLSPair(Self.context(), TLSPeer(version: version, session: session))
        #expect(stranger.shakeHands() == nil)
        #expect(!stranger.server.isResumed)
    }

    @Test func eachSideMayEndBeforeTheOther() throws {
        let pair = try TLSPair(Self.context(), TLSPeer())
        #expect(pair.shakeHands() == nil)
        #expect(pair.client.connection.end())
        pair.carry(pair.client.connection, pair.server)
        var buffer = [UInt8](repeating: 0, count: 10)
        guard case .complete(0) = buffer.withUnsafeMutableBytes({ pair.server.read(into: $0) }) else {
            Issue.record("the end was not seen")
            return
        }
        // The answer still goes out.
        #expect(pair.send([5], from: pair.server, to: pair.client.connection) == [5])
        #expect(pair.server.end())
        #expect(!pair.server.end())
    }

    @Test(arguments: ["GET / HTTP/1.1\r\nHost: h\r\n\r\n", "SSH-2.0-x\r\n", "\u{16}\u{3}\u{1}\u{0}\u{2}\u{1}\u{0}"])
    func whatIsNoHandshakeFails(text: String) throws {
        let server = try TLSConnection(Self.context())
        Array(text.utf8).withUnsafeBytes { server.receive($0) }
        // The last one is a handshake that only begins; an end of its message never comes.
        if case .incomplete = server.handshake() { #expect(text.utf8.first == 0x16) }
        [UInt8](repeating: 0x41, count: 100).withUnsafeBytes { server.receive($0) }
        for _ in 0..<2 {
            guard case .failed = server.handshake() else {
                Issue.record("did not fail")
                return
            }
        }
        guard case .failed = [UInt8](repeating: 0, count: 1).withUnsafeBytes({ server.write($0) }) else {
            Issue.record("a failed connection still writes")
            return
        }
        #expect(!server.end())
    }

    /// Every octet of the client's first message, changed: an error or a handshake, never a crash.
    @Test func aChangedFirstMessageNeverDoesMoreThanFail() throws {
        let context = try Self.context()
        let client = try TLSPeer()
        _ = client.connection.handshake()
        let hello = Array(client.connection.output)
        for index in hello.indices {
            var changed = hello
            changed[index] ^= 0xFF
            let server = try TLSConnection(context)
            changed.withUnsafeBytes { server.receive($0) }
            if case .complete = server.handshake() { Issue.record("octet \(index)") }
        }
    }

    @Test func aRecordThatWasTamperedWithEndsTheConnection() throws {
        let pair = try TLSPair(Self.context(), TLSPeer())
        #expect(pair.shakeHands() == nil)
        _ = [UInt8](repeating: 1, count: 50).withUnsafeBytes { pair.client.connection.write($0) }
        var record = Array(pair.client.connection.output)
        record[record.count - 1] ^= 1
        record.withUnsafeBytes { pair.server.receive($0) }
        var buffer = [UInt8](repeating: 0, count: 100)
        guard case .failed = buffer.withUnsafeMutableBytes({ pair.server.read(into: $0) }) else {
            Issue.record("was read")
            return
        }
        #expect(buffer.allSatisfy { $0 == 0 })
    }

    /// What another user of the library on this thread may leave in its error queue.
    private func leaveAnError() {
        #expect(SSL_CTX_new(nil) == nil)
        #expect(ERR_peek_error() != 0)
    }

    /// libcurl uses the same library on the same thread.
    @Test func errorsOfOthersAreNotTakenForItsOwn() throws {
        let pair = try TLSPair(Self.context(), TLSPeer())
        #expect(pair.shakeHands() == nil)
        leaveAnError()
        #expect(pair.read(pair.server).isEmpty)
        leaveAnError()
        #expect(pair.send([1], from: pair.server, to: pair.client.connection) == [1])
        leaveAnError()
        #expect(pair.send([2], from: pair.client.connection, to: pair.server) == [2])
    }

    @Test func aRenegotiationIsRefused() throws {
        let pair = try TLSPair(Self.context(), TLSPeer(version: TLS1_2_VERSION))
        #expect(pair.shakeHands() == nil)
        #expect(SSL_renegotiate(pair.client.ssl) == 1)
        _ = SSL_do_handshake(pair.client.ssl)
        pair.carry(pair.client.connection, pair.server)
        #expect(pair.read(pair.server).isEmpty)
        pair.carry(pair.server, pair.client.connection)
        // The client hears no_renegotiation, which it takes for an error.
        #expect(SSL_do_handshake(pair.client.ssl) != 1)
        ERR_clear_error()
    }

    @Test func memoryOfALargeAnswerIsGivenBackAndTheConnectionGoesOn() throws {
        let pair = try TLSPair(Self.context(), TLSPeer())
        #expect(pair.shakeHands() == nil)
        let large = [UInt8](repeating: 3, count: 300_000)
        for _ in 0..<3 {
            #expect(pair.send(large, from: pair.server, to: pair.client.connection) == large)
            #expect(pair.send(large, from: pair.client.connection, to: pair.server) == large)
            pair.server.trim()
            #expect(pair.server.output.isEmpty)
        }
    }
}

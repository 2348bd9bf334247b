import COpenSSL
import Synchronization
import Testing

@testable import Crypto

/// Keys grow old, and what they have sealed is opened for as long as it may be used.
@Suite struct TLSTicketKeysTests {
    /// A clock that is set by hand.
    private final class Hand: Sendable {
        private let start = ContinuousClock.now
        private let passed = Mutex(Duration.zero)
        var now: ContinuousClock.Instant { start + passed.withLock { $0 } }
        func pass(_ duration: Duration) { passed.withLock { $0 += duration } }
    }

    private func context(_ pair: TestPair, _ keys: TLSTicketKeys) throws -> TLSServerContext {
        try TLSServerContext(certificate: pair.certificate, key: pair.key, tickets: keys)
    }

    /// A handshake; whether it resumed, and the session that it left.
    private func visit(
        _ context: TLSServerContext, _ version: Int32, _ session: OpaquePointer?
    ) throws -> (resumed: Bool, session: OpaquePointer) {
        let pair = try TLSPair(context, TLSPeer(version: version, session: session))
        #expect(pair.shakeHands() == nil)
        // A session whose connection ends without a word may not be resumed (RFC 5246 §7.2.1).
        _ = pair.client.connection.end()
        return (pair.server.isResumed, try pair.client.session())
    }

    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION])
    func aTicketIsTakenAfterItsKeyWasReplacedButNotForEver(version: Int32) throws {
        let hand = Hand()
        let keys = try TLSTicketKeys { hand.now }
        let first = try context(.first, keys)
        let early = try visit(first, version, nil)
        defer { SSL_SESSION_free(early.session) }
        #expect(!early.resumed)
        hand.pass(TLSTicketKeys.sealingTime)
        // A new certificate, as after a SIGHUP, and a new key for new tickets.
        let second = try context(.second, keys)
        let fresh = try visit(second, version, nil)
        SSL_SESSION_free(fresh.session)
        #expect(keys.count == 2)
        let resumed = try visit(second, version, early.session)
        #expect(resumed.resumed)
        SSL_SESSION_free(resumed.session)
        hand.pass(TLSTicketKeys.ticketLifetime)
        let late = try visit(second, version, early.session)
        #expect(!late.resumed)
        SSL_SESSION_free(late.session)
    }

    /// Who resumes with an old key gets a ticket of the new one.
    @Test(arguments: [TLS1_2_VERSION, TLS1_3_VERSION]) func whatIsOldIsSealedAnew(version: Int32) throws {
        let hand = Hand()
        let keys = try TLSTicketKeys { hand.now }
        let context = try context(.first, keys)
        let early = try visit(context, version, nil)
        defer { SSL_SESSION_free(early.session) }
        hand.pass(TLSTicketKeys.sealingTime)
        let renewed = try visit(context, version, early.session)
        defer { SSL_SESSION_free(renewed.session) }
        #expect(renewed.resumed)
        hand.pass(TLSTicketKeys.sealingTime * 2)
        // The first key is gone by now.
        let later = try visit(context, version, renewed.session)
        #expect(later.resumed)
        SSL_SESSION_free(later.session)
    }

    @Test func theNumberOfKeysIsBounded() throws {
        let hand = Hand()
        let keys = try TLSTicketKeys { hand.now }
        var names: Set<[UInt8]> = []
        for _ in 0..<50 {
            names.insert(keys.sealing().name)
            #expect(keys.count <= 4)
            hand.pass(TLSTicketKeys.sealingTime)
        }
        #expect(names.count == 50)
        // Within the hour it stays the same.
        #expect(keys.sealing().name == keys.sealing().name)
    }
}

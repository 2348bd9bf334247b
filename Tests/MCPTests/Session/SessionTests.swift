import Core
import MCP
import Synchronization
import Testing

/// What a session knows of the requests and streams of its client.
@Suite struct SessionTests {
    private let session = Session(revision: .june2025, capabilities: ClientCapabilities(), principal: .local)
    private let id = JSONRPCID.string("a")

    private final class Count: Sendable {
        private let value = Mutex(0)
        var calls: Int { value.withLock { $0 } }
        func add() { value.withLock { $0 += 1 } }
    }

    /// Whether the session takes these ids now.
    private func isTaken(_ ids: JSONRPCID...) -> Bool { (try? session.reserve(ids)) != nil }

    @Test func anIDIsTakenUntilItsRequestHasEnded() {
        #expect(isTaken(id))
        #expect(!isTaken(.string("b"), id))
        #expect(isTaken(.string("b")))
        #expect(!isTaken(.string("c"), .string("c")))
        session.ended(id)
        #expect(isTaken(id))
    }

    /// A write runs to its end though it was cancelled: the next request of its id could not be told from it.
    @Test func aCancelledRequestKeepsItsIDToo() {
        let count = Count()
        #expect(isTaken(id))
        session.began(id) { count.add() }
        session.cancel(id)
        session.cancel(id)
        #expect(count.calls == 1)
        #expect(!isTaken(id))
        session.ended(id)
        #expect(isTaken(id))
    }

    @Test(arguments: [true, false]) func whatIsCancelledBeforeItHasBegunIsCancelledThen(isClosed: Bool) {
        let count = Count()
        #expect(isTaken(id))
        if isClosed { session.close() } else { session.cancel(id) }
        session.began(id) { count.add() }
        #expect(count.calls == 1)
    }

    @Test func aRequestIsCancelledOnceThoughItsSessionClosesToo() {
        let count = Count()
        #expect(isTaken(id))
        session.began(id) { count.add() }
        session.cancel(id)
        session.close()
        session.close()
        #expect(count.calls == 1)
    }

    @Test func nothingBeginsInAClosedSession() {
        session.close()
        #expect(throws: JSONRPCError.sessionNotFound) { try session.reserve([id]) }
    }

    @Test func itsStreamsEndWithIt() {
        let (open, left, late) = (Count(), Count(), Count())
        _ = session.attach { open.add() }
        session.detach(session.attach { left.add() })
        session.close()
        #expect(open.calls == 1 && left.calls == 0)
        _ = session.attach { late.add() }
        #expect(late.calls == 1)
    }
}

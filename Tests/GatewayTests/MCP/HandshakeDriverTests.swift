import Core
import GatewayAPI
import IO
import MCP
import Synchronization
import Testing

@testable import Gateway

/// A transport that keeps one conversation open, and a session that was ended while messages of it were on their way.
@Suite struct HandshakeDriverTests {
    private static let notification = JSONRPCMessage.notification(method: "notifications/x", params: nil)
    private static let request = JSONRPCMessage.request(id: JSONRPCID(1), method: "ping", params: nil)
    private static var dispatcher: Dispatcher {
        Dispatcher(
            Registry(), server: ServerInfo(name: "x", title: "x", version: "1", description: "x"),
            seal: Seal(secret: Secret("key")), rounds: OpenRounds())
    }
    private static let refusal = JSONRPCMessage.failure(id: JSONRPCID(1), error: .sessionNotFound)

    @Test(arguments: [
        (JSONRPCPayload.single(.message(notification)), [], []),
        (.single(.message(request)), [refusal], []),
        (.batch([.message(notification)]), [], []),
        (.batch([.message(request), .message(notification)]), [], [[refusal]]),
    ])
    func aMessageOfAnEndedSessionIsToldSo(
        payload: JSONRPCPayload, sent: [JSONRPCMessage], batches: [[JSONRPCMessage]]
    ) async throws {
        let loop = try Loop(label: "driver")
        loop.start()
        let heard = Mutex<(sent: [JSONRPCMessage], batches: [[JSONRPCMessage]], ends: Int)>(([], [], 0))
        await loop.perform { loop in
            let session = Session(revision: .march2025, capabilities: ClientCapabilities(), principal: .local)
            session.close()
            HandshakeDriver(Self.dispatcher, .local, .alone, loop.reactor, WritesInProgress(loop.reactor)).take(
                payload, session: session, begin: { _ in },
                send: { message in heard.withLock { $0.sent.append(message) } },
                sendBatch: { answers in heard.withLock { $0.batches.append(answers) } },
                ended: { heard.withLock { $0.ends += 1 } })
        }
        await loop.stop()
        let (told, toldTogether, ends) = heard.withLock { $0 }
        #expect(told == sent)
        #expect(toldTogether == batches)
        #expect(ends == 1)
    }

    /// What the old session was asked is cancelled, and it takes nothing any more.
    @Test func whoInitializesAgainLeavesNothingBehind() async throws {
        let loop = try Loop(label: "driver")
        loop.start()
        let begun = Mutex(0)
        let cancelled = Mutex(0)
        let old = Session(revision: .march2025, capabilities: ClientCapabilities(), principal: .local)
        try old.reserve([JSONRPCID(7)])
        old.began(JSONRPCID(7)) { cancelled.withLock { $0 += 1 } }
        await loop.perform { loop in
            let again = JSONRPCMessage.request(
                id: JSONRPCID(8), method: "initialize",
                params: [
                    "protocolVersion": "2025-03-26", "capabilities": [:], "clientInfo": ["name": "t", "version": "1"],
                ])
            HandshakeDriver(Self.dispatcher, .local, .alone, loop.reactor, WritesInProgress(loop.reactor)).take(
                .single(.message(again)), session: old, begin: { _ in begun.withLock { $0 += 1 } }, send: { _ in },
                sendBatch: { _ in })
        }
        await loop.stop()
        #expect(begun.withLock { $0 } == 1)
        #expect(cancelled.withLock { $0 } == 1)
        #expect(throws: JSONRPCError.sessionNotFound) { try old.reserve([JSONRPCID(9)]) }
    }
}

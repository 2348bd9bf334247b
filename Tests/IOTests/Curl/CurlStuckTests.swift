import Foundation
import Glibc
import HTTP
import IOTestKit
import Synchronization
import Testing

@testable import IO

/// Nothing of a write arrives after its transfer has ended: it would be made twice.
@Suite struct CurlStuckTests {
    /// More than the peer's kernel takes by itself, less than ours does.
    private static let body = String(repeating: "x", count: 200_000)

    /// What the server waits for before it goes on to read.
    private final class Gate: Sendable {
        private let semaphore = DispatchSemaphore(value: 0)
        func open() { semaphore.signal() }
        func pass() { semaphore.wait() }
    }

    /// A peer that stops reading, and goes on when the client has given up.
    @Test(arguments: [true, false]) func aWriteThatTimedOutDoesNotArriveLater(isKept: Bool) async throws {
        let gate = Gate()
        let server = try SocketServer(receiveBuffer: 4096) { connection in
            if isKept, connection.read() != nil { connection.answer("warm") }
            gate.pass()
            _ = connection.read()
        }
        let client = try await CurlClient.make()
        if isKept { #expect(await client.get(server.url).text == "warm") }
        let outcome = await client.post(server.url + "/create", Self.body, seconds: 0.3)
        #expect(outcome.outcome == TransportError(.timeout, neverSent: false))
        gate.open()
        while server.closed == 0 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(!server.requests.contains { $0.method == "POST" })
        await client.stop()
        server.stop()
    }

    /// The kernel gives a connection up by itself, which also ends one that several requests share.
    @Test func aPeerThatAcknowledgesNothingIsGivenUp() async throws {
        let gate = Gate()
        let server = try SocketServer(receiveBuffer: 4096) { connection in
            gate.pass()
            _ = connection.read()
        }
        let client = try await CurlClient.make { $0.userTimeoutMilliseconds = 300 }
        // It ends long before its deadline; when exactly is the kernel's affair.
        let outcome = await client.post(server.url + "/create", Self.body, seconds: 600)
        #expect(outcome.outcome == TransportError(.connectionLost, neverSent: false))
        gate.open()
        while server.closed == 0 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(server.requests.isEmpty)
        await client.stop()
        server.stop()
    }

    /// An orderly end where nothing is left: no reset for a peer that has had everything.
    @Test func aConnectionWithNothingLeftEndsInOrder() async throws {
        let wasReset = Atomic<Bool>(true)
        let server = try SocketServer { connection in
            while connection.read() != nil { connection.answer("done") }
            wasReset.store(connection.wasReset, ordering: .relaxed)
        }
        let client = try await CurlClient.make()
        #expect(await client.post(server.url, "a").text == "done")
        await client.stop()
        while server.closed == 0 { try await Task.sleep(for: .milliseconds(5)) }
        let wasResetByUs = wasReset.load(ordering: .relaxed)
        #expect(!wasResetByUs)
        server.stop()
    }

    /// A connection of its own, outside of libcurl: as several requests share one over HTTP/2.
    private func connect(to server: SocketServer) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        address.sin_port = in_port_t(server.port).bigEndian
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        #expect(code == 0)
        return descriptor
    }

    private static func head(_ length: Int) -> String { "POST / HTTP/1.1\r\nContent-Length: \(length)\r\n\r\n" }

    private func send(_ text: String, on descriptor: Int32) -> Int {
        text.utf8CString.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count - 1, 0x4000) }
    }

    /// As the kernel closes it when the program is killed, and as a shared connection is ended of which a write was lost.
    @Test(arguments: [true, false]) func whatIsLeftIsDroppedWithTheConnection(isClosed: Bool) async throws {
        let gate = Gate()
        let server = try SocketServer(receiveBuffer: 4096) { connection in
            gate.pass()
            _ = connection.read()
        }
        let descriptor = connect(to: server)
        #expect(UnsentOctets.bound(descriptor, milliseconds: 60_000))
        let request = Self.head(Self.body.utf8.count) + Self.body
        #expect(send(request, on: descriptor) == request.utf8.count)
        while !UnsentOctets.areStuck(descriptor) { try await Task.sleep(for: .milliseconds(5)) }
        #expect(UnsentOctets.has(descriptor))
        if isClosed { close(descriptor) } else { UnsentOctets.discard(descriptor) }
        gate.open()
        while server.closed == 0 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(server.requests.isEmpty)
        if !isClosed { close(descriptor) }
        server.stop()
    }

    @Test func whatWasTakenIsNotStuck() async throws {
        let server = try SocketServer.answering()
        let descriptor = connect(to: server)
        #expect(send(Self.head(1) + "a", on: descriptor) > 0)
        while UnsentOctets.has(descriptor) { try await Task.sleep(for: .milliseconds(5)) }
        #expect(!UnsentOctets.areStuck(descriptor))
        close(descriptor)
        server.stop()
    }

    /// A connection that its peer has closed is closed here too, without another request on its loop.
    @Test func anIdleConnectionThatThePeerHasClosedIsClosedHere() async throws {
        let server = try SocketServer { connection in
            guard connection.read() != nil else { return }
            connection.answer("last")
            connection.finishSending()
            connection.waitForClose()
        }
        let client = try await CurlClient.make()
        let urls = (0..<5).map { server.url + "/\($0)" }
        await withTaskGroup(of: Void.self) { group in
            for url in urls { group.addTask { #expect(await client.get(url).text == "last") } }
        }
        // The sweep is a second away. Without it this never ends.
        while server.closed < server.connections { try await Task.sleep(for: .milliseconds(20)) }
        #expect(server.connections == 5)
        // And the loop is as good as before.
        #expect(await client.get(server.url).text == "last")
        await client.stop()
        server.stop()
    }
}

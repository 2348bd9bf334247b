import Foundation
import Glibc
import Synchronization

/// A small real server on 127.0.0.1: a thread per connection that runs a script over blocking reads and writes.
package final class SocketServer: Sendable {
    package struct Request: Sendable {
        package let method: String
        package let target: String
        /// The whole head, with its line breaks.
        package let head: String
        package let body: [UInt8]

        /// The value of the first field with this name.
        package func field(_ name: String) -> String? {
            for line in head.split(separator: "\r\n").dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                if parts[0].lowercased() == name { return parts[1].trimmingCharacters(in: .whitespaces) }
            }
            return nil
        }
    }

    /// One accepted connection; used by its own thread only.
    package final class Connection {
        package let number: Int
        fileprivate let fd: Int32
        private let server: SocketServer
        private var buffer: [UInt8] = []
        /// The peer has ended it by a reset.
        package private(set) var wasReset = false

        fileprivate init(_ fd: Int32, _ number: Int, _ server: SocketServer) {
            (self.fd, self.number, self.server) = (fd, number, server)
        }

        /// Reads one request, nil at the end of the stream.
        package func read() -> Request? {
            let end = Array("\r\n\r\n".utf8)
            while true {
                if let range = buffer.firstRange(of: end) {
                    let head = String(decoding: buffer[..<range.upperBound], as: UTF8.self)
                    let first = head.prefix { $0 != "\r\n" }.split(separator: " ")
                    let draft = Request(method: String(first[0]), target: String(first[1]), head: head, body: [])
                    let length = draft.field("content-length").flatMap { Int($0) } ?? 0
                    while buffer.count < range.upperBound + length { guard fill() else { return nil } }
                    let body = Array(buffer[range.upperBound..<(range.upperBound + length)])
                    buffer.removeSubrange(..<(range.upperBound + length))
                    let request = Request(method: draft.method, target: draft.target, head: head, body: body)
                    server.seen.withLock { $0.append(request) }
                    return request
                }
                guard fill() else { return nil }
            }
        }

        private func fill() -> Bool {
            var chunk = [UInt8](repeating: 0, count: 65536)
            let count = Glibc.recv(fd, &chunk, chunk.count, 0)
            if count < 0, errno == ECONNRESET { wasReset = true }
            guard count > 0 else { return false }
            buffer.append(contentsOf: chunk[..<count])
            return true
        }

        /// False when the peer is gone.
        @discardableResult
        package func write(_ bytes: [UInt8]) -> Bool {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.send(fd, $0.baseAddress, $0.count, 0x4000) }
                guard count > 0 else { return false }
                rest = rest.dropFirst(count)
            }
            return true
        }

        @discardableResult
        package func write(_ text: String) -> Bool { write(Array(text.utf8)) }

        package func answer(_ body: String, status: String = "200 OK", fields: String = "") {
            write("HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(fields)\r\n\(body)")
        }

        /// Blocks until the peer closes; anything that it still sends is dropped.
        package func waitForClose() { while fill() {} }

        /// Ends what is sent, as a server does with an idle connection, and goes on to receive.
        package func finishSending() { shutdown(fd, Int32(SHUT_WR)) }

        /// Makes the close that follows a reset.
        package func resetOnClose() {
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        }
    }

    package let port: Int
    package var url: String { "http://127.0.0.1:\(port)" }
    package var requests: [Request] { seen.withLock { $0 } }
    package var connections: Int { opened.load(ordering: .relaxed) }
    /// Connections whose script has ended.
    package var closed: Int { ended.load(ordering: .relaxed) }

    private let listener: Int32
    private let seen = Mutex<[Request]>([])
    private let live = Mutex<Set<Int32>>([])
    private let opened = Atomic<Int>(0)
    private let ended = Atomic<Int>(0)

    /// One that reads a request and never answers.
    package static func silent() throws -> SocketServer {
        try SocketServer { connection in
            if connection.read() != nil { connection.waitForClose() }
        }
    }

    /// - Parameter receiveBuffer: octets that the kernel takes before the script reads them, about; nil for the system's own.
    package init(
        backlog: Int32 = 128, receiveBuffer: Int32? = nil, _ script: @escaping @Sendable (Connection) -> Void
    ) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if var receiveBuffer {
            setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let fd = listener
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(fd, pointer, length) == 0 && listen(fd, backlog) == 0 && getsockname(fd, pointer, &length) == 0
            }
        }
        guard bound else { throw POSIXError(.EADDRINUSE) }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in
            while true {
                let fd = accept(listener, nil, nil)
                // Closed here and nowhere else: in `stop` it could be another test's listener that is accepted from next.
                guard fd >= 0 else {
                    _ = close(listener)
                    return
                }
                live.withLock { _ = $0.insert(fd) }
                let number = opened.add(1, ordering: .relaxed).newValue
                Thread.detachNewThread { [self] in
                    script(Connection(fd, number, self))
                    live.withLock { _ = $0.remove(fd) }
                    close(fd)
                    ended.add(1, ordering: .relaxed)
                }
            }
        }
    }

    /// A server that answers each request with what `respond` says and keeps connections open.
    package static func answering(_ respond: @escaping @Sendable (Request) -> String = { $0.target }) throws
        -> SocketServer
    {
        try SocketServer { connection in
            while let request = connection.read() { connection.answer(respond(request)) }
        }
    }

    package func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        live.withLock { for fd in $0 { shutdown(fd, Int32(SHUT_RDWR)) } }
    }
}

/// A port of 127.0.0.1 on which nobody listens.
package func unusedPort() throws -> Int {
    let server = try SocketServer { _ in }
    server.stop()
    return server.port
}

import Dispatch
import Glibc

/// A TCP connection to this machine; whoever is alone with it may block on it.
public final class Socket: Sendable {
    public struct Failure: Error { public let code: Int32 }
    private let descriptor: Int32

    public init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var wait = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(code: errno) }
    }

    deinit { close(descriptor) }

    /// Ends the connection so that its peer notices at once (RST).
    public func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    public func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, 0x4000) }
    }

    /// Everything up to the end of the connection, read on a thread that may block.
    public func readAll() async -> String { await read { _ in false } }

    /// What comes until it is enough, or until the connection ends.
    public func read(until isEnough: @escaping @Sendable (String) -> Bool) async -> String {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [self] in
                var all: [UInt8] = []
                var chunk = [UInt8](repeating: 0, count: 65536)
                while true {
                    let count = recv(descriptor, &chunk, chunk.count, 0)
                    if count <= 0 { break }
                    all += chunk[..<count]
                    if isEnough(String(decoding: all, as: UTF8.self)) { break }
                }
                continuation.resume(returning: String(decoding: all, as: UTF8.self))
            }
        }
    }
}

extension Socket {
    /// A request that ends its connection, and its answer.
    public static func ask(_ port: Int, _ line: String, _ fields: [String] = [], body: String = "") async throws
        -> String
    {
        let socket = try Socket(port: port)
        socket.send(request(line, fields + ["Connection: close"], body: body))
        return await socket.readAll()
    }

    public static func request(_ line: String, _ fields: [String] = [], body: String = "") -> String {
        let host = fields.contains { $0.hasPrefix("Host:") } ? [] : ["Host: localhost"]
        let head = ["\(line) HTTP/1.1"] + host + ["Content-Length: \(body.utf8.count)"] + fields
        return head.joined(separator: "\r\n") + "\r\n\r\n" + body
    }
}

/// True as soon as `condition` holds; false when it does not within ten seconds.
public func soon(_ condition: () async -> Bool) async -> Bool {
    for _ in 0..<1000 {
        if await condition() { return true }
        try? await Task.sleep(for: .milliseconds(10))
    }
    return false
}

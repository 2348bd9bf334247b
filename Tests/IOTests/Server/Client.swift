import Glibc
import HTTP

/// A blocking HTTP client over one socket, which gives up after ten seconds.
final class Client: Sendable {
    struct Failure: Error { let what: String }
    struct Answer: Equatable, Sendable {
        var status: Int
        var fields: [String: String]
        var body: String
    }

    let descriptor: Int32

    init(port: Int, _ prepare: (Int32) -> Void = { _ in }) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(what: "socket") }
        prepare(descriptor)
        var wait = timeval(tv_sec: 10, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &wait, socklen_t(MemoryLayout<timeval>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(what: "connect: \(errno)") }
    }

    deinit { Glibc.close(descriptor) }

    /// How often the kernel has sent something again, the first segment of the handshake included.
    var retransmissions: Int {
        // tcpi_total_retrans of struct tcp_info (tcp(7)).
        var info = [UInt8](repeating: 0, count: 104)
        var length = socklen_t(info.count)
        guard getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &info, &length) == 0, length == 104 else {
            return -1
        }
        return Int(info.withUnsafeBytes { $0.load(fromByteOffset: 100, as: UInt32.self) })
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, 0x4000) }
            guard count > 0 else { throw Failure(what: "send: \(errno)") }
            sent += count
        }
    }

    func get(_ path: String, _ fields: String = "") throws {
        try send("GET \(path) HTTP/1.1\r\nHost: h\r\n\(fields)\r\n")
    }

    /// Ends this side, as `nc` does at the end of its input.
    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Ends the connection with a reset.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        // The descriptor itself stays until `deinit`: its number must not be somebody else's by then.
        let other = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        dup2(other, descriptor)
        Glibc.close(other)
    }

    /// What comes next, at most `count` octets; empty at the end.
    func read(_ count: Int = 1 << 16) throws -> [UInt8] {
        var failed = 0 as Int32
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            failed = count < 0 ? errno : 0
            filled = max(count, 0)
        }
        if failed != 0 { throw Failure(what: failed == EAGAIN ? "nothing came" : "recv: \(failed)") }
        return bytes
    }

    /// Everything up to the end of the connection.
    func readAll() throws -> String {
        var all: [UInt8] = []
        while true {
            let bytes = try read()
            if bytes.isEmpty { return String(decoding: all, as: UTF8.self) }
            all += bytes
        }
    }

    /// True when the peer has closed, and nothing more came.
    func isAtEnd() throws -> Bool { try read(1).isEmpty }

    /// One answer, octet by octet up to the end of its head, so that nothing of the next one is taken.
    func answer(toHead: Bool = false) throws -> Answer {
        var head: [UInt8] = []
        while !head.ends(with: "\r\n\r\n".utf8) {
            let next = try read(1)
            if next.isEmpty { throw Failure(what: "closed after \(String(decoding: head, as: UTF8.self))") }
            head += next
        }
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        var answer = Answer(status: Int(lines[0].split(separator: " ")[1]) ?? 0, fields: [:], body: "")
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            answer.fields[parts[0].lowercased()] = parts[1].drop { $0 == " " }.description
        }
        if toHead { return answer }
        if answer.fields["transfer-encoding"] == "chunked" {
            answer.body = try chunks()
        } else if let length = answer.fields["content-length"].flatMap({ Int($0) }) {
            answer.body = String(decoding: try exactly(length), as: UTF8.self)
        }
        return answer
    }

    private func exactly(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let more = try read(count - bytes.count)
            if more.isEmpty { throw Failure(what: "closed within a body") }
            bytes += more
        }
        return bytes
    }

    private func chunks() throws -> String {
        var body: [UInt8] = []
        while true {
            var line: [UInt8] = []
            while !line.ends(with: "\r\n".utf8) { line += try exactly(1) }
            let size = Int(String(decoding: line.dropLast(2), as: UTF8.self), radix: 16) ?? -1
            guard size >= 0 else { throw Failure(what: "a bad chunk size") }
            body += try exactly(size)
            guard try exactly(2) == Array("\r\n".utf8) else { throw Failure(what: "no CRLF after a chunk") }
            if size == 0 { return String(decoding: body, as: UTF8.self) }
        }
    }
}

extension Array where Element == UInt8 {
    fileprivate func ends(with text: String.UTF8View) -> Bool { suffix(text.count).elementsEqual(text) }
}

import HTTP

/// What must hold for any bytes that come as a body in chunks (RFC 9112 §7.1): they give the body that the chunks hold,
/// and leave what comes after it to the next request, or a protocol error; the same however they are cut. Shared by the
/// fuzz target and by the test that plays its corpus.
public enum ChunkedInvariant {
    private static let head = Array("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
    private static let follower = Array("GET /next HTTP/1.1\r\nHost: a\r\n\r\n".utf8)

    /// - Parameter input: three octets that decide about limits, end and cuts, then what comes behind the head.
    /// - Returns: what does not hold, nil when all does.
    public static func problem(with input: [UInt8]) -> String? {
        guard input.count > 3 else { return nil }
        let octets = Array(input[3...])
        if let problem = RequestInvariant.problem(with: Array(input[..<3]) + head + octets) { return problem }
        let limits = input[0] & 1 == 0 ? WireLimits() : RequestInvariant.small
        return problem(with: octets, limits, ended: input[0] & 2 != 0)
            ?? problem(
                framing: Array(octets.prefix(limits.bodyBytes)), seed: Int(input[1]) << 8 | Int(input[2]), limits)
    }

    /// What is taken is what the chunks say; what they do not say is refused.
    private static func problem(with octets: [UInt8], _ limits: WireLimits, ended: Bool) -> String? {
        let outcome = Feeding.outcome(of: head + octets, limits: limits, ended: ended)
        switch (ChunkedOracle.decode(octets), outcome.requests.first) {
        case (.complete(let body, let end), let request?):
            if request.octets != body { return "decoded to \(request.octets), the chunks hold \(body)" }
            let rest = Feeding.outcome(of: Array(octets[end...]), limits: limits, ended: ended)
            if rest.requests == Array(outcome.requests.dropFirst()), rest.end == outcome.end { return nil }
            return "what follows is \(outcome), by itself it is \(rest)"
        case (let other, let request?): return "\(other), but decoded to \(request.octets)"
        case (.incomplete, nil): return nil
        // Refused for its limits, or for extensions and trailers that break their own rules.
        case (let other, nil):
            if case .refuses = outcome.end { return nil }
            return "\(other), but \(outcome.end)"
        }
    }

    /// What is framed by the rules is decoded exactly, and the next request is found.
    private static func problem(framing data: [UInt8], seed: Int, _ limits: WireLimits) -> String? {
        let extensions = ["", ";a", ";a=b", " ; a = \"b;\\\"c\"", ";a;b=\"\""]
        var sent = head
        var start = 0
        var turn = seed
        while start < data.count {
            let end = min(start + 1 + turn % 19, data.count)
            let size = String(end - start, radix: 16, uppercase: turn % 2 == 0)
            sent += Array((turn % 3 == 0 ? "00" : "").utf8) + Array(size.utf8)
            sent += Array(extensions[turn % extensions.count].utf8) + Array("\r\n".utf8)
            sent += data[start..<end] + Array("\r\n".utf8)
            start = end
            turn = turn / 2 + start
        }
        sent += Array((seed % 2 == 0 ? "0\r\n\r\n" : "000;end\r\nX-Sum: 1\r\n\r\n").utf8) + follower
        let outcome = Feeding.outcome(of: sent, limits: limits)
        guard outcome.requests.count == 2, outcome.requests[0].octets == data, outcome.requests[1].path == "/next"
        else {
            return "\(data) in chunks became \(outcome)"
        }
        return nil
    }
}

/// Chunks taken apart line by line, without a thought of limits, extensions and trailers.
private enum ChunkedOracle {
    enum Reading {
        /// The body, and where what follows it begins.
        case complete([UInt8], end: Int)
        case incomplete
        case malformed
    }

    static func decode(_ octets: [UInt8]) -> Reading {
        var body: [UInt8] = []
        var at = 0
        while true {
            guard let end = octets[at...].firstIndex(of: 0x0A) else { return .incomplete }
            guard end > at, octets[end - 1] == 0x0D else { return .malformed }
            let line = String(decoding: octets[at..<(end - 1)], as: UTF8.self)
            let digits = line.prefix { $0.isASCII && $0.isHexDigit }
            let rest = line.dropFirst(digits.count)
            guard !digits.isEmpty, rest.isEmpty || ";\t ".contains(rest.first ?? "x") else { return .malformed }
            at = end + 1
            guard let size = Int(digits, radix: 16), size <= octets.count else { return .incomplete }
            if size == 0 { return trailers(octets, from: at, body) }
            guard at + size <= octets.count else { return .incomplete }
            body += octets[at..<(at + size)]
            at += size
            let after = Array(octets[at...].prefix(2))
            if after != Array([0x0D, 0x0A].prefix(after.count)) { return .malformed }
            if after.count < 2 { return .incomplete }
            at += 2
        }
    }

    private static func trailers(_ octets: [UInt8], from start: Int, _ body: [UInt8]) -> Reading {
        var at = start
        while true {
            guard let end = octets[at...].firstIndex(of: 0x0A) else { return .incomplete }
            guard end > at, octets[end - 1] == 0x0D else { return .malformed }
            if end - 1 == at { return .complete(body, end: end + 1) }
            at = end + 1
        }
    }
}

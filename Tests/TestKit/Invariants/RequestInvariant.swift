public import HTTP

/// What must hold for any bytes that are sent to a server: they give requests or a protocol error, the same however they
/// are cut, within the limits. Shared by the fuzz target and by the test that plays its corpus.
public enum RequestInvariant {
    /// - Parameter input: three octets that decide about limits, end and cuts, then what is sent.
    /// - Returns: what does not hold, nil when all does.
    public static func problem(with input: [UInt8]) -> String? {
        guard input.count > 3 else { return nil }
        let limits = input[0] & 1 == 0 ? WireLimits() : small
        let ended = input[0] & 2 != 0
        let sent = Array(input[3...])
        let whole = Feeding.outcome(of: sent, limits: limits, ended: ended)
        if let problem = problem(in: whole, limits) { return problem }
        var cutting = [cuts(sent.count, seed: Int(input[1]) << 8 | Int(input[2]))]
        // Octet by octet costs the square of the length.
        if sent.count <= 300 { cutting.append(Array(0..<sent.count)) }
        for cuts in cutting {
            let cut = Feeding.outcome(of: sent, cutAt: cuts, limits: limits, ended: ended)
            if !cut.same(as: whole) { return "cut at \(cuts) it becomes \(cut), whole it is \(whole)" }
            if let problem = problem(in: cut, limits) { return problem }
        }
        return nil
    }

    /// Limits that short inputs reach.
    public static let small = WireLimits(requestLine: 40, headBytes: 160, fields: 4, bodyBytes: 24)

    /// Ascending offsets from two octets of the input: from dense to sparse.
    private static func cuts(_ count: Int, seed: Int) -> [Int] {
        var cuts: [Int] = []
        var state = UInt32(truncatingIfNeeded: seed &* 2_654_435_761 | 1)
        let widest = UInt32(1 << (1 + seed & 7))
        var offset = 0
        while offset < count, cuts.count < 64 {
            state = state &* 1_664_525 &+ 1_013_904_223
            offset += Int(state >> 16 % widest) + 1
            if offset < count { cuts.append(offset) }
        }
        return cuts
    }

    private static func problem(in outcome: Outcome, _ limits: WireLimits) -> String? {
        // A line of the chunk framing, or of the trailer section, may stand unread behind the body.
        if outcome.maxKept > limits.headBytes * 2 + limits.bodyBytes + 1024 {
            return "kept \(outcome.maxKept) octets"
        }
        for request in outcome.requests {
            if let problem = problem(in: request, limits) { return "\(problem): \(request)" }
        }
        return nil
    }

    private static func problem(in request: Outcome.Request, _ limits: WireLimits) -> String? {
        let names = request.fields.map { $0.name.lowercased() }
        func values(_ name: String) -> [String] {
            request.fields.filter { $0.name.lowercased() == name }.map(\.value)
        }
        if request.fields.count > limits.fields { return "too many fields" }
        if request.bodyLength > limits.bodyBytes { return "too large a body" }
        if request.path != "*", request.path.utf8.first != 0x2F { return "a path that is none" }
        if names.contains("") || request.method.isEmpty { return "an empty name" }
        for text in [request.path, request.query ?? ""] where text.utf8.contains(where: { $0 <= 0x20 || $0 > 0x7E }) {
            return "a target with an octet that no URI has"
        }
        for field in request.fields {
            if field.value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) { return "a control octet" }
            if field.value.utf8.first == 0x20 || field.value.utf8.last == 0x20 { return "a value with blanks around" }
        }
        let lengths = values("content-length")
        let codings = values("transfer-encoding")
        if values("host").count > 1 || lengths.count + codings.count > 1 { return "two framings or two hosts" }
        if let length = lengths.first, Int(length) != request.bodyLength { return "another length than was said" }
        if lengths.isEmpty, codings.isEmpty, request.bodyLength != 0 { return "a body that nothing announced" }
        if let coding = codings.first, coding.lowercased() != "chunked" { return "a coding that is not decoded" }
        return nil
    }
}

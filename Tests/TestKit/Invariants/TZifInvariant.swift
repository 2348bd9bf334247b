import Core

/// What must hold for any bytes that are read as a time zone file (RFC 9636). Shared by the fuzz target and by the test
/// that plays its corpus.
public enum TZifInvariant {
    /// - Returns: what does not hold, nil when all does.
    public static func problem(with bytes: [UInt8]) -> String? {
        guard let rules = try? TimeZoneRules(tzif: bytes) else { return nil }
        // The ends of what can be said, and instants that are spread over four thousand years.
        for time in [Int64.min, .max, 0] {
            _ = rules.local(at: Timestamp(milliseconds: time))
            _ = rules.resolve(LocalDateTime(milliseconds: time))
        }
        for step in -40...80 {
            let instant = Timestamp(milliseconds: Int64(step) * 1_577_923_200_003)
            if let problem = problem(with: rules, at: instant) { return problem }
        }
        return nil
    }

    private static func problem(with rules: TimeZoneRules, at instant: Timestamp) -> String? {
        let local = rules.local(at: instant)
        switch rules.resolve(local) {
        case .gap: return "at \(instant.milliseconds) a clock shows what it is said never to show"
        case .unique(let found): return found == instant ? nil : "\(instant.milliseconds) became \(found.milliseconds)"
        case .overlap(let earlier, let later):
            if earlier >= later { return "an overlap that is none" }
            for found in [earlier, later] where rules.local(at: found) != local {
                return "\(found.milliseconds) does not show the local time that it was found for"
            }
            return earlier <= instant && instant <= later ? nil : "\(instant.milliseconds) is not in its own overlap"
        }
    }
}

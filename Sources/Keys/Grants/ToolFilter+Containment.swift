import Core

extension ToolFilter {
    /// Whether all that the first lets through is let through by the second, whatever tools there will be. No filter lets
    /// everything through.
    ///
    /// Where that cannot be told from the patterns one by one, it is not so: `a*` and `b*` together are never found to hold `?x`.
    static func isWithin(_ own: ToolFilter?, _ other: ToolFilter) -> Bool {
        let allowed = own.map(\.allowed) ?? []
        let denied = own.map(\.denied) ?? []
        let patterns = allowed.isEmpty ? ["*"].compactMap { NamePattern($0) } : allowed
        return patterns.allSatisfy { pattern in
            // What the filter denies itself need not be allowed by the other one.
            if denied.contains(where: { $0.covers(pattern) }) { return true }
            return (other.allowed.isEmpty || other.allowed.contains { $0.covers(pattern) })
                && other.denied.allSatisfy { no in !no.meets(pattern) || denied.contains { $0.covers(no) } }
        }
    }
}

extension NamePattern {
    /// Whether every name that fits the other one fits this one.
    ///
    /// The other one's text is read as a name in which a star is a character that only a star takes. Never true when it should not be;
    /// of two patterns that mean the same in other words, such as `*?` and `?*`, it may say false.
    func covers(_ other: NamePattern) -> Bool {
        Self.reachesEnd(Array(text.utf8), Array(other.text.utf8)) { own, other, holds in
            switch own {
            case Self.star: holds(1, 0) || other != nil && holds(0, 1)
            case Self.question: other != nil && other != Self.star && holds(1, 1)
            default: own != nil && own == other && holds(1, 1)
            }
        }
    }

    /// Whether some name fits both.
    func meets(_ other: NamePattern) -> Bool {
        Self.reachesEnd(Array(text.utf8), Array(other.text.utf8)) { own, other, holds in
            if own == Self.star { return holds(1, 0) || other != nil && holds(0, 1) }
            if other == Self.star { return holds(0, 1) || own != nil && holds(1, 0) }
            guard let own, let other else { return false }
            return (own == other || own == Self.question || other == Self.question) && holds(1, 1)
        }
    }

    private static let star = UInt8(ascii: "*")
    private static let question = UInt8(ascii: "?")

    /// Goes through both patterns at once, from their ends to their beginnings, in as many steps as they have bytes, multiplied.
    /// - Parameter step: whether a way leads on from a byte of each, nil behind the last one, by whether one leads on from so many
    ///   bytes further in the first and in the second.
    private static func reachesEnd(
        _ first: [UInt8], _ second: [UInt8],
        _ step: (_ own: UInt8?, _ other: UInt8?, _ holds: (Int, Int) -> Bool) -> Bool
    ) -> Bool {
        let width = second.count + 1
        var known = [Bool](repeating: false, count: (first.count + 1) * width)
        for place in (0...first.count).reversed() {
            for position in (0...second.count).reversed() {
                let own = place < first.count ? first[place] : nil
                let other = position < second.count ? second[position] : nil
                known[place * width + position] =
                    own == nil && other == nil
                    || step(own, other) { known[(place + $0) * width + position + $1] }
            }
        }
        return known[0]
    }
}

/// ISO 8601 durations as Luma writes them, such as `PT1H30M`, `P1DT12H30M` or `-PT10M`.
public enum DurationText {
    /// The seconds of a duration of weeks, days, hours, minutes and seconds; nil for any other text.
    ///
    /// Years and months have no fixed length and are refused, as are numbers of more than nine digits.
    public static func seconds(_ text: String) -> Int? {
        var rest = text.utf8[...]
        let sign = rest.first == UInt8(ascii: "-") ? -1 : 1
        if sign < 0 { rest.removeFirst() }
        guard rest.popFirst() == UInt8(ascii: "P") else { return nil }
        let parts = rest.split(separator: UInt8(ascii: "T"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let days = sum(parts[0], of: [("W", 604_800), ("D", 86_400)]) else { return nil }
        guard parts.count == 2 else { return parts[0].isEmpty ? nil : sign * days }
        guard !parts[1].isEmpty, let time = sum(parts[1], of: [("H", 3600), ("M", 60), ("S", 1)]) else { return nil }
        return sign * (days + time)
    }

    /// The text of a duration in days, hours, minutes and seconds.
    public static func text(seconds: Int) -> String {
        let size = seconds.magnitude
        let days = size / 86_400
        let time = [("H", size / 3600 % 24), ("M", size / 60 % 60), ("S", size % 60)]
            .filter { $0.1 > 0 }.map { "\($0.1)\($0.0)" }.joined()
        let date = days > 0 ? "\(days)D" : ""
        return (seconds < 0 ? "-P" : "P") + (size == 0 ? "T0M" : time.isEmpty ? date : date + "T" + time)
    }

    /// Numbers with units, largest unit first and each at most once.
    private static func sum(_ part: Substring.UTF8View, of units: [(letter: Unicode.Scalar, seconds: Int)]) -> Int? {
        var rest = part
        var units = units[...]
        var total = 0
        while !rest.isEmpty {
            let digits = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
            rest = rest.dropFirst(digits.count)
            guard digits.count <= 9, let value = Int(Substring(digits)), let letter = rest.popFirst(),
                let index = units.firstIndex(where: { $0.letter.value == UInt32(letter) })
            else { return nil }
            total += value * units[index].seconds
            units = units[(index + 1)...]
        }
        return total
    }
}

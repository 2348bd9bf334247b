/// A length of time as ISO 8601 writes it, for lengths that have one: weeks, days of 24 hours, hours, minutes, seconds.
///
/// Years and months are refused unless there are none of them, as Luma writes them: how long they are depends on where they begin.
/// So are fractions and signs.
public struct ISODuration: Sendable, Hashable, Comparable {
    /// Never negative.
    public let seconds: Int

    /// Nil when negative.
    public init?(seconds: Int) {
        guard seconds >= 0 else { return nil }
        self.seconds = seconds
    }

    /// Reads `PnW` or `P0Y0MnDTnHnMnS`, each part at most once, in this order, and at least one; capital letters only.
    public init?(_ text: String) {
        guard text.utf8.count <= TimeText.longest else { return nil }
        var cursor = TimeText(text)
        guard cursor.take("P") else { return nil }
        var units: ArraySlice<(letter: Unicode.Scalar, seconds: Int)> = Self.dateUnits[...]
        var total = 0
        var isInTime = false
        var parts = 0
        while !cursor.isAtEnd {
            if !isInTime, cursor.take("T") {
                isInTime = true
                units = Self.timeUnits[...]
                // `T` must be followed by a part.
                guard !cursor.isAtEnd else { return nil }
            }
            guard let number = cursor.number() else { return nil }
            while let unit = units.first, !cursor.take(unit.letter) { units.removeFirst() }
            guard let unit = units.popFirst() else { return nil }
            if unit.seconds == 0, number != 0 { return nil }
            let (product, overflow) = number.multipliedReportingOverflow(by: unit.seconds)
            let (sum, carry) = total.addingReportingOverflow(product)
            guard !overflow, !carry else { return nil }
            total = sum
            parts += 1
            // Weeks stand alone (ISO 8601-1 §5.5.2).
            if unit.letter == "W", !cursor.isAtEnd || parts > 1 { return nil }
        }
        guard parts > 0 else { return nil }
        seconds = total
    }

    public static func < (a: ISODuration, b: ISODuration) -> Bool { a.seconds < b.seconds }

    /// `PT1H30M`, `P1DT12H30M`, `PT0S`: no part that is zero, no weeks.
    public var text: String {
        guard seconds > 0 else { return "PT0S" }
        var output = [UInt8(ascii: "P")]
        func append(_ value: Int, _ letter: Unicode.Scalar) {
            guard value > 0 else { return }
            output.append(decimal: value)
            output.append(UInt8(ascii: letter))
        }
        append(seconds / 86_400, "D")
        if seconds % 86_400 > 0 { output.append(UInt8(ascii: "T")) }
        append(seconds / 3600 % 24, "H")
        append(seconds / 60 % 60, "M")
        append(seconds % 60, "S")
        return String(decoding: output, as: UTF8.self)
    }

    private static let dateUnits: [(letter: Unicode.Scalar, seconds: Int)] = [
        ("Y", 0), ("M", 0), ("W", 604_800), ("D", 86_400),
    ]
    private static let timeUnits: [(letter: Unicode.Scalar, seconds: Int)] = [("H", 3600), ("M", 60), ("S", 1)]
}

extension ISODuration: CustomStringConvertible {
    public var description: String { text }
}

/// A length of time as a person types it: `2h`, `90m`, `1h30m`, `1d`, `1:30` for hours and minutes, or `PT1H30M`.
public enum NaturalDuration {
    private static let units: [(letter: Unicode.Scalar, seconds: Int)] = [
        ("d", 86_400), ("h", 3600), ("m", 60), ("s", 1),
    ]
    /// Ten years.
    private static let longest = 315_576_000

    /// The seconds of a length above zero; nil when the text is none.
    public static func seconds(_ text: String) -> Int? {
        guard text.utf8.count <= TimeText.longest else { return nil }
        let found = ISODuration(text.uppercased())?.seconds ?? clock(text) ?? inUnits(text.lowercased())
        guard let found, (1...longest).contains(found) else { return nil }
        return found
    }

    private static func clock(_ text: String) -> Int? {
        var cursor = TimeText(text)
        guard let hours = cursor.number(), hours <= longest / 3600, cursor.take(":"), let minutes = cursor.digits(2),
            minutes < 60, cursor.isAtEnd
        else { return nil }
        return hours * 3600 + minutes * 60
    }

    /// Each unit at most once, the longest first.
    private static func inUnits(_ text: String) -> Int? {
        var cursor = TimeText(text)
        var left = units[...]
        var total = 0
        while !cursor.isAtEnd {
            guard let number = cursor.number(), number <= longest else { return nil }
            while let unit = left.first, !cursor.take(unit.letter) { left.removeFirst() }
            guard let unit = left.popFirst() else { return nil }
            total += number * unit.seconds
        }
        return total
    }
}

/// An instant on the wall clock: milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted (RFC 3339).
public struct Timestamp: Sendable, Hashable, Comparable {
    /// Milliseconds since 1970-01-01T00:00:00Z; negative before.
    public var milliseconds: Int64

    /// The instant this many milliseconds after 1970-01-01T00:00:00Z.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public static func < (a: Timestamp, b: Timestamp) -> Bool { a.milliseconds < b.milliseconds }

    /// Whole seconds since 1970, rounded towards the past.
    public var seconds: Int64 { milliseconds.flooredQuotient(1000) }

    /// The instant this many milliseconds later, or earlier for a negative number; saturates.
    public func advanced(milliseconds span: Int64) -> Timestamp {
        let (sum, overflow) = milliseconds.addingReportingOverflow(span)
        return Timestamp(milliseconds: overflow ? (span < 0 ? .min : .max) : sum)
    }

    /// The instant this many seconds later, to the millisecond; saturates, and NaN counts as forever.
    public func advanced(seconds: Double) -> Timestamp {
        let span = (seconds * 1000).rounded()
        if span.isNaN || span >= 0x1p63 { return Timestamp(milliseconds: .max) }
        return advanced(milliseconds: span < -0x1p63 ? .min : Int64(span))
    }

    /// Seconds from `earlier` to this instant; negative when `earlier` is later.
    public func seconds(since earlier: Timestamp) -> Double {
        let (span, overflow) = milliseconds.subtractingReportingOverflow(earlier.milliseconds)
        return (overflow ? Double(milliseconds) - Double(earlier.milliseconds) : Double(span)) / 1000
    }

    /// What a clock `secondsEast` of Greenwich shows at this instant; saturates.
    public func local(secondsEast: Int) -> LocalDateTime {
        LocalDateTime(milliseconds: advanced(milliseconds: Int64(Int32(clamping: secondsEast)) * 1000).milliseconds)
    }
}

extension BinaryInteger {
    /// The quotient rounded towards minus infinity, as calendars need before 1970.
    func flooredQuotient(_ divisor: Self) -> Self {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// What `flooredQuotient` leaves: 0 up to `divisor`.
    func flooredRemainder(_ divisor: Self) -> Self {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}

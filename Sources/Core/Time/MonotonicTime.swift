/// An instant on the monotonic clock, in nanoseconds since an arbitrary origin.
///
/// Pure code receives it as a parameter and never reads a clock.
public struct MonotonicTime: Sendable, Hashable, Comparable {
    /// Nanoseconds since the origin.
    public var nanoseconds: Int64

    /// The instant this many nanoseconds after the origin.
    @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    @inlinable public static func < (a: MonotonicTime, b: MonotonicTime) -> Bool { a.nanoseconds < b.nanoseconds }

    /// The instant `seconds` later; saturates instead of trapping on values that are out of range. NaN counts as
    /// forever, so that a deadline that was computed wrongly never fires instead of firing at once.
    public func advanced(seconds: Double) -> MonotonicTime {
        let span = seconds * 1e9
        if span.isNaN || span >= 0x1p63 { return MonotonicTime(nanoseconds: .max) }
        if span < -0x1p63 { return MonotonicTime(nanoseconds: .min) }
        let (sum, overflow) = nanoseconds.addingReportingOverflow(Int64(span))
        return MonotonicTime(nanoseconds: overflow ? (span < 0 ? .min : .max) : sum)
    }

    /// Seconds from `earlier` to this instant; negative when `earlier` is later.
    public func seconds(since earlier: MonotonicTime) -> Double {
        let (span, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
        return (overflow ? Double(nanoseconds) - Double(earlier.nanoseconds) : Double(span)) / 1e9
    }
}

/// An instant on the monotonic clock, in nanoseconds since an arbitrary origin.
///
/// Pure code receives it as a parameter and never reads a clock.
public struct MonotonicTime: Sendable, Hashable, Comparable {
    public var nanoseconds: Int64

    @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    @inlinable public static func < (a: MonotonicTime, b: MonotonicTime) -> Bool { a.nanoseconds < b.nanoseconds }

    /// The instant `seconds` later; saturates instead of trapping on values that are out of range.
    public func advanced(seconds: Double) -> MonotonicTime {
        let span = seconds * 1e9
        guard span.isFinite, span < 4e18 else { return MonotonicTime(nanoseconds: .max) }
        let (sum, overflow) = nanoseconds.addingReportingOverflow(Int64(max(span, -4e18)))
        return MonotonicTime(nanoseconds: overflow ? .max : sum)
    }

    /// Seconds from `earlier` to this instant; negative when `earlier` is later.
    public func seconds(since earlier: MonotonicTime) -> Double {
        Double(nanoseconds - earlier.nanoseconds) / 1e9
    }
}

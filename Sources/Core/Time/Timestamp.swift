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

extension Timestamp {
    /// Reads exactly `YYYY-MM-DDTHH:MM[:SS[.fraction]](Z|±HH:MM)`, what Luma's API reads: RFC 3339 with optional
    /// seconds and capital letters only. The date must exist; there is no second 60; a fraction is cut to milliseconds. An
    /// instant whose offset takes it out of the years 0000–9999 of UTC cannot be written again and is refused.
    public init?(rfc3339 text: String) {
        guard text.utf8.count <= TimeText.longest else { return nil }
        var cursor = TimeText(text)
        guard let local = cursor.dateTime(), let minutesEast = cursor.zone(), cursor.isAtEnd else { return nil }
        self = local.timestamp(secondsEast: minutesEast * 60)
        guard isWritable else { return nil }
    }

    /// Whether it lies within the years 0000–9999 of UTC, which `rfc3339` can hold.
    public var isWritable: Bool { (-62_167_219_200_000...253_402_300_799_999).contains(milliseconds) }

    /// `2022-10-04T05:20:00.000Z`, as Luma writes it. An instant outside the years 0000–9999 is given as the nearest
    /// that the form can hold.
    public var rfc3339: String {
        var output: [UInt8] = []
        output.reserveCapacity(24)
        local(secondsEast: 0).append(to: &output)
        output.append(UInt8(ascii: "Z"))
        return String(decoding: output, as: UTF8.self)
    }

    /// `2022-10-04T07:20:00.000+02:00`: the same instant on a clock that is `offsetMinutes` east of Greenwich, at most
    /// 23:59 to either side.
    public func rfc3339(offsetMinutes: Int) -> String {
        let offset = min(max(offsetMinutes, -1439), 1439)
        var output: [UInt8] = []
        output.reserveCapacity(29)
        local(secondsEast: offset * 60).append(to: &output)
        output.append(offset < 0 ? UInt8(ascii: "-") : UInt8(ascii: "+"))
        output.append(decimal: abs(offset) / 60, width: 2)
        output.append(UInt8(ascii: ":"))
        output.append(decimal: abs(offset) % 60, width: 2)
        return String(decoding: output, as: UTF8.self)
    }
}

extension Timestamp: CustomStringConvertible {
    public var description: String { rfc3339 }
}

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

    /// How long to wait from `earlier` until this instant, in milliseconds: rounded up, as who wakes too early has to wait again;
    /// 0 when it has come. Saturates.
    @inlinable public func waitMilliseconds(from earlier: MonotonicTime) -> Int32 {
        let (span, overflow) = nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
        if overflow { return nanoseconds < 0 ? 0 : .max }
        return span <= 0 ? 0 : Int32(clamping: (span - 1) / 1_000_000 + 1)
    }
}

/// The clock and the wait that effectful code is given: a loop's in the product, a hand-advanced one in tests.
///
/// Not `Sendable`: each loop has its own, and `sleep` resumes on that loop.
public protocol TimeSource: AnyObject {
    /// The monotonic instant now.
    var now: MonotonicTime { get }
    /// The wall-clock instant now.
    var wallClock: Timestamp { get }
    /// Milliseconds since the machine was started, also those in which it slept.
    var bootMilliseconds: Int64 { get }
    /// Returns at or after `deadline`.
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    func sleep(until deadline: MonotonicTime) async throws
}

extension TimeSource {
    /// The same as `now`: right for a machine that never sleeps.
    public var bootMilliseconds: Int64 { now.nanoseconds / 1_000_000 }
}

/// An instant as `Sun, 06 Nov 1994 08:49:37 GMT` (IMF-fixdate, RFC 9110 §5.6.7).
public enum HTTPDate {
    /// Octets of the text.
    public static let length = 29

    /// Writes the text for whole seconds since 1970; years 1970–9999.
    public static func write(secondsSince1970 seconds: Int64, to target: UnsafeMutableRawBufferPointer) {
        precondition(target.count >= length && seconds >= 0 && seconds < 253_402_300_800)
        let days = seconds / 86_400
        let second = seconds % 86_400
        let date = civil(days)
        put(names("ThuFriSatSunMonTueWed", Int(days % 7)), at: 0, target)
        put((0x2C, 0x20), at: 3, target)
        put(two(date.day), at: 5, target)
        put(names(" Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", date.month - 1, width: 4), at: 7, target)
        target[11] = Octet.space
        put(two(Int64(date.year / 100)), at: 12, target)
        put(two(Int64(date.year % 100)), at: 14, target)
        target[16] = Octet.space
        put(two(second / 3600), at: 17, target)
        target[19] = Octet.colon
        put(two(second / 60 % 60), at: 20, target)
        target[22] = Octet.colon
        put(two(second % 60), at: 23, target)
        put(names(" GMT", 0, width: 4), at: 25, target)
    }

    /// The Gregorian date of a day since 1970-01-01, by eras of 400 years that begin on the first of March.
    private static func civil(_ days: Int64) -> (year: Int, month: Int, day: Int64) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * march + 2) / 5 + 1
        let month = march < 10 ? march + 3 : march - 9
        return (Int(yearOfEra + era * 400 + (month <= 2 ? 1 : 0)), Int(month), day)
    }

    private static func two(_ number: Int64) -> (UInt8, UInt8) {
        (Octet.zero + UInt8(number / 10), Octet.zero + UInt8(number % 10))
    }

    private static func put(_ pair: (UInt8, UInt8), at offset: Int, _ target: UnsafeMutableRawBufferPointer) {
        target[offset] = pair.0
        target[offset + 1] = pair.1
    }

    private static func names(_ all: StaticString, _ index: Int, width: Int = 3) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: all.utf8Start + index * width, count: width)
    }

    private static func put(
        _ text: UnsafeRawBufferPointer, at offset: Int, _ target: UnsafeMutableRawBufferPointer
    ) {
        for index in 0..<text.count { target[offset + index] = text[index] }
    }
}

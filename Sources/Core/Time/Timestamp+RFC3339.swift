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

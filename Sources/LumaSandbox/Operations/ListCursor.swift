import Core

/// The place after which the next page starts. It names the last entry and not a number, so that pages neither
/// repeat nor skip events while others come and go. Opaque to clients: hexadecimal of its parts.
struct ListCursor: Equatable {
    let descending: Bool
    let key: EventShelf.Key

    init(descending: Bool, key: EventShelf.Key) {
        self.descending = descending
        self.key = key
    }

    var text: String {
        let plain = "\(descending ? "d" : "a")|\(key.startAt.milliseconds)|\(key.id)"
        return String(decoding: plain.utf8.flatMap { [UInt8.hexDigit($0 >> 4), .hexDigit($0)] }, as: UTF8.self)
    }

    init?(_ text: String) {
        guard text.utf8.count <= 256, text.utf8.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        var high: UInt8?
        for byte in text.utf8 {
            guard let digit = byte.hexDigitValue else { return nil }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "a" || parts[0] == "d", let milliseconds = Int64(parts[1]) else {
            return nil
        }
        self.init(
            descending: parts[0] == "d",
            key: EventShelf.Key(startAt: Timestamp(milliseconds: milliseconds), id: String(parts[2])))
    }
}

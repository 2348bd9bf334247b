import Core

/// The place after which the next page starts. It names the last entry and not a number, so that pages neither
/// repeat nor skip events while others come and go. Opaque to clients: base 64 of its parts, as Luma's are.
struct ListCursor: Equatable {
    let descending: Bool
    let key: EventShelf.Key

    init(descending: Bool, key: EventShelf.Key) {
        self.descending = descending
        self.key = key
    }

    var text: String { Base64.encode(Array("\(descending ? "d" : "a")|\(key.startAt.milliseconds)|\(key.id)".utf8)) }

    init?(_ text: String) {
        guard text.utf8.count <= 256, let bytes = Base64.decode(text) else { return nil }
        let parts = String(decoding: bytes, as: UTF8.self).split(separator: "|", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "a" || parts[0] == "d", let milliseconds = Int64(parts[1]) else {
            return nil
        }
        self.init(
            descending: parts[0] == "d",
            key: EventShelf.Key(startAt: Timestamp(milliseconds: milliseconds), id: String(parts[2])))
    }
}

/// Base 64 with padding (RFC 4648 §4).
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var output: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            let bits = (0..<3).reduce(0) { $0 << 8 | ($1 < part.count ? Int(part[start + $1]) : 0) }
            for index in 0..<4 {
                output.append(index <= part.count ? alphabet[bits >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Nil for what `encode` does not write.
    static func decode(_ text: String) -> [UInt8]? {
        guard text.utf8.count % 4 == 0 else { return nil }
        var (bits, width) = (0, 0)
        var bytes: [UInt8] = []
        for character in text.utf8.prefix(while: { $0 != UInt8(ascii: "=") }) {
            guard let value = alphabet.firstIndex(of: character) else { return nil }
            bits = (bits << 6 | value) & 0xffff
            width += 6
            guard width >= 8 else { continue }
            width -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> width))
        }
        return encode(bytes) == text ? bytes : nil
    }
}

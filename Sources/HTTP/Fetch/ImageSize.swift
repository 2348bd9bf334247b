/// Kinds of images that are known by their first octets.
enum ImageKind: CaseIterable {
    case png, jpeg, gif, webp

    var mediaType: String {
        switch self {
        case .png: "image/png"
        case .jpeg: "image/jpeg"
        case .gif: "image/gif"
        case .webp: "image/webp"
        }
    }

    /// Nil for what is none of them.
    init?(_ octets: [UInt8]) {
        if octets.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) {
            self = .png
        } else if octets.starts(with: [0xff, 0xd8, 0xff]) {
            self = .jpeg
        } else if octets.starts(with: "GIF87a".utf8) || octets.starts(with: "GIF89a".utf8) {
            self = .gif
        } else if octets.count >= 12, octets.starts(with: "RIFF".utf8), octets[8..<12].elementsEqual("WEBP".utf8) {
            self = .webp
        } else {
            return nil
        }
    }
}

/// How large an image says it is, which is what a decoder makes room for. Nothing of it is decoded.
enum ImageSize: Equatable {
    case size(Int, Int)
    /// What is there does not say it yet.
    case needsMore
    case broken

    /// - Parameter octets: the beginning of an image of this kind.
    static func read(_ kind: ImageKind, _ octets: [UInt8]) -> ImageSize {
        let reader = Reader(octets: octets)
        let size: (Int, Int)?
        do throws(Stop) {
            switch kind {
            case .png: size = try reader.png()
            case .jpeg: size = try reader.jpeg()
            case .gif: size = try reader.gif()
            case .webp: size = try reader.webp()
            }
        } catch {
            return .needsMore
        }
        guard let (width, height) = size, width > 0, height > 0 else { return .broken }
        return .size(width, height)
    }

    /// The octets end too early.
    private struct Stop: Error {}

    private struct Reader {
        let octets: [UInt8]

        func byte(_ place: Int) throws(Stop) -> Int {
            guard place < octets.count else { throw Stop() }
            return Int(octets[place])
        }

        /// The first octet is the highest.
        func big(_ place: Int, _ count: Int) throws(Stop) -> Int {
            var value = 0
            for index in 0..<count { value = value << 8 | (try byte(place + index)) }
            return value
        }

        /// The first octet is the lowest.
        func little(_ place: Int, _ count: Int) throws(Stop) -> Int {
            var value = 0
            for index in 0..<count { value |= (try byte(place + index)) << (8 * index) }
            return value
        }

        /// The header is the first chunk (PNG §11.2.1).
        func png() throws(Stop) -> (Int, Int)? {
            guard try big(8, 4) == 13, try big(12, 4) == 0x4948_4452 else { return nil }
            return (try big(16, 4), try big(20, 4))
        }

        /// In the frame header, behind any number of other segments (ITU-T T.81, B.2.2).
        func jpeg() throws(Stop) -> (Int, Int)? {
            var place = 2
            while true {
                guard try byte(place) == 0xff else { return nil }
                // Any number of these may stand before a marker.
                while try byte(place) == 0xff { place += 1 }
                let marker = try byte(place)
                place += 1
                switch marker {
                case 0x01, 0xd0...0xd7: continue
                // The picture begins or ends without a frame header.
                case 0x00, 0xd8, 0xd9, 0xda: return nil
                case 0xc0...0xcf where ![0xc4, 0xc8, 0xcc].contains(marker):
                    return (try big(place + 5, 2), try big(place + 3, 2))
                default:
                    let length = try big(place, 2)
                    guard length >= 2 else { return nil }
                    place += length
                }
            }
        }

        /// The screen, and the first picture on it, which may be larger (GIF89a §18, §20).
        func gif() throws(Stop) -> (Int, Int)? {
            let screen = (try little(6, 2), try little(8, 2))
            let flags = try byte(10)
            var place = 13 + (flags & 0x80 == 0 ? 0 : 3 << (flags & 7 + 1))
            while true {
                switch try byte(place) {
                case 0x2c:
                    let right = try little(place + 1, 2) + little(place + 5, 2)
                    let bottom = try little(place + 3, 2) + little(place + 7, 2)
                    return (max(screen.0, right), max(screen.1, bottom))
                case 0x21:
                    // An extension: a label, then blocks up to an empty one.
                    place += 2
                    while case let length = try byte(place), length > 0 { place += 1 + length }
                    place += 1
                default: return nil
                }
            }
        }

        /// RFC 9649 §2.5 to §2.7.
        func webp() throws(Stop) -> (Int, Int)? {
            switch try big(12, 4) {
            // VP8X: the canvas.
            case 0x5650_3858: return (try little(24, 3) + 1, try little(27, 3) + 1)
            // VP8L: 14 bits each, behind a signature.
            case 0x5650_384c:
                guard try byte(20) == 0x2f else { return nil }
                let bits = try little(21, 4)
                return (bits & 0x3fff + 1, bits >> 14 & 0x3fff + 1)
            // VP8: a key frame (RFC 6386 §9.1).
            case 0x5650_3820:
                guard try byte(20) & 1 == 0, try big(23, 3) == 0x9d012a else { return nil }
                return (try little(26, 2) & 0x3fff, try little(28, 2) & 0x3fff)
            default: return nil
            }
        }
    }
}

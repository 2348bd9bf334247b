import HTTP
import Testing

/// What an answer has to be, told as it comes in.
@Suite struct FetchInspectorTests {
    private static let images = ["image/png", "image/jpeg", "image/gif", "image/webp"]

    private static func rule(_ types: [String], max: Int = 1 << 16) -> FetchRule {
        var rule = FetchRule()
        rule.types = types
        rule.maxBytes = max
        return rule
    }

    /// Takes the octets in pieces of this length.
    private func verdict(
        _ octets: [UInt8], as type: String?, _ rule: FetchRule, status: Int = 200, by length: Int = 7
    ) -> (FetchFailure.Reason?, String?) {
        do throws(FetchFailure.Reason) {
            let fields = type.map { [Field("content-type", $0)] } ?? []
            var inspector = try FetchInspector(rule, status: status, fields)
            var rest = octets[...]
            while !rest.isEmpty {
                let piece = Array(rest.prefix(length))
                rest = rest.dropFirst(length)
                try Self.give(piece, to: &inspector)
            }
            try inspector.finish()
            return (nil, inspector.mediaType)
        } catch {
            return (error, nil)
        }
    }

    private static func give(_ piece: [UInt8], to inspector: inout FetchInspector) throws(FetchFailure.Reason) {
        let result: Result<Void, FetchFailure.Reason> = piece.withUnsafeBytes { bytes in
            do throws(FetchFailure.Reason) {
                try inspector.take(bytes)
                return .success(())
            } catch {
                return .failure(error)
            }
        }
        try result.get()
    }

    private static func big(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
    }

    private static func little(_ value: Int, _ count: Int) -> [UInt8] { big(value, count).reversed() }

    @Test(
        arguments: [
            ("content-encoding", "gzip", true), ("content-encoding", " BR ", true), ("content-encoding", "", false),
            ("content-encoding", "identity", false), ("content-encoding", "identity,gzip", true),
            ("content-encoding", "chunked", true), ("transfer-encoding", "chunked", false),
            ("transfer-encoding", "gzip , Chunked", true), ("transfer-encoding", "Chunked\t", false),
            ("content-type", "gzip", false),
        ])
    func whatHasToBeDecodedIsRefused(name: String, value: String, isRefused: Bool) {
        for fields in [[Field(name, value)], [Field(name, "identity"), Field(name, value)]] {
            do throws(FetchFailure.Reason) {
                _ = try FetchInspector(Self.rule([]), status: 200, fields)
                #expect(!isRefused, "\(name): \(value)")
            } catch {
                #expect(isRefused && error == .encoding, "\(name): \(value)")
            }
        }
    }

    // MARK: Images of a size

    static func png(_ width: Int, _ height: Int) -> [UInt8] {
        [0x89] + "PNG\r\n\u{1a}\n".utf8 + big(13, 4) + "IHDR".utf8 + big(width, 4) + big(height, 4) + [8, 2, 0, 0, 0]
    }

    static func jpeg(_ width: Int, _ height: Int, before: [UInt8] = []) -> [UInt8] {
        [0xff, 0xd8] + before + [0xff, 0xe0, 0, 4, 1, 1, 0xff, 0xff, 0xc2, 0, 17, 8] + big(height, 2) + big(width, 2)
            + [UInt8](repeating: 0, count: 10)
    }

    static func gif(_ screen: (Int, Int), _ frame: (Int, Int), extensions: [UInt8] = []) -> [UInt8] {
        "GIF89a".utf8 + little(screen.0, 2) + little(screen.1, 2) + [0x81, 0, 0] + [UInt8](repeating: 9, count: 12)
            + extensions
            + [0x2c, 0, 0, 0, 0] + little(frame.0, 2) + little(frame.1, 2) + [0]
    }

    private static func riff(_ chunk: String, _ content: [UInt8]) -> [UInt8] {
        "RIFF".utf8 + [9, 9, 0, 0] + "WEBP".utf8 + chunk.utf8 + little(content.count, 4) + content
    }

    static func webp(_ width: Int, _ height: Int) -> [UInt8] {
        riff("VP8X", [2, 0, 0, 0] + little(width - 1, 3) + little(height - 1, 3))
    }

    static func losslessWebp(_ width: Int, _ height: Int) -> [UInt8] {
        riff("VP8L", [0x2f] + little(width - 1 | (height - 1) << 14, 4))
    }

    static func lossyWebp(_ width: Int, _ height: Int) -> [UInt8] {
        riff("VP8 ", [0x10, 2, 0, 0x9d, 1, 0x2a] + little(width, 2) + little(height | 1 << 14, 2))
    }

    private static let sized: [(String, @Sendable (Int, Int) -> [UInt8])] = [
        ("image/png", { png($0, $1) }), ("image/jpeg", { jpeg($0, $1) }), ("image/gif", { gif(($0, $1), (1, 1)) }),
        ("image/gif", { gif((1, 1), ($0, $1)) }), ("image/webp", { webp($0, $1) }),
        ("image/webp", { lossyWebp($0, $1) }),
        ("image/webp", { losslessWebp($0, $1) }),
    ]

    /// However the octets are cut, and before there is any picture.
    @Test(arguments: [1, 5, 12, 1000]) func theSizeIsReadFromTheHead(length: Int) {
        for (type, make) in Self.sized {
            for (width, height, reason) in [
                (1, 1, nil), (5000, 5000, nil), (16383, 1500, nil), (5001, 5000, .pixels(25_000_000)),
                (15_000, 16_000, .pixels(25_000_000)),
            ] as [(Int, Int, FetchFailure.Reason?)] {
                let found = verdict(make(width, height), as: type, Self.rule(Self.images), by: length)
                #expect(found.0 == reason && (reason != nil || found.1 == type), "\(type) \(width) x \(height)")
            }
        }
        for octets in [Self.png(16_385, 1), Self.jpeg(1, 65_535), Self.gif((65_535, 1), (1, 1)), Self.webp(1 << 24, 1)]
        {
            #expect(verdict(octets, as: nil, Self.rule(Self.images), by: length).0 == .side(16_384))
        }
        #expect(verdict(Self.png(1 << 31, 1 << 31), as: nil, Self.rule(Self.images), by: length).0 == .side(16_384))
    }

    @Test func theOperatorBoundsThePixels() {
        var rule = Self.rule([])
        rule.maxPixels = 99
        #expect(verdict(Self.png(10, 10), as: "text/plain", rule).0 == .pixels(99))
        #expect(verdict(Self.png(9, 11), as: "text/plain", rule).0 == nil)
    }

    /// Cut at every octet each of them is broken, and none is more than that.
    @Test func anImageThatEndsEarlyIsBroken() {
        for (type, make) in Self.sized {
            let whole = make(30, 20)
            let least = (0..<whole.count).first {
                verdict(Array(whole[..<$0]), as: type, Self.rule(Self.images)).0 == nil
            }
            for count in 0..<(least ?? whole.count) {
                #expect(
                    verdict(Array(whole[..<count]), as: type, Self.rule(Self.images)).0 == .content, "\(type) \(count)")
            }
            #expect(verdict(whole, as: type, Self.rule(Self.images)).0 == nil)
        }
    }

    @Test func whatIsNoImageOfItsKind() {
        let zero = [Self.png(0, 1), Self.jpeg(1, 0), Self.gif((0, 0), (0, 0)), Self.lossyWebp(0, 5)]
        let odd: [[UInt8]] = [
            [0x89] + Array("PNG\r\n\u{1a}\n".utf8) + [0, 0, 0, 13] + Array("IDAT".utf8)
                + [UInt8](repeating: 0, count: 20),
            [0xff, 0xd8, 0xff, 0xda, 0, 4] + [UInt8](repeating: 0, count: 20),
            [0xff, 0xd8, 0xff, 0xe0, 0, 1] + [UInt8](repeating: 0, count: 20),
            [0xff, 0xd8, 0xff, 0xe0, 0, 2, 7] + [UInt8](repeating: 0, count: 20),
            Array("GIF89a".utf8) + [9, 0, 9, 0, 0, 0, 0, 0x3b],
            Self.riff("ALPH", [UInt8](repeating: 0, count: 20)),
        ]
        for octets in zero + odd {
            #expect(verdict(octets, as: nil, Self.rule(Self.images)).0 == .content, "\(octets.prefix(24))")
        }
    }

    /// What stands before the size is passed over, up to a bound.
    @Test func muchMayStandBeforeTheSize() {
        let segment: [UInt8] = [0xff, 0xe2, 0xff, 0xff] + [UInt8](repeating: 1, count: 65_533)
        let few = Array([[UInt8]](repeating: segment, count: 15).joined())
        let many = Array([[UInt8]](repeating: segment, count: 17).joined())
        let rule = Self.rule(Self.images, max: 4 << 20)
        #expect(verdict(Self.jpeg(6000, 6000, before: few), as: nil, rule, by: 16_384).0 == .pixels(25_000_000))
        #expect(verdict(Self.jpeg(10, 10, before: few), as: nil, rule, by: 16_384).0 == nil)
        #expect(verdict(Self.jpeg(10, 10, before: many), as: nil, rule, by: 16_384).0 == .content)
        let comment: [UInt8] = [0x21, 0xfe, 3, 1, 2, 3, 2, 1, 2, 0, 0x21, 0xf9, 4, 0, 0, 0, 0, 0]
        #expect(verdict(Self.gif((1, 1), (9000, 9000), extensions: comment), as: nil, rule).0 == .pixels(25_000_000))
    }

    // MARK: Types

    @Test(
        arguments: [
            ("image/png", nil, "image/png"), ("IMAGE/PNG; x=1", nil, "image/png"), (nil, nil, "image/png"),
            ("application/octet-stream", nil, "image/png"), ("binary/octet-stream", nil, "image/png"),
            // The octets decide between those that are taken.
            ("image/jpeg", nil, "image/png"), ("image/jpg", nil, "image/png"),
            ("text/html", .type(images), nil), ("image/svg+xml", .type(images), nil),
            ("application/json", .type(images), nil),
        ] as [(String?, FetchFailure.Reason?, String?)])
    func aPNGUnderAType(type: String?, reason: FetchFailure.Reason?, result: String?) {
        let found = verdict(Self.png(3, 3), as: type, Self.rule(Self.images))
        #expect(found.0 == reason && found.1 == result)
    }

    @Test func whatIsCalledAnImageIsOne() {
        let page = Array("<!doctype html><title>Not found</title>".utf8)
        #expect(verdict(page, as: "image/png", Self.rule(Self.images)).0 == .content)
        #expect(verdict([], as: "image/png", Self.rule(Self.images)).0 == .content)
        #expect(verdict(page, as: nil, Self.rule(Self.images)).0 == .type(Self.images))
        #expect(verdict([], as: nil, Self.rule(Self.images)).0 == .type(Self.images))
        #expect(verdict(Self.webp(3, 3), as: "image/png", Self.rule(["image/png"])).0 == .type(["image/png"]))
        // Where nothing is asked for, everything is taken.
        let (reason, type) = verdict(page, as: "text/html", Self.rule([]))
        #expect(reason == nil && type == "text/html")
        #expect(verdict([], as: nil, Self.rule([])).0 == nil)
        #expect(
            verdict(Array("{}".utf8), as: "application/json; charset=utf-8", Self.rule(["application/json"])).0 == nil)
        #expect(verdict(page, as: nil, Self.rule(["application/octet-stream"])).0 == nil)
    }

    // MARK: Size and status

    @Test func theOctetsAreCounted() {
        let rule = Self.rule([], max: 100)
        #expect(verdict([UInt8](repeating: 1, count: 100), as: nil, rule).0 == nil)
        #expect(verdict([UInt8](repeating: 1, count: 101), as: nil, rule).0 == .tooLarge(100))
        #expect(verdict([UInt8](repeating: 1, count: 101), as: nil, rule, by: 101).0 == .tooLarge(100))
    }

    @Test(arguments: [201, 204, 206, 301, 304, 401, 404, 500]) func anotherStatusIsNoFile(status: Int) {
        #expect(verdict(Self.png(3, 3), as: "image/png", Self.rule(Self.images), status: status).0 == .status(status))
    }
}

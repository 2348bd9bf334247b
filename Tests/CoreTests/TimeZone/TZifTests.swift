import Testing

@testable import Core

@Suite struct TZifTests {
    @Test func everyZoneOfTheSystemIsRead() {
        for name in ZoneFiles.names {
            #expect(throws: Never.self, "\(name)") { try ZoneFiles.rules(name) }
        }
    }

    @Test func everyPrefixIsRefused() throws {
        for name in ["Asia/Kathmandu", "UTC"] {
            let bytes = try #require(ZoneFiles.bytes(name))
            for end in bytes.indices {
                #expect(throws: TZifError.self, "\(name) \(end)") { try TimeZoneRules(tzif: Array(bytes[..<end])) }
            }
        }
    }

    @Test func damagedFilesAreRefusedOrUsable() throws {
        var random = SeededGenerator(seed: 5)
        var accepted = 0
        for name in ["America/New_York", "Asia/Kathmandu", "Pacific/Apia"] {
            let original = try #require(ZoneFiles.bytes(name))
            for _ in 0..<1500 {
                var bytes = original
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    // Mostly in the second header and what follows it, which is what counts.
                    bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
                }
                guard let rules = try? TimeZoneRules(tzif: bytes) else { continue }
                accepted += 1
                for _ in 0..<5 {
                    let time =
                        Int64.random(in: .min ... .max, using: &random) >> Int64.random(in: 0..<40, using: &random)
                    _ = rules.offset(at: Timestamp(milliseconds: time))
                    _ = rules.resolve(LocalDateTime(milliseconds: time))
                }
            }
        }
        #expect(accepted > 100)
    }

    @Test func aFileOfVersionOneIsRead() throws {
        let rules = try TimeZoneRules(
            tzif: TZifFile(times: [100, 200], indices: [1, 0]).bytes(version: 0, timeLength: 4))
        #expect(rules.offset(at: Timestamp(milliseconds: 99_999)).abbreviation == "AAA")
        #expect(rules.offset(at: Timestamp(milliseconds: 100_000)).abbreviation == "BBB")
        #expect(rules.offset(at: Timestamp(milliseconds: 200_000)).secondsEast == 3600)
        #expect(rules.footer == nil)
    }

    @Test func aFileWithoutTransitionsFollowsItsFooter() throws {
        var file = TZifFile(times: [], indices: [])
        file.footer = "EET-2"
        #expect(try TimeZoneRules(tzif: file.bytes()).offset(at: Timestamp(milliseconds: 0)).secondsEast == 7200)
        file.footer = ""
        #expect(try TimeZoneRules(tzif: file.bytes()).offset(at: Timestamp(milliseconds: 0)).secondsEast == 3600)
    }

    @Test(arguments: TZifFile.bad)
    func aBadFileIsRefusedWithItsReason(_ bytes: [UInt8], _ error: TZifError) {
        #expect(throws: error) { try TimeZoneRules(tzif: bytes) }
    }
}

/// Builds a TZif file, right or wrong.
struct TZifFile {
    var times: [Int64] = []
    var indices: [UInt8] = []
    var offsets: [(seconds: Int32, isDST: UInt8, name: UInt8)] = [(3600, 0, 0), (7200, 1, 4)]
    var names = "AAA\0BBB\0"
    var leaps = 0
    var standards = 0
    var footer = "AAA-1"
    var typeCount: Int?
    var timeCount: Int?

    init(times: [Int64], indices: [UInt8]) {
        self.times = times
        self.indices = indices
    }

    func bytes(version: UInt8 = UInt8(ascii: "2"), timeLength: Int = 8) -> [UInt8] {
        guard version != 0 else { return part(version: 0, timeLength: 4) }
        return part(version: version, timeLength: 4) + part(version: version, timeLength: timeLength)
            + Array("\n\(footer)\n".utf8)
    }

    private func part(version: UInt8, timeLength: Int) -> [UInt8] {
        var bytes = Array("TZif".utf8) + [version] + [UInt8](repeating: 0, count: 15)
        for count in [0, standards, leaps, timeCount ?? times.count, typeCount ?? offsets.count, names.utf8.count] {
            bytes += Self.integer(Int64(count), 4)
        }
        for time in times { bytes += Self.integer(time, timeLength) }
        bytes += indices
        for offset in offsets { bytes += Self.integer(Int64(offset.seconds), 4) + [offset.isDST, offset.name] }
        bytes += Array(names.utf8)
        return bytes + [UInt8](repeating: 0, count: leaps * (timeLength + 4) + standards)
    }

    private static func integer(_ value: Int64, _ length: Int) -> [UInt8] {
        (0..<length).reversed().map { UInt8(truncatingIfNeeded: value >> Int64(8 * $0)) }
    }

    static let good = TZifFile(times: [100, 200], indices: [1, 0])

    static func changed(_ change: (inout TZifFile) -> Void) -> [UInt8] {
        var file = good
        change(&file)
        return file.bytes()
    }

    static let bad: [([UInt8], TZifError)] = [
        ([], .notTZif), (Array("TZiF".utf8) + Array(good.bytes().dropFirst(4)), .notTZif),
        (good.bytes(version: UInt8(ascii: "1")), .notTZif), (Array(good.bytes().prefix(60)), .truncated),
        ([UInt8](repeating: 0, count: TimeZoneRules.largestFile + 1), .tooLarge),
        (changed { $0.typeCount = 0 }, .badCount), (changed { $0.typeCount = 257 }, .badCount),
        (changed { $0.names = "" }, .badCount), (changed { $0.standards = 1 }, .badCount),
        (changed { $0.timeCount = Int(UInt32.max) }, .truncated), (changed { $0.leaps = 1 }, .leapSeconds),
        (changed { $0.times = [200, 100] }, .badTransition), (changed { $0.times = [100, 100] }, .badTransition),
        (changed { $0.times = [.min, 100] }, .badTransition), (changed { $0.indices = [1, 2] }, .badTransition),
        (changed { $0.offsets[1].seconds = 93_600 }, .badType), (changed { $0.offsets[1].seconds = .min }, .badType),
        (changed { $0.offsets[1].isDST = 2 }, .badType), (changed { $0.offsets[1].name = 8 }, .badType),
        (changed { $0.names = "AAA\0BBBB" }, .badType), (changed { $0.names = "A A\0BBB\0" }, .badType),
        (changed { $0.names = "ABCDEFGHIJKLMNOPQ\0" }, .badType), (changed { $0.footer = "AAA" }, .badFooter),
        (changed { $0.footer = "AAA-1BBB" }, .badFooter), (Array(good.bytes().dropLast()), .badFooter),
        (changed { $0.footer = String(repeating: "A", count: 300) + "-1" }, .badFooter),
    ]
}

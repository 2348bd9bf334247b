import Core
import Synchronization
import Testing

@Suite struct TimeZoneDatabaseTests {
    /// Loads from the system's files and counts how often.
    private final class Loader: Sendable {
        private let names = Mutex<[String]>([])
        var loaded: [String] { names.withLock { $0 } }

        func load(_ name: String) -> [UInt8]? {
            names.withLock { $0.append(name) }
            return name == "Bad/File" ? [1, 2, 3] : ZoneFiles.bytes(name)
        }
    }

    @Test func rulesAreLoadedOnceAndKept() throws {
        let loader = Loader()
        let database = TimeZoneDatabase { loader.load($0) }
        for _ in 0..<3 {
            #expect(
                try database.rules(for: "Asia/Tokyo").offset(at: instant("2024-01-01T00:00Z")).secondsEast == 32_400)
        }
        #expect(loader.loaded == ["Asia/Tokyo"])
    }

    @Test func noMoreAreKeptThanAllowed() throws {
        let loader = Loader()
        let database = TimeZoneDatabase(capacity: 2) { loader.load($0) }
        for name in ["Asia/Tokyo", "Europe/Paris", "UTC"] { _ = try database.rules(for: name) }
        #expect(loader.loaded.count == 3)
        // Of three, two are kept, and asking for all again makes room for each that is not.
        for name in ["Asia/Tokyo", "Europe/Paris", "UTC"] { _ = try database.rules(for: name) }
        #expect((4...6).contains(loader.loaded.count))
    }

    @Test(arguments: [
        "", "/", "/etc/passwd", "../etc/passwd", "Europe/../../etc/passwd", "Europe//Paris", "Europe/", "Europe/Paris/",
        "Europe/Par is", "Europe/Paris\0", "Europe\\Paris", "Europe/Zürich", "~root", "-Europe", "Europe/-Paris", "a.b",
        "posix/Europe/Paris", "right/Europe/Paris", "localtime", "posixrules", String(repeating: "a", count: 65), "%2e",
    ])
    func aTextThatIsNoNameNeverReachesTheLoader(_ name: String) {
        let loader = Loader()
        let database = TimeZoneDatabase { loader.load($0) }
        #expect(throws: TimeZoneError.invalidName) { try database.rules(for: name) }
        #expect(loader.loaded == [])
    }

    @Test func everyNameOfTheSystemIsValid() {
        for name in ZoneFiles.names { #expect(TimeZoneName.isValid(name), "\(name)") }
        #expect(TimeZoneName.isValid("Etc/GMT+1"))
        #expect(TimeZoneName.isValid("Etc/GMT-14"))
        #expect(TimeZoneName.isValid("America/Argentina/Buenos_Aires"))
    }

    @Test func aFileThatCannotBeUsedIsNamedAsSuch() {
        let loader = Loader()
        let database = TimeZoneDatabase { loader.load($0) }
        #expect(throws: TimeZoneError.malformed(.notTZif)) { try database.rules(for: "Bad/File") }
    }

    @Test(arguments: [
        ("America/NewYork", "America/New_York"), ("america/new_york", "America/New_York"),
        ("Europe/Berln", "Europe/Berlin"), ("Europe/Pairs", "Europe/Paris"), ("Tokyo", "Asia/Tokyo"),
        ("New York", "America/New_York"), ("US/Estern", "US/Eastern"), ("utc", "UTC"), ("Mars/Olympus_Mons", nil),
        ("", nil), (String(repeating: "x", count: 1000), nil),
        // By meaning: cities, what is spoken, offsets.
        ("Munich", "Europe/Berlin"), ("Europe/Münich", "Europe/Berlin"), ("München", "Europe/Berlin"),
        ("San Francisco", "America/Los_Angeles"), ("Mumbai", "Asia/Kolkata"), ("Berlin", "Europe/Berlin"),
        ("zürich", "Europe/Zurich"), ("Straßburg", "Europe/Paris"), ("São Paulo", "America/Sao_Paulo"),
        ("Pacific Time", "America/Los_Angeles"),
        ("eastern standard time", "America/New_York"), ("PST", "America/Los_Angeles"), ("CEST", "Europe/Berlin"),
        ("GMT+2", "Etc/GMT-2"), ("UTC-5", "Etc/GMT+5"), ("+02:00", "Etc/GMT-2"),
        ("W. Europe Standard Time", "Europe/Berlin"), ("Pacific Standard Time", "America/Los_Angeles"),
        ("etc/gmt-2", "Etc/GMT-2"),
        (" Europe/Berlin ", "Europe/Berlin"), ("Buenos Aires", "America/Argentina/Buenos_Aires"),
        // None rather than a wrong one.
        ("GMT+5:30", nil), ("GMT+25", nil), ("Etc/GMT+99", nil), ("Middle Earth", nil), ("Base", nil), ("ABC", nil),
    ])
    func aNearMissIsSuggested(_ name: String, _ nearest: String?) {
        let database = TimeZoneDatabase(names: ZoneFiles.names) { _ in nil }
        #expect(database.suggestion(for: name) == nearest)
        if TimeZoneName.isValid(name) {
            #expect(throws: TimeZoneError.unknownName) { try database.rules(for: name) }
        }
    }

    /// A start does not wait for the list, which only suggestions need.
    @Test func theNamesAreMadeOnceAndNotBeforeTheyAreAskedFor() throws {
        let loader = Loader()
        @Sendable func list() -> [String] {
            _ = loader.load("list")
            return ["UTC"]
        }
        let database = TimeZoneDatabase(names: list()) { ZoneFiles.bytes($0) }
        _ = try database.rules(for: "Asia/Tokyo")
        #expect(loader.loaded.isEmpty)
        #expect(database.names == ["UTC"] && database.names == ["UTC"])
        #expect(loader.loaded == ["list"])
    }

    @Test func namesAreReadFromTheCompactSource() {
        let text = """
            # version 2025b
            R d 1916 o - Jun 14 23s 1 S
            Z Africa/Algiers 0:12:12 - LMT 1891 Mar 16
            0:9:21 - PMT 1911 Mar 11
            L Africa/Algiers Africa/Tunis
            L Etc/UTC UTC
            Z ../evil 0 - X
            Z
            L one
            """
        #expect(TimeZoneName.parse(tzdataZi: Array(text.utf8)) == ["Africa/Algiers", "Africa/Tunis", "UTC"])
        #expect(TimeZoneName.parse(tzdataZi: []) == [])
    }

    @Test func namesAreReadFromTheTable() {
        let text =
            "# comment\nCH,DE\t+4723+00832\tEurope/Zurich\tBüsingen\nAD\t+4230+00131\tEurope/Andorra\nXX\t+1\t../evil\nshort\n"
        #expect(TimeZoneName.parse(zoneTab: Array(text.utf8)) == ["Europe/Andorra", "Europe/Zurich"])
        let real = TimeZoneName.parse(zoneTab: ZoneFiles.bytes("zone1970.tab") ?? [])
        #expect(real.count > 200)
        #expect(real.contains("America/New_York"))
    }
}

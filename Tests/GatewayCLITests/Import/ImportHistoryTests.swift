import Core
import Foundation
import GatewayAPI
import Testing

@testable import GatewayCLI

/// What is done with a row that earlier imports know, from whichever file they had it.
@Suite struct ImportHistoryTests {
    private static let now = Timestamp(milliseconds: 1_800_000_000_000)

    private static func row(_ content: String, uid: String? = "u", aliases: [String] = []) -> ImportPlan.Row {
        ImportPlan.Row(
            number: 1, place: ImportPlace(line: 2), name: "n", path: "/events/", body: [],
            key: uid.map { "key of \($0)" } ?? content, said: uid == nil ? nil : content, identity: uid,
            aliases: aliases)
    }

    private static func entry(
        _ outcome: ImportReport.Outcome, _ row: ImportPlan.Row, age: Double? = nil
    ) -> ImportReport.Entry {
        ImportReport.Entry(
            row, outcome, eventID: outcome.isDone ? "evt-1" : nil,
            at: age.map { now.advanced(milliseconds: -Int64($0 * 1000)) })
    }

    private static func word(_ decision: ImportHistory.Decision) -> String {
        switch decision {
        case .open(let key): "open \(key)"
        case .made: "made"
        case .doubtful: "doubtful"
        case .changed: "changed"
        }
    }

    /// The same of the import's own report, of another's, and of one that was written when keys were made of what rows say.
    @Test(arguments: [
        (ImportReport.Outcome.created, "a", "made"), (.exists, "a", "made"), (.created, "b", "changed"),
        (.unknown, "a", "doubtful"), (.unknown, "b", "changed"), (.sending, "a", "open key of u"),
        (.sending, "b", "changed"), (.failed, "a", "open key of u"), (.unsent, "b", "open key of u"),
        (.invalid, "a", "open key of u"),
    ])
    func whatWasSaidOfARowDecides(_ outcome: ImportReport.Outcome, _ content: String, _ expected: String) {
        let entry = Self.entry(outcome, Self.row(content), age: 10)
        #expect(Self.word(ImportHistory([entry]).decision(of: Self.row("a"), now: Self.now)) == expected)
        let other = ImportHistory([], others: [("x.ndjson", [entry])])
        #expect(Self.word(other.decision(of: Self.row("a"), now: Self.now)) == expected)
        guard outcome != .sending else { return }
        var old = entry
        (old.key, old.said) = (content, nil)
        #expect(Self.word(ImportHistory([old]).decision(of: Self.row("a"), now: Self.now)) == expected)
    }

    @Test(arguments: [(3599.0, "open key of u"), (3601, "doubtful"), (-60, "doubtful")])
    func whatWasOnItsWayIsSentAgainOnlySoonAfter(_ age: Double, _ expected: String) {
        let entry = Self.entry(.sending, Self.row("a"), age: age)
        #expect(Self.word(ImportHistory([entry]).decision(of: Self.row("a"), now: Self.now)) == expected)
    }

    /// The gateway keeps a refusal under its key: what was mended is sent with another, which is its own in every run.
    @Test func whatWasRefusedAndIsMendedHasAKeyOfItsOwn() {
        let refused = Self.entry(.failed, Self.row("a"))
        #expect(ImportHistory([refused]).decision(of: Self.row("b"), now: Self.now) == .open(key: "b"))
        var again = Self.entry(.failed, Self.row("b"))
        (again.key, again.said) = ("b", nil)
        #expect(ImportHistory([refused, again]).decision(of: Self.row("c"), now: Self.now) == .open(key: "c"))
        for outcome in [ImportReport.Outcome.failed, .unsent] {
            again.outcome = outcome
            let history = ImportHistory([refused, again])
            #expect(history.decision(of: Self.row("b"), now: Self.now) == .open(key: "b"))
            #expect(history.decision(of: Self.row("a"), now: Self.now) == .open(key: "key of u"))
        }
        again.outcome = .created
        #expect(Self.word(ImportHistory([refused, again]).decision(of: Self.row("c"), now: Self.now)) == "changed")
        #expect(Self.word(ImportHistory([refused, again]).decision(of: Self.row("b"), now: Self.now)) == "made")
    }

    @Test func whatIsCertainCountsBeforeWhatIsNot() {
        let words = [Self.entry(.unknown, Self.row("a")), Self.entry(.failed, Self.row("a"))]
        let made = ("x.ndjson", [Self.entry(.created, Self.row("a"))])
        #expect(Self.word(ImportHistory(words, others: [made]).decision(of: Self.row("a"), now: Self.now)) == "made")
    }

    @Test func anEventIsKnownByItsOtherNamesToo() {
        let made = Self.entry(.created, Self.row("a"))
        let date = Self.row("b", uid: "u 2031-01-01", aliases: ["u"])
        #expect(Self.word(ImportHistory([made]).decision(of: date, now: Self.now)) == "changed")
        #expect(
            Self.word(ImportHistory([made]).decision(of: Self.row("b", uid: "v"), now: Self.now)) == "open key of v")
    }

    @Test func rowsWithoutAnIdentityAreKnownByWhatTheySay() {
        let made = Self.entry(.created, Self.row("a", uid: nil))
        #expect(Self.word(ImportHistory([made]).decision(of: Self.row("a", uid: nil), now: Self.now)) == "made")
        #expect(Self.word(ImportHistory([made]).decision(of: Self.row("b", uid: nil), now: Self.now)) == "open b")
    }

    // MARK: The reports beside one's own

    private func withFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path + "/")
    }

    @Test func reportsOfTheSameGatewayInTheFolderAreRead() throws {
        let place = ImportReport.Place(base: "http://a", mode: "live")
        try withFolder { folder in
            for (name, base, mode) in [
                ("own.ndjson", "http://a", "live"), ("b.import.ndjson", "http://a", "live"),
                ("c.ndjson", "http://b", "live"), ("d.ndjson", "http://a", "sandbox"),
            ] {
                let report = try ImportReport(path: folder + name, place: ImportReport.Place(base: base, mode: mode))
                try report.append(Self.entry(.created, Self.row("a")))
            }
            try Data(#"{"name":"Tea"}"#.utf8).write(to: URL(fileURLWithPath: folder + "events.ndjson"))
            try Data(#"{"row":1,"line":1,"outcome":"created","key":"k"}"#.utf8)
                .write(to: URL(fileURLWithPath: folder + "nowhere.ndjson"))
            #expect(mkfifo(folder + "pipe.ndjson", 0o600) == 0)
            let found = ImportNeighbours(of: folder + "own.ndjson", at: place)
            #expect(found.reports.map(\.name) == ["b.import.ndjson"] && found.unread.isEmpty)
            #expect(found.reports.first?.entries.map(\.eventID) == ["evt-1"])
        }
    }

    /// Reports in other folders are known by a list, which grows by each once.
    @Test func reportsElsewhereAreKnownByTheUsersList() throws {
        let place = ImportReport.Place(base: "http://a", mode: "live")
        try withFolder { folder in
            let registry = ImportRegistry(["HOME": folder + "nobody", "XDG_STATE_HOME": folder + "state"])
            #expect(registry.path == folder + "state/luma-mcp/imports" && registry.reports.isEmpty)
            registry.add(folder + "none.ndjson")
            #expect(!FileManager.default.fileExists(atPath: folder + "state"))
            for name in ["b", "own", "c", "b"] {
                try FileManager.default.createDirectory(atPath: folder + name, withIntermediateDirectories: true)
                let path = folder + name + "/r.ndjson"
                let report = try ImportReport(path: path, place: place)
                if report.earlier.isEmpty { try report.append(Self.entry(.created, Self.row("a"))) }
                registry.add(path)
                registry.add(folder + name + "/../" + name + "/r.ndjson")
            }
            let listed = registry.reports
            #expect(listed.map { $0.suffix(10) } == ["b/r.ndjson", "n/r.ndjson", "c/r.ndjson"])
            let modes = try FileManager.default.attributesOfItem(atPath: folder + "state/luma-mcp/imports")
            #expect(modes[.posixPermissions] as? Int == 0o600)
            try FileManager.default.removeItem(atPath: folder + "c/r.ndjson")
            let found = ImportNeighbours(of: folder + "own/r.ndjson", at: place, listed: listed + listed)
            #expect(found.reports.map(\.name) == listed.prefix(1).map { $0 })
        }
        #expect(ImportRegistry([:]).path == nil && ImportRegistry(["HOME": "relative"]).path == nil)
        #expect(ImportRegistry(["HOME": "/h"]).path == "/h/.local/state/luma-mcp/imports")
    }

    /// However many imports there were: the list keeps the last, also when it had become what cannot be read.
    @Test(arguments: [1998, 1999, 2000, 5000, 17_000_000]) func theUsersListIsBounded(size: Int) throws {
        try withFolder { folder in
            let registry = ImportRegistry(["XDG_STATE_HOME": folder])
            let report = folder + "r.ndjson"
            try Data().write(to: URL(fileURLWithPath: report))
            let path = try #require(registry.path)
            try FileManager.default.createDirectory(
                atPath: folder + "luma-mcp", withIntermediateDirectories: true)
            let old = size > 10_000 ? String(repeating: "x", count: size) : (1...size).map { "/r/\($0)\n" }.joined()
            try Data(old.utf8).write(to: URL(fileURLWithPath: path))
            registry.add(report)
            let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
            #expect(lines.last?.hasSuffix("r.ndjson") == true)
            #expect(lines.count == (size > 10_000 ? 1 : size < 2000 ? size + 1 : 1000))
            #expect(registry.reports.count == min(lines.count, 1000))
        }
    }

    @Test func reportsBeyondTheBoundAreTold() throws {
        let place = ImportReport.Place(base: "http://a", mode: "live")
        try withFolder { folder in
            for number in 0...ImportNeighbours.maxReports {
                let report = try ImportReport(path: folder + "\(1000 + number).ndjson", place: place)
                try report.append(Self.entry(.created, Self.row("a")))
            }
            let found = ImportNeighbours(of: folder + "own.ndjson", at: place)
            #expect(found.reports.count == ImportNeighbours.maxReports)
            #expect(found.unread == ["1256.ndjson"] && found.warnings.count == 1)
        }
        #expect(ImportNeighbours(of: "/nowhere/at/all.ndjson", at: place).reports.isEmpty)
    }
}

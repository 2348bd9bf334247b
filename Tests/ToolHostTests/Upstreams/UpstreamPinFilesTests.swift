import Core
import Foundation
import Testing

@testable import ToolHost
@testable import ToolSources

@Suite struct UpstreamPinFilesTests {
    private static func with(_ body: (String) async throws -> Void) async throws {
        let place = FileManager.default.temporaryDirectory.appending(path: "luma-" + UUID().uuidString)
        let folder = place.path(percentEncoded: false)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }

    private func entry(_ pin: UpstreamEntry.Pin, approvesFirst: Bool = false) -> UpstreamEntry {
        let child = UpstreamEntry.Child(
            command: ["/bin/cat"], sandbox: .standard, paths: [], variables: [], hasNetwork: false)
        var entry = UpstreamEntry(name: "docs", way: .stdio(child))
        (entry.pin, entry.approvesFirst) = (pin, approvesFirst)
        return entry
    }

    private func offer(_ descriptions: [String: String]) -> UpstreamOffer {
        var offer = UpstreamOffer()
        offer.serverName = "docs"
        offer.tools = descriptions.sorted { $0.key < $1.key }.map { name, description in
            ["name": .string(name), "description": .string(description), "inputSchema": ["type": "object"]]
        }
        return offer
    }

    private func judged(_ pins: any UpstreamPins, _ entry: UpstreamEntry, _ offer: UpstreamOffer) async
        -> UpstreamVerdict
    {
        await withCheckedContinuation { continuation in
            pins.judge(entry, offer) { continuation.resume(returning: $0) }
        }
    }

    @Test func whatIsSeenFirstHoldsOverARestart() async throws {
        try await Self.with { folder in
            let (first, other) = (offer(["read": "Reads."]), offer(["read": "Sends it away.", "write": "Writes."]))
            let seen = await judged(UpstreamPinFiles(below: folder), entry(.block), first)
            #expect(seen == UpstreamVerdict())
            let pins = UpstreamPinFiles(below: folder)
            #expect(await judged(pins, entry(.block), first) == UpstreamVerdict())
            let verdict = await judged(pins, entry(.block), other)
            #expect(verdict.hiddenTools.keys.sorted() == ["read", "write"])
            // What is refused is never recorded.
            #expect(await judged(UpstreamPinFiles(below: folder), entry(.block), other) == verdict)
            #expect(await judged(pins, entry(.warn), other).hiddenTools.isEmpty)
            #expect(await judged(pins, entry(.off), other) == UpstreamVerdict())
            // Another process approves it.
            try UpstreamPinFiles(below: folder).approve(try SourceDefinitions(other), of: "docs")
            #expect(await judged(pins, entry(.block), other) == UpstreamVerdict())
            guard case .pinned(let pin) = pins.record(of: "docs") else {
                Issue.record("nothing is pinned")
                return
            }
            let definitions = try SourceDefinitions(other)
            #expect(pin.origin == .approval && pin.definitions == definitions)
            let attributes = try FileManager.default.attributesOfItem(atPath: folder + "/upstream-pins/docs.json")
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    private func recalled(_ pins: any UpstreamPins, _ entry: UpstreamEntry, _ offer: UpstreamOffer) async
        -> UpstreamVerdict?
    {
        await withCheckedContinuation { continuation in
            pins.judge(recalled: offer, of: entry) { continuation.resume(returning: $0) }
        }
    }

    /// What is remembered of a server is no contact with it.
    @Test func whatIsRememberedIsComparedAndNeverRecorded() async throws {
        try await Self.with { folder in
            let (first, other) = (offer(["read": "Reads."]), offer(["read": "Sends it away."]))
            let pins = UpstreamPinFiles(below: folder)
            #expect(await recalled(pins, entry(.block), first) == nil)
            #expect(pins.record(of: "docs") == .none)
            let unapproved = await recalled(pins, entry(.block, approvesFirst: true), first)
            #expect(unapproved?.hiddenTools.keys.sorted() == ["read"])
            _ = await judged(pins, entry(.block), first)
            #expect(await recalled(pins, entry(.block), first) == UpstreamVerdict())
            #expect(await recalled(pins, entry(.block), other)?.hiddenTools.keys.sorted() == ["read"])
            let warned = await recalled(pins, entry(.warn), other)
            #expect(warned?.hiddenTools == [:] && warned?.notes.isEmpty == false)
        }
    }

    @Test func nothingIsRecordedBeforeItIsApproved() async throws {
        try await Self.with { folder in
            let pins = UpstreamPinFiles(below: folder)
            let verdict = await judged(pins, entry(.block, approvesFirst: true), offer(["read": "Reads."]))
            #expect(verdict.hiddenTools.keys.sorted() == ["read"] && !verdict.showsInstructions)
            #expect(pins.record(of: "docs") == .none)
            try pins.approve(try SourceDefinitions(offer(["read": "Reads."])), of: "docs")
            let approved = await judged(pins, entry(.block, approvesFirst: true), offer(["read": "Reads."]))
            #expect(approved == UpstreamVerdict())
        }
    }

    @Test(arguments: ["", "{}", "{\"format\":1", "\u{0}"]) func whatCannotBeReadHoldsAll(_ text: String) async throws {
        try await Self.with { folder in
            let (pins, offer) = (UpstreamPinFiles(below: folder), offer(["read": "Reads."]))
            _ = await judged(pins, entry(.block), offer)
            let file = folder + "/upstream-pins/docs.json"
            try text.write(toFile: file, atomically: true, encoding: .utf8)
            let verdict = await judged(pins, entry(.block), offer)
            #expect(verdict.hiddenTools.keys.sorted() == ["read"] && verdict.notes.count == 1)
            // It stays for the operator to look at.
            #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
            try pins.approve(try SourceDefinitions(offer), of: "docs")
            #expect(await judged(pins, entry(.block), offer) == UpstreamVerdict())
        }
    }

    @Test func whoeverLooksRecordsNothing() async throws {
        try await Self.with { folder in
            let (offer, files) = (offer(["read": "Reads."]), UpstreamPinFiles(below: folder))
            let probe = UpstreamProbe(files)
            let verdict = await judged(probe, entry(.block), offer)
            #expect(verdict == UpstreamVerdict() && probe.offer(of: "docs") == offer && probe.offer(of: "x") == nil)
            #expect(files.record(of: "docs") == .none)
            _ = await judged(files, entry(.block), self.offer(["read": "Sends."]))
            #expect(await judged(probe, entry(.block), offer).hiddenTools.keys.sorted() == ["read"])
        }
    }

    /// Without a place a pin holds as long as the process.
    @Test(arguments: [nil, "/proc/self/none"] as [String?]) func whatCannotBeKeptHoldsForNow(_ folder: String?) async {
        let pins = UpstreamPinFiles(below: folder)
        let first = await judged(pins, entry(.block), offer(["read": "Reads."]))
        #expect(first.hiddenTools.isEmpty && first.notes.count == (folder == nil ? 0 : 1))
        #expect(await judged(pins, entry(.block), offer(["read": "Sends."])).hiddenTools.count == 1)
        #expect(throws: (any Error).self) { try pins.approve(try SourceDefinitions(offer([:])), of: "docs") }
    }
}

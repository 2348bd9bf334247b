import Foundation
import GatewayAPI
import LumaAPI
import Testing

/// Operations that the sources call by their names are there: else the program ends where it looks one up.
@Suite struct NamedOperationsTests {
    private static let sources = URL(filePath: #filePath).appending(path: "../../../../Sources").standardized
    private static let names = Set(Catalog.operations.map(\.name))
    private static let offered = Set(Surfaces.all.map(\.operation.name))
    /// `events` of `events/get`: what begins so is the name of an operation, wherever it stands.
    private static let beginnings = Set(names.map(beginning))
    /// What looks a row up by the text that follows.
    private static let lookups = ["Catalog[", "Surfaces[operation: ", "named(", " row(", "(row("]

    private static func beginning(_ name: String) -> String { String(name.prefix { $0 != "/" }) }

    private static func isName(_ text: Substring) -> Bool {
        text.contains("/") && text.utf8.allSatisfy { (0x61...0x7a).contains($0) || $0 == 0x2f || $0 == 0x2d }
    }

    /// The names of operations in a source, each with what stands before it.
    private static func named(in source: String) -> [(before: Substring, name: String)] {
        source.split(separator: "\n").flatMap { line -> [(before: Substring, name: String)] in
            let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
            return parts.indices.dropFirst().compactMap { (index: Int) -> (before: Substring, name: String)? in
                guard isName(parts[index]) else { return nil }
                let (before, name) = (parts[index - 1], String(parts[index]))
                guard beginnings.contains(beginning(name)) || lookups.contains(where: { before.hasSuffix($0) }) else {
                    return nil
                }
                return (before: before, name: name)
            }
        }
    }

    private static func problems(_ source: String) -> [String] {
        named(in: source).compactMap { before, name in
            // What several names begin with.
            if name.hasSuffix("/") {
                return names.contains { $0.hasPrefix(name) } ? nil : "there is nothing below \(name)"
            }
            guard names.contains(name) else { return "there is no \(name)" }
            let isSurface = before.hasSuffix("Surfaces[operation: ")
            return isSurface && !offered.contains(name) ? "\(name) is offered nowhere" : nil
        }
    }

    @Test func everyNameInTheSourcesIsThatOfARow() throws {
        let files = FileManager.default.enumerator(at: Self.sources, includingPropertiesForKeys: nil)
        var found: [String: Int] = [:]
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "swift" else { continue }
            let source = try String(contentsOf: file, encoding: .utf8)
            #expect(Self.problems(source) == [], "\(file.lastPathComponent)")
            for (_, name) in Self.named(in: source) { found[name, default: 0] += 1 }
        }
        // In its row, and where it is offered or withheld.
        for name in Self.names { #expect((found[name] ?? 0) > 1, "\(name)") }
    }

    /// What is called by hand and has a tool, a command or a request of its own.
    @Test(arguments: [LumaAPI.Operation.listEvents, .getEvent, .createEvent, .updateEvent, .cancelEvent].map(\.name))
    func whatIsServedByHandIsOffered(name: String) throws {
        #expect(Surfaces.row(try #require(Catalog[name])).operation.name == name)
    }

    @Test(
        arguments: [
            (#"Surfaces[operation: "events/get"]"#, []),
            (#"Surfaces[operation: "events/got"]"#, ["there is no events/got"]),
            (#"Shelf("events/coupons/", key: "code")"#, []),
            (#"Shelf("events/coupons")"#, ["there is no events/coupons"]),
            (#"Shelf("events/coupon/", key: "code")"#, ["there is nothing below events/coupon/"]),
            (#"Catalog["event/get"]?.shows"#, ["there is no event/get"]),
            (#"let row = named("users/self"), .named("users/get-self")"#, ["there is no users/self"]),
            (#"Surfaces[operation: "users/get-self"]"#, ["users/get-self is offered nowhere"]),
            (#"guard Surfaces[operation: "events/guests/get"] == nil"#, ["events/guests/get is offered nowhere"]),
            (#"if operation.name == "calendars/event/list" {"#, ["there is no calendars/event/list"]),
            (#"        row("calender/get") { sandbox, _ in sandbox }"#, ["there is no calender/get"]),
            (#"method == "tools/call" || type == "text/csv" || path == "/events/get""#, []),
            (#"database.row("SELECT name FROM a/b")"#, []),
        ] as [(String, [String])])
    func whatIsWrongIsNamed(source: String, problems: [String]) {
        #expect(Self.problems(source) == problems)
    }
}

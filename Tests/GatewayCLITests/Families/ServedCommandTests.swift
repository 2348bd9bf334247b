import GatewayAPI
import HTTP
import LumaAPI
import Testing

@testable import GatewayCLI

/// The commands that rows of the surfaces promise are those that the client takes.
@Suite struct ServedCommandTests {
    private static let others = ["serve", "doctor", "help"]

    private static func list(_ command: String?, handmade: Set<Surface.Edge> = []) -> Surface {
        Surface(
            "events/coupons/list", .get, "/events/{event_id}/coupons/", tool: nil, command: command, answer: .page,
            handmade: handmade)
    }

    private func problems(_ table: [Surface], _ commands: [ServedCommand]? = nil) -> [String] {
        Surfaces.problems(of: table, commands: commands ?? ServedCommand.all(of: table), beside: Self.others)
    }

    @Test func theTableIsServed() {
        #expect(CommandFamily.problems(beside: Self.others) == [])
        #expect(
            CommandFamily.problems(beside: ["guests"])
                == Surfaces.all.compactMap(\.command).filter { $0.hasPrefix("guests ") }
                .map { "the command \($0) is hidden by another" })
    }

    /// What is checked without the pages of the commands is what the families, whose pages are shown, are made of.
    @Test func theyAreThoseOfTheFamilies() {
        let rows = CommandFamily.all.flatMap { family in
            family.verbs.map { ([family.name, $0.name] + $0.operands).joined(separator: " ") }
        }
        #expect(Set(ServedCommand.all(of: Surfaces.all).map(\.text)) == Set(rows))
        #expect(ServedCommand.all(of: Surfaces.all).count == rows.count)
    }

    /// Each command of the table, with a word for each of its operands, is read as that command.
    @Test(arguments: Surfaces.all.filter { $0.command != nil }.map(\.operation.name))
    func itsWordsAreRead(name: String) throws {
        let surface = try #require(Surfaces[operation: name])
        let words = (surface.command ?? "").split(separator: " ").map(String.init)
        let family = try #require(CommandFamily.named(words[0]))
        let row = try #require(family.verb(words[1]))
        #expect(row.operands == Array(words.dropFirst(2)))
        guard !surface.handmade.contains(.command) else {
            #expect(EventsVerb(rawValue: words[1]) != nil && OperationVerb(surface) == nil)
            return
        }
        guard case .operation(let call) = try family.read(words[1...]) else {
            Issue.record("\(words)")
            return
        }
        #expect(call.verb.surface.operation.name == name && call.arguments.operands == row.operands)
    }

    @Test func aCommandThatNobodyServesIsNamed() {
        #expect(problems([Self.list(nil)]) == [])
        #expect(problems([Self.list("coupons list EVENT")]) == [])
        #expect(problems([Self.list("coupons list EVENT")], []) == ["nobody serves the command coupons list EVENT"])
        #expect(problems([Self.list("coupons")]) == ["nobody serves the command coupons"])
        #expect(
            problems([Self.list("coupons list EVENT", handmade: [.command])]) == [
                "nobody serves the command coupons list EVENT"
            ])
        #expect(
            problems([Self.list("events coupons EVENT", handmade: [.command])]) == [
                "nobody serves the command events coupons EVENT"
            ])
    }

    @Test func aCommandThatTwoServeIsNamed() {
        #expect(problems([Self.list("events list EVENT")]) == ["the command events list is served twice"])
        let command = ServedCommand("coupons", "list", ["EVENT"])
        #expect(
            problems([Self.list("coupons list EVENT")], [command, command]) == [
                "the command coupons list is served twice"
            ])
    }

    @Test func aRowSaysWhoServesIt() {
        let byHand = ServedCommand("coupons", "list", ["EVENT"], isHandmade: true)
        let derived = ServedCommand("coupons", "list", ["EVENT"])
        #expect(problems([Self.list("coupons list EVENT", handmade: [.command])], [byHand]) == [])
        #expect(
            problems([Self.list("coupons list EVENT")], [byHand]) == [
                "the command coupons list is written by hand"
            ])
        #expect(
            problems([Self.list("coupons list EVENT", handmade: [.command])], [derived]) == [
                "the command coupons list is not written by hand"
            ])
    }

    /// A third word would be lost, and an operand of another name shown nowhere.
    @Test func aCommandIsServedAsItsRowWritesIt() {
        #expect(
            problems([Self.list("coupons list all EVENT")]) == [
                "the command coupons list all EVENT is served as coupons list EVENT"
            ])
        #expect(
            problems(
                [Self.list("coupons list EVENT", handmade: [.command])],
                [ServedCommand("coupons", "list", ["ID"], isHandmade: true)]) == [
                    "the command coupons list EVENT is served as coupons list ID"
                ])
    }

    /// What is written by hand may be kinder than its row, and never weaker.
    @Test(arguments: [true, false]) func aCommandAsksWhenItsRowDoes(asks: Bool) {
        let row = Surface(
            "events/cancel", .delete, "/events/{event_id}", tool: nil, command: "events drop ID",
            handmade: [.rest, .command])
        let command = ServedCommand("events", "drop", ["ID"], isHandmade: true, asks: asks)
        #expect(problems([row], [command]) == (asks ? [] : ["the command events drop ID asks nobody"]))
        let list = ServedCommand("coupons", "list", ["EVENT"], asks: asks)
        #expect(problems([Self.list("coupons list EVENT")], [list]) == [])
    }

    @Test func aCommandThatIsNeverReachedIsNamed() {
        #expect(problems([Self.list("doctor list EVENT")]) == ["the command doctor list EVENT is hidden by another"])
        #expect(problems([Self.list("coupons help EVENT")]) == ["the command coupons help EVENT is hidden by another"])
    }
}

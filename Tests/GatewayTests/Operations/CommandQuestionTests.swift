import Core
import GatewayAPI
import LumaAPI
import Synchronization
import TestKit
import Testing

@testable import Gateway
@testable import GatewayCLI

/// A person at a terminal is asked before a command does what its row has somebody asked about, whether it is made of the row or
/// written by hand.
@Suite struct CommandQuestionTests {
    static let asking = Surfaces.all.filter { $0.needsConfirmation && $0.command != nil }.map(\.operation.name)

    @Test func thereAreRowsOfEachKind() throws {
        let rows = try Self.asking.map(Surface.row)
        #expect(rows.contains { $0.isDerived(.command) } && rows.contains { !$0.isDerived(.command) })
    }

    /// Nothing is asked of Luma for whom nobody could agree.
    @Test(arguments: asking) func whereNobodyCanBeAskedNothingIsDone(name: String) async throws {
        let surface = try Surface.row(name)
        try await SurfaceStage.play { stage in
            let given = try stage.given(surface)
            let failure = await #expect(throws: CommandFailure.self) {
                try await stage.command(surface, given: given, asking: SurfaceStage.Person(answer: nil))
            }
            #expect(failure?.status == .undecided && failure?.lines.last?.contains("--yes") == true)
            #expect(stage.luma.asked == [])
        }
    }

    @Test(arguments: asking, [true, false]) func itIsDoneWhenThePersonAgrees(name: String, agrees: Bool) async throws {
        let surface = try Surface.row(name)
        try await SurfaceStage.play { stage in
            let given = try stage.given(surface)
            let asked = Mutex<[[String]]>([])
            let person = SurfaceStage.Person { lines in
                asked.withLock { $0.append(lines) }
                return agrees
            }
            var status: GatewayCLI.ExitStatus?
            do {
                _ = try await stage.command(surface, given: given, asking: person)
            } catch let failure as CommandFailure {
                status = failure.status
            }
            #expect(status == (agrees ? nil : .undecided))
            #expect(stage.luma.count(name) == (agrees ? 1 : 0) && stage.luma.changes == (agrees ? 1 : 0))
            // Once, and by the ids of what it is about.
            let questions = asked.withLock { $0 }
            #expect(questions.count == 1)
            let id = try #require(surface.pathMembers.last.flatMap { given[$0]?.stringValue })
            #expect(questions.first?.contains { $0.contains(id) } == true, "\(questions)")
        }
    }
}

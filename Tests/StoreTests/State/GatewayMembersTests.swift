import Foundation
import Testing

@testable import Store

/// Gateways on one folder see each other come, go and die. Each value here has a file of its own open, as a program has.
@Suite struct GatewayMembersTests {
    @Test func theyAreCountedWhileTheyLive() throws {
        let folder = try TemporaryFolder()
        let first = try #require(GatewayMembers(folder: folder.path))
        #expect(first.count == 1)
        var others = try (0..<3).map { _ in try #require(GatewayMembers(folder: folder.path)) }
        #expect(first.count == 4)
        #expect(others[2].count == 4)
        // One that only looks is none of them.
        let generation = first.generation
        #expect(GatewayMembers.count(in: folder.path) == 4)
        #expect(first.count == 4 && first.generation == generation)
        others.remove(at: 1)
        #expect(first.count == 3)
        others = []
        #expect(first.count == 1)
    }

    @Test func whoeverComesIsSeenByTheGeneration() throws {
        let folder = try TemporaryFolder()
        let first = try #require(GatewayMembers(folder: folder.path))
        let seen = first.generation
        #expect(first.generation == seen)
        let second = try #require(GatewayMembers(folder: folder.path))
        #expect(first.generation == seen + 1)
        #expect(second.announce() == seen + 2)
        #expect(first.generation == seen + 2)
    }

    @Test func oneThatIsAloneTakesTheWholeBudgetUntilAnotherComes() throws {
        let folder = try TemporaryFolder()
        let first = try #require(GatewayMembers(folder: folder.path))
        #expect(first.takeOwnership() == first.generation)
        let second = try #require(GatewayMembers(folder: folder.path))
        #expect(second.takeOwnership() == nil)
        #expect(first.takeOwnership() == nil)
        #expect(second.ownership(isPatient: true) == .another)
        // It has seen to it that nothing more is sent, and told what it leaves.
        first.releaseOwnership()
        #expect(second.ownership(isPatient: true) == .nobody)
    }

    @Test func anOwnerIsWaitedForUntilItHasHadItsTime() throws {
        let folder = try TemporaryFolder()
        let first = try #require(GatewayMembers(folder: folder.path))
        #expect(first.takeOwnership() != nil)
        let others = try (0..<2).map { _ in try #require(GatewayMembers(folder: folder.path)) }
        #expect(others[0].ownership(isPatient: true) == .another)
        #expect(others[0].ownership(isPatient: false) == .left)
        // One alone is told that it has to begin anew.
        #expect(others[1].ownership(isPatient: false) == .nobody)
    }

    @Test func whatADeadOwnerHadIsTakenOverAtOnce() throws {
        let folder = try TemporaryFolder()
        var first = GatewayMembers(folder: folder.path)
        #expect(first?.takeOwnership() != nil)
        let second = try #require(GatewayMembers(folder: folder.path))
        // As a death leaves it: the lock is gone, and what the page says is not.
        let page = try Data(contentsOf: URL(fileURLWithPath: folder.file("gateways")))
        first = nil
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: folder.file("gateways")))
        try file.write(contentsOf: page)
        try file.close()
        #expect(second.ownership(isPatient: true) == .left)
        #expect(second.ownership(isPatient: true) == .nobody)
        #expect(second.takeOwnership() != nil)
    }

    @Test func thoseThatCannotReachTheDatabaseAreCounted() throws {
        let folder = try TemporaryFolder()
        let first = try #require(GatewayMembers(folder: folder.path))
        var second = GatewayMembers(folder: folder.path)
        second?.setCutOff(true)
        #expect(first.cutOff == 1)
        #expect(second?.cutOff == 0)
        second?.setCutOff(false)
        #expect(first.cutOff == 0)
        second?.setCutOff(true)
        second = nil
        #expect(first.cutOff == 0)
    }

    @Test func aFolderThatCannotBeUsedHasNone() {
        #expect(GatewayMembers(folder: "/proc/nowhere") == nil)
        #expect(GatewayMembers.count(in: "/proc/nowhere") == 0)
    }
}

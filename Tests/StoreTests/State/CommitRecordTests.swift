import Testing

@testable import Store

/// What the file `commits` tells, without a database.
@Suite struct CommitRecordTests {
    private func isTaken(_ found: (name: Int64, number: Int64)?, by record: CommitRecord) -> Bool {
        do {
            try record.check { found }
            return true
        } catch {
            return false
        }
    }

    @Test func oneCommitThatIsMissingIsTold() throws {
        let folder = try TemporaryFolder()
        let record = try CommitRecord(folder: folder.path, boot: 1)
        #expect(!record.isKnown && isTaken(nil, by: record))
        record.begin(name: 7, number: 5)
        record.note(6, isDurable: true)
        record.note(7, isDurable: false)
        #expect(record.isKnown && isTaken((7, 7), by: record) && isTaken((7, 8), by: record))
        #expect(!isTaken((7, 6), by: record) && !isTaken((8, 7), by: record) && !isTaken(nil, by: record))
        // Another program was later to note an earlier one.
        record.note(6, isDurable: true)
        #expect(!isTaken((7, 6), by: record))
    }

    /// Where nothing tells one run of the machine from another, any may have been before a loss of power.
    @Test(arguments: [2, 0] as [UInt64]) func afterALossOfPowerOnlyWhatHasWaitedForTheDiskMustBeThere(
        boot: UInt64
    ) throws {
        let folder = try TemporaryFolder()
        let first = try CommitRecord(folder: folder.path, boot: 1)
        first.begin(name: 7, number: 5)
        first.note(6, isDurable: true)
        first.note(9, isDurable: false)
        let next = try CommitRecord(folder: folder.path, boot: boot)
        #expect(isTaken((7, 6), by: next) && !isTaken((7, 5), by: next))
        next.begin(name: 7, number: 6)
        next.note(7, isDurable: false)
        #expect(isTaken((7, 6), by: next) == (boot == 0) && !isTaken((7, 5), by: next))
    }

    @Test func anotherDatabaseBeginsAnew() throws {
        let folder = try TemporaryFolder()
        let record = try CommitRecord(folder: folder.path, boot: 1)
        record.begin(name: 7, number: 5)
        record.note(6, isDurable: true)
        record.begin(name: 8, number: 0)
        #expect(isTaken((8, 0), by: record) && !isTaken((7, 6), by: record))
    }
}

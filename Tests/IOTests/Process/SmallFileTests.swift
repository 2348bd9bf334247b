import Foundation
import Testing

@testable import IO

@Suite struct SmallFileTests {
    @Test func readsAFileAndADirectory() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let text = String(repeating: "é", count: 20000)
        try Data(text.utf8).write(to: directory.appending(path: "b.json"))
        try Data([0xff]).write(to: directory.appending(path: "a.json"))
        try Data().write(to: directory.appending(path: ".hidden.json"))
        try Data().write(to: directory.appending(path: "c.txt"))
        let path = directory.path(percentEncoded: false)
        #expect(try SmallFile.names(in: path, suffix: ".json") == ["a.json", "b.json"])
        #expect(try SmallFile.read(path + "/b.json", limit: 40000) == text)
        #expect(try SmallFile.read(path + "/c.txt", limit: 0) == "")
        #expect(try SmallFile.read(path + "/none", limit: 1) == nil)
        #expect(throws: SmallFile.Failure.tooLarge(limit: 39999)) { try SmallFile.read(path + "/b.json", limit: 39999) }
        #expect(throws: SmallFile.Failure.notUTF8) { try SmallFile.read(path + "/a.json", limit: 9) }
        #expect(throws: SmallFile.Failure.self) { try SmallFile.read(path, limit: 9) }
        #expect(throws: SmallFile.Failure.self) { try SmallFile.names(in: path + "/none", suffix: "") }
    }

    /// A secret may come through a pipe whose writer is late.
    @Test func aPipeIsReadOnceSomebodyWrites() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path(percentEncoded: false)
        try #require(mkfifo(path, 0o600) == 0)
        defer { unlink(path) }
        let reading = Task.detached { try SmallFile.read(path, limit: 99) }
        let writer = open(path, O_WRONLY)
        #expect(write(writer, "LUMA_PORT=1", 11) == 11)
        close(writer)
        #expect(try await reading.value == "LUMA_PORT=1")
    }
}

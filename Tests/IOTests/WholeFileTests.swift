import Foundation
import IO
import Testing

@Suite struct WholeFileTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("luma-" + UUID().uuidString)

    private func within(_ body: () throws -> Void) throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body()
    }

    private func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    private func mode(_ name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path(name))
        return try #require(attributes[.posixPermissions] as? NSNumber).intValue
    }

    @Test func aNewFileHasItsModeAndOctets() throws {
        try within {
            try WholeFile.replace(path("new"), [1, 2, 3], mode: 0o600)
            #expect(FileManager.default.contents(atPath: path("new")) == Data([1, 2, 3]))
            #expect(try mode("new") == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["new"])
        }
    }

    /// What only its owner could read stays so.
    @Test func aReplacedFileHandsOnItsMode() throws {
        try within {
            try Data("old".utf8).write(to: folder.appendingPathComponent("file"))
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path("file"))
            try WholeFile.replace(path("file"), Array("new".utf8), mode: 0o666)
            #expect(FileManager.default.contents(atPath: path("file")) == Data("new".utf8))
            #expect(try mode("file") == 0o640)
        }
    }

    @Test func aLinkIsFollowed() throws {
        try within {
            try Data("old".utf8).write(to: folder.appendingPathComponent("file"))
            try FileManager.default.createSymbolicLink(atPath: path("link"), withDestinationPath: "file")
            try WholeFile.replace(path("link"), Array("new".utf8), mode: 0o600)
            #expect(FileManager.default.contents(atPath: path("file")) == Data("new".utf8))
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path("link")) == "file")
        }
    }

    @Test func whatCannotBeWrittenLeavesNothingBehind() throws {
        try within {
            try FileManager.default.createDirectory(atPath: path("folder"), withIntermediateDirectories: false)
            #expect(throws: SystemError.self) { try WholeFile.replace(path("folder"), [1], mode: 0o600) }
            #expect(throws: SystemError.self) { try WholeFile.replace(path("none/file"), [1], mode: 0o600) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["folder"])
        }
    }
}

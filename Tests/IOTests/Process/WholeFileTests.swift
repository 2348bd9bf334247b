import Foundation
import Testing

@testable import IO

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

    /// Also one that leads to where nothing is yet, over several links.
    @Test func aLinkToNothingIsFollowed() throws {
        try within {
            try FileManager.default.createDirectory(atPath: path("folder"), withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(atPath: path("link"), withDestinationPath: "folder/second")
            try FileManager.default.createSymbolicLink(
                atPath: path("folder/second"), withDestinationPath: path("folder/file"))
            try WholeFile.replace(path("link"), Array("new".utf8), mode: 0o600)
            #expect(FileManager.default.contents(atPath: path("folder/file")) == Data("new".utf8))
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path("link")) == "folder/second")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: path("folder")).sorted() == ["file", "second"])
        }
    }

    @Test func aLinkToItselfIsRefused() throws {
        try within {
            try FileManager.default.createSymbolicLink(atPath: path("link"), withDestinationPath: "link")
            let error = #expect(throws: SystemError.self) { try WholeFile.replace(path("link"), [1], mode: 0o600) }
            #expect(error?.code == ELOOP)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["link"])
        }
    }

    /// Whoever can guess the name of the draft could have put another file there: a link to one, or a pipe.
    @Test func whatStandsAtTheDraftsNameIsNotWrittenTo() throws {
        try within {
            try Data("precious".utf8).write(to: folder.appendingPathComponent("other"))
            try FileManager.default.linkItem(atPath: path("other"), toPath: path("file.a.part"))
            try FileManager.default.createSymbolicLink(atPath: path("file.b.part"), withDestinationPath: "other")
            #expect(mkfifo(path("file.c.part"), 0o600) == 0)
            let names = ["file.a.part", "file.b.part", "file.c.part", "other"]
            var suffixes = ["a", "b", "c", "d"][...]
            try WholeFile.replace(path("file"), Array("new".utf8), mode: 0o600) { suffixes.removeFirst() }
            #expect(FileManager.default.contents(atPath: path("file")) == Data("new".utf8))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["file"] + names)
            // None but those that are taken: it gives up, and takes nothing away.
            let error = #expect(throws: SystemError.self) {
                try WholeFile.replace(path("file"), [1], mode: 0o600) { "a" }
            }
            #expect(error?.code == EEXIST)
            #expect(FileManager.default.contents(atPath: path("other")) == Data("precious".utf8))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["file"] + names)
        }
    }

    @Test(.enabled(if: geteuid() == 0)) func aReplacedFileHandsOnItsOwnerAndGroup() throws {
        try within {
            try Data("old".utf8).write(to: folder.appendingPathComponent("file"))
            #expect(chown(path("file"), 65534, 65533) == 0)
            try WholeFile.replace(path("file"), Array("new".utf8), mode: 0o600)
            var status = stat()
            #expect(stat(path("file"), &status) == 0 && status.st_uid == 65534 && status.st_gid == 65533)
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

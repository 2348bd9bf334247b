import Foundation
import Testing

@testable import IO

@Suite struct PrivateDirectoryTests {
    private func within(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "luma-" + UUID().uuidString)
        let path = folder.path(percentEncoded: false)
        try FileManager.default.createDirectory(atPath: path + "/calls", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    private func write(_ text: String, to path: String) {
        #expect(FileManager.default.createFile(atPath: path, contents: Data(text.utf8)))
    }

    @Test func itIsItsOwnersAlone() throws {
        try within { folder in
            let directory = PrivateDirectory(below: folder + "/calls")
            try directory.make()
            let attributes = try FileManager.default.attributesOfItem(atPath: directory.path)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o700)
            // What stands at its name is not taken for it.
            #expect(throws: SystemError("mkdir", code: EEXIST)) { try directory.make() }
            #expect(PrivateDirectory(below: folder + "/calls") != directory)
            try directory.remove()
            try directory.remove()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/calls") == [])
        }
    }

    @Test func allThatIsInItGoesAndNothingElse() throws {
        try within { folder in
            let outside = folder + "/outside"
            try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: true)
            write("kept", to: outside + "/file")
            let directory = PrivateDirectory(below: folder + "/calls")
            try directory.make()
            let path = directory.path
            for number in 0..<300 { write("", to: "\(path)/\(number)") }
            symlink(outside, path + "/link")
            symlink(outside + "/file", path + "/link to a file")
            symlink("nowhere", path + "/link to nothing")
            link(outside + "/file", path + "/second name")
            mkfifo(path + "/pipe", 0o600)
            // A name that is no text.
            let name: [CChar] = Array((path + "/").utf8CString.dropLast()) + [-1, -2, 0]
            close(open(name, O_CREAT | O_WRONLY, 0o600))
            // Folders that their owner has closed, with something in them.
            try FileManager.default.createDirectory(atPath: path + "/closed/below", withIntermediateDirectories: true)
            write("", to: path + "/closed/below/file")
            chmod(path + "/closed/below", 0)
            chmod(path + "/closed", 0)
            try directory.remove()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/calls") == [])
            #expect(FileManager.default.contents(atPath: outside + "/file") == Data("kept".utf8))
        }
    }

    /// Deeper than a path may be long, and than there are descriptors for.
    @Test func depthIsNoRefuge() throws {
        try within { folder in
            let directory = PrivateDirectory(below: folder + "/calls")
            try directory.make()
            var place = open(directory.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
            for _ in 0..<1000 {
                try #require(mkdirat(place, "folder", 0o700) == 0)
                close(openat(place, "file", O_CREAT | O_WRONLY | O_CLOEXEC, 0o600))
                let below = openat(place, "folder", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                close(place)
                place = below
            }
            close(place)
            try directory.remove()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/calls") == [])
        }
    }

    @Test func whatAKilledProcessLeftGoesAtTheNextStart() throws {
        try within { folder in
            let calls = folder + "/calls"
            for _ in 0..<3 {
                let directory = PrivateDirectory(below: calls)
                try directory.make()
                write("", to: directory.path + "/file")
            }
            write("", to: calls + "/other")
            try PrivateDirectory.removeLeftovers(below: calls)
            #expect(try FileManager.default.contentsOfDirectory(atPath: calls) == ["other"])
            #expect(throws: SystemError("opendir", code: ENOENT)) {
                try PrivateDirectory.removeLeftovers(below: folder + "/none")
            }
        }
    }

    @Test func oneThatResistsKeepsNoOther() throws {
        try within { folder in
            let calls = folder + "/calls"
            // What is no folder cannot be emptied. Some lie before some others, in whatever order they are listed.
            let stubborn = (0..<8).map { "call-stubborn-\($0)" }
            for name in stubborn { write("", to: calls + "/" + name) }
            for _ in 0..<8 { try PrivateDirectory(below: calls).make() }
            #expect(throws: SystemError("open", code: ENOTDIR)) { try PrivateDirectory.removeLeftovers(below: calls) }
            #expect(try FileManager.default.contentsOfDirectory(atPath: calls).sorted() == stubborn)
        }
    }
}

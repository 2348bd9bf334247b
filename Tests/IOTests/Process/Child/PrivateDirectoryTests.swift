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

    @Test func anEmptyFolderIsUsedAgain() throws {
        try within { folder in
            let calls = folder + "/calls"
            var spares = SpareDirectories()
            let first = PrivateDirectory(below: calls)
            try spares.make(first)
            chmod(first.path, 0o777)
            var before = stat()
            #expect(stat(first.path, &before) == 0)
            let isFirstKept = spares.takeBack(first)
            #expect(isFirstKept)
            #expect(try FileManager.default.contentsOfDirectory(atPath: calls).count == 1)
            // Not for another's calls.
            let elsewhere = PrivateDirectory(below: folder)
            try spares.make(elsewhere)
            #expect(rmdir(elsewhere.path) == 0)
            let second = PrivateDirectory(below: calls)
            try spares.make(second)
            var after = stat()
            #expect(stat(second.path, &after) == 0)
            #expect(after.st_ino == before.st_ino && after.st_mode & 0o777 == 0o700)
            // With something in it, it is not.
            write("", to: second.path + "/.file")
            let isSecondGone = spares.takeBack(second)
            #expect(!isSecondGone)
            try second.remove()
            // One that is gone meanwhile is made anew.
            let third = PrivateDirectory(below: calls)
            try spares.make(third)
            let isThirdKept = spares.takeBack(third)
            #expect(isThirdKept)
            for name in try FileManager.default.contentsOfDirectory(atPath: calls) { rmdir(calls + "/" + name) }
            try spares.make(third)
            #expect(rmdir(third.path) == 0)
        }
    }

    @Test func onlySomeAreKept() throws {
        try within { folder in
            var spares = SpareDirectories()
            let all = (0..<40).map { _ in PrivateDirectory(below: folder + "/calls") }
            for directory in all { try spares.make(directory) }
            let outcomes = all.map { spares.takeBack($0) }
            #expect(!outcomes.contains(false))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/calls").count == 16)
            try PrivateDirectory.removeLeftovers(below: folder + "/calls")
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

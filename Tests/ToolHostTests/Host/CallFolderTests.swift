import Foundation
import IO
import Testing

@testable import ToolHost

/// Where calls have their directories, and what of them is left by whom.
@Suite struct CallFolderTests {
    private func with(_ body: (String) async throws -> Void) async throws {
        let base = FileManager.default.temporaryDirectory.appending(path: "luma-" + UUID().uuidString).path
        defer { try? FileManager.default.removeItem(atPath: base) }
        try await body(base)
    }

    private func entries(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path)
    }

    @Test func itIsMadeForItsOwnerAloneAndTakenAway() async throws {
        try await with { base in
            let folder = CallFolder(below: base)
            try folder.open()
            // Once is enough.
            try folder.open()
            let name = try #require(try entries(base).first)
            #expect(try entries(base).count == 1)
            var status = stat()
            #expect(stat(base + "/" + name, &status) == 0 && status.st_mode & 0o777 == 0o700)
            guard case .own(below: base + "/" + name) = folder.directory() else {
                Issue.record("its runs are elsewhere")
                return
            }
            #expect(folder.privateDirectory().path.hasPrefix(base + "/" + name + "/call-"))
            try FileManager.default.createDirectory(
                atPath: folder.privateDirectory().path + "/left/behind", withIntermediateDirectories: true)
            await folder.remove()
            #expect(try entries(base) == [])
        }
    }

    /// What a process that was killed has left goes; what a living one has does not.
    @Test func leftoversGoAndTheLivingStay() async throws {
        try await with { base in
            let left = base + "/runs-gone/call-one/deep"
            try FileManager.default.createDirectory(atPath: left, withIntermediateDirectories: true)
            try Data("x".utf8).write(to: URL(fileURLWithPath: left + "/file"))
            try FileManager.default.createDirectory(atPath: base + "/other", withIntermediateDirectories: true)
            let (first, second) = (CallFolder(below: base), CallFolder(below: base))
            try first.open()
            try second.open()
            let names = try entries(base)
            #expect(names.count == 3 && names.contains("other") && !names.contains("runs-gone"))
            await first.remove()
            await second.remove()
            #expect(try entries(base) == ["other"])
        }
    }

    @Test func itIsNotUsedBeforeItIsThere() async throws {
        try await with { base in
            #expect(!CallFolder(below: base).privateDirectory().path.hasPrefix(base))
            let file = CallFolder(below: "/dev/null/none")
            #expect(throws: SystemError.self) { try file.open() }
        }
    }
}

import Core
import Foundation
import Testing

@testable import IO

/// Directories that are used again, and what is kept with them.
@Suite struct RunDirectoryTests {
    private func within(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "luma-" + UUID().uuidString)
        let path = folder.path(percentEncoded: false)
        try FileManager.default.createDirectory(atPath: path + "/calls", withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    private func status(_ path: String) -> stat {
        var status = stat()
        #expect(lstat(path, &status) == 0)
        return status
    }

    @Test func anEmptyOneIsUsedAgain() throws {
        try within { folder in
            let calls = folder + "/calls"
            var spares = SpareDirectories()
            let first = try spares.take(below: calls)
            #expect(status(first.place.path).st_mode & 0o7777 == 0o700)
            chmod(first.place.path, 0o777)
            let fate = spares.takeBack(first)
            #expect(fate == .kept)
            #expect(try FileManager.default.contentsOfDirectory(atPath: calls).count == 1)
            // Not for another's calls.
            let elsewhere = try spares.take(below: folder)
            #expect(elsewhere.place != first.place)
            let second = try spares.take(below: calls)
            #expect(second.place == first.place && second.descriptor == first.descriptor)
            #expect(status(second.place.path).st_mode & 0o7777 == 0o700)
            #expect(try spares.take(below: calls).place != second.place)
        }
    }

    @Test(arguments: [".file", "folder", "link"])
    func oneWithSomethingInItIsNot(name: String) throws {
        try within { folder in
            var spares = SpareDirectories()
            let directory = try spares.take(below: folder + "/calls")
            let place = directory.place.path + "/" + name
            switch name {
            case "folder": mkdir(place, 0o700)
            case "link": symlink("/", place)
            default: #expect(FileManager.default.createFile(atPath: place, contents: nil))
            }
            let fate = spares.takeBack(directory)
            #expect(fate == .used)
            try directory.place.remove()
            #expect(try spares.take(below: folder + "/calls").place != directory.place)
        }
    }

    /// As a gateway that ends takes them away, or a program that may write where they are.
    @Test func whatIsGoneOrReplacedIsMadeAnew() throws {
        try within { folder in
            var spares = SpareDirectories()
            let calls = folder + "/calls"
            for replaces in [false, true] {
                let directory = try spares.take(below: calls)
                let fate = spares.takeBack(directory)
                #expect(fate == .kept)
                #expect(rename(directory.place.path, folder + "/moved-\(replaces)") == 0)
                if replaces { mkdir(directory.place.path, 0o700) }
                let next = try spares.take(below: calls)
                #expect(next.place != directory.place)
            }
        }
    }

    @Test func onlySomeAreKept() throws {
        try within { folder in
            var spares = SpareDirectories()
            let calls = folder + "/calls"
            let all = try (0..<40).map { _ in try spares.take(below: calls) }
            let fates = all.map { spares.takeBack($0) }
            // The newest.
            #expect(fates == all.indices.map { $0 < 16 ? .kept : .keptInsteadOf(all[$0 - 16].place) })
            try PrivateDirectory.removeLeftovers(below: calls)
            #expect(try FileManager.default.contentsOfDirectory(atPath: calls) == [])
        }
    }

    @Test func aRulesetIsForTheSameGrantsAndNotForLong() throws {
        try within { folder in
            let now = MonotonicTime(nanoseconds: 5_000_000_000)
            var child = ChildProcess("/bin/true", in: .own(below: folder), deadline: nil)
            child.sandbox.readable = [folder + "/calls", folder + "/none"]
            let grant = SandboxGrant(child)
            func kept() -> KeptRuleset { KeptRuleset(open("/dev/null", O_RDONLY | O_CLOEXEC), for: grant, now: now) }
            var ruleset = kept()
            defer { ruleset.close() }
            for use in 2...40 {
                let descriptor = ruleset.use(for: SandboxGrant(child), now: now.advanced(seconds: 0.9))
                #expect((descriptor != nil) == (use <= 32))
            }
            ruleset.close()
            ruleset = kept()
            let late = ruleset.use(for: grant, now: now.advanced(seconds: 1))
            #expect(late == nil)
            let changes: [(inout ChildProcess) -> Void] = [
                { $0.program = "/bin/false" }, { $0.sandbox.hasNetwork = true }, { $0.sandbox.readable = [] },
                { $0.sandbox.writable = $0.sandbox.readable }, { $0.sandbox.level = .strict },
            ]
            for change in changes {
                var other = child
                change(&other)
                let descriptor = ruleset.use(for: SandboxGrant(other), now: now)
                #expect(descriptor == nil)
            }
            let same = ruleset.use(for: SandboxGrant(child), now: now)
            #expect(same == ruleset.descriptor)
            // Another stands at its path.
            #expect(rename(folder + "/calls", folder + "/calls-before") == 0 && mkdir(folder + "/calls", 0o700) == 0)
            let replaced = ruleset.use(for: SandboxGrant(child), now: now)
            #expect(replaced == nil)
            #expect(SandboxGrant(child) == SandboxGrant(child))
            // It is there by now.
            let before = SandboxGrant(child)
            #expect(mkdir(folder + "/none", 0o700) == 0)
            #expect(SandboxGrant(child) != before)
        }
    }

    /// Nothing of a run's own is there for the next one in the same directory.
    @Test(.enabled(if: SandboxSupport.current.landlock > 0, "the kernel has no Landlock"))
    func runsOneAfterAnotherAreBoundAlike() async throws {
        try await ChildBench.with { (bench: ChildBench) async throws in
            let (folder, old) = (bench.outside + "/granted", bench.outside + "/old")
            let script =
                "cat \(folder)/file; read line < /proc/self/stat && echo self; touch own && rm own; cat \(old)/file"
            for number in 0..<40 {
                // What is granted is another directory at the same path.
                try? FileManager.default.removeItem(atPath: old)
                rename(folder, old)
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
                try Data("\(number)\n".utf8).write(to: URL(filePath: folder + "/file"))
                var child = bench.shell(script)
                child.sandbox.readable = [folder]
                let lines = try await bench.run(child).lines
                #expect(lines == ["\(number)", "self"])
            }
        }
    }
}

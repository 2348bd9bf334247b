import Core
import Foundation
import Testing

@testable import SandboxServer

/// The key of a gateway before its own emulator is nobody's to guess, and outlives a restart where the state does.
@Suite struct SandboxKeyTests {
    @Test func itIsDrawn() {
        let keys = Set((0..<20).map { _ in SandboxKey.drawn().reveal() })
        #expect(keys.count == 20)
        #expect(keys.allSatisfy { $0.wholeMatch(of: /sandbox-in-process-[0-9a-f]{64}/) != nil })
        #expect(SandboxKey.kept(in: nil) != SandboxKey.kept(in: nil))
    }

    @Test func itIsKeptWithTheState() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("key-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let key = SandboxKey.kept(in: folder)
        let path = folder + "/" + SandboxKey.fileName
        #expect(SandboxKey.kept(in: folder) == key)
        let modes = [folder, path].map {
            (try? FileManager.default.attributesOfItem(atPath: $0)[.posixPermissions]) as? Int
        }
        #expect(modes == [0o700, 0o600])
        // What is none is replaced.
        for text in ["", "sandbox-in-process-", "secret", String(repeating: "x", count: 83)] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            let other = SandboxKey.kept(in: folder)
            #expect(other != key && SandboxKey.kept(in: folder) == other)
        }
        #expect(SandboxKey.kept(in: "/proc/nowhere") != SandboxKey.kept(in: "/proc/nowhere"))
    }
}

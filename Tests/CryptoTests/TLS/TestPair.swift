import Foundation
import Testing

/// Certificates and keys in PEM, made once by the `openssl` program.
struct TestPair: Sendable {
    let certificate: [UInt8]
    let key: [UInt8]

    static let first = make()
    static let second = make()
    static let rsa = make(["rsa:2048"])
    static let weak = make(["rsa:1024"])

    private static func make(_ kind: [String] = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]) -> TestPair {
        let folder = Folder()
        folder.openssl(
            ["req", "-x509", "-newkey"] + kind
                + ["-nodes", "-keyout", "key", "-out", "certificate", "-days", "2", "-subj", "/CN=localhost"])
        return TestPair(certificate: folder.read("certificate"), key: folder.read("key"))
    }

    /// The same key with a certificate whose last day is past.
    var expired: TestPair { resigned(["-days", "-1"]) }

    var encryptedKey: [UInt8] {
        let folder = Folder()
        folder.write("key", key)
        folder.openssl(["pkey", "-in", "key", "-aes256", "-passout", "pass:secret", "-out", "locked"])
        return folder.read("locked")
    }

    private func resigned(_ options: [String]) -> TestPair {
        let folder = Folder()
        folder.write("key", key)
        folder.write("certificate", certificate)
        folder.openssl(["x509", "-in", "certificate", "-signkey", "key", "-out", "other"] + options)
        return TestPair(certificate: folder.read("other"), key: key)
    }
}

/// A folder for one run of `openssl`.
private final class Folder {
    private let url = FileManager.default.temporaryDirectory.appendingPathComponent("luma-mcp-\(UUID().uuidString)")

    init() { try? FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }
    deinit { try? FileManager.default.removeItem(at: url) }

    func write(_ name: String, _ bytes: [UInt8]) { try? Data(bytes).write(to: url.appendingPathComponent(name)) }
    func read(_ name: String) -> [UInt8] {
        [UInt8]((try? Data(contentsOf: url.appendingPathComponent(name))) ?? Data())
    }

    func openssl(_ arguments: [String]) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.currentDirectoryURL = url
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            Issue.record("openssl does not start: \(error)")
            return
        }
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "openssl \(arguments)")
    }
}

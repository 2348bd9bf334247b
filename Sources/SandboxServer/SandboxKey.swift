package import Core
import Crypto
import Glibc
import IO

/// The key that a gateway shows to its own emulator, which takes any.
///
/// Sessions and confirmations are sealed by it, so it is drawn, and nobody can know it. Beside a state that is kept it is
/// kept, too, so that sessions outlive a restart.
package enum SandboxKey {
    package static let fileName = "sandbox.key"
    /// Where it comes from, for who looks at the emulator's traffic.
    private static let prefix = "sandbox-in-process-"
    private static let randomBytes = 32

    package static func drawn() -> Secret {
        var random = SystemRandomNumberGenerator()
        return Secret(
            prefix + Hex.encode((0..<randomBytes).map { _ in UInt8.random(in: .min ... .max, using: &random) }))
    }

    /// The one that is kept in the folder, made when there is none. Blocks: start-up only.
    /// - Parameter folder: of the state; nil when it is in memory.
    package static func kept(in folder: String?) -> Secret {
        guard let folder else { return drawn() }
        let path = folder + "/" + fileName
        if let text = try? SmallFile.read(path, limit: 1024), isKey(text) { return Secret(text) }
        let key = drawn()
        mkdir(folder, 0o700)
        // Where it cannot be kept, sessions end with the program.
        try? WholeFile.replace(path, Array(key.reveal().utf8), mode: 0o600)
        return key
    }

    private static func isKey(_ text: String) -> Bool {
        text.hasPrefix(prefix) && text.utf8.count == prefix.utf8.count + 2 * randomBytes
            && text.utf8.dropFirst(prefix.utf8.count).allSatisfy { $0.hexDigitValue != nil }
    }
}

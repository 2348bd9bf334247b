import Foundation
import TestKit

/// A file of tokens that only its owner may read, in a folder of its own. It goes with the object.
final class TokenFile: Sendable {
    private let folder: URL
    private let file: URL

    init(_ lines: String) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("tokens-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        file = folder.appendingPathComponent("tokens")
        try write(lines)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// As `LUMA_AUTH_TOKENS` names it.
    var setting: String { "@" + file.path }

    /// Puts other tokens in place of those that it has.
    func write(_ lines: String) throws {
        try Data(lines.utf8).write(to: file)
        chmod(file.path, 0o600)
    }
}

extension Tokens {
    /// The arguments with which `curl` shows a token.
    static func curl(_ token: String) -> [String] { bearer(token).flatMap { ["-H", $0] } }
}

extension RunningGateway {
    /// One that asks for tokens, with the emulator inside.
    static func guarded(_ settings: [String: String] = [:]) async throws -> RunningGateway {
        try await start(.inProcess, environment: ["LUMA_AUTH_TOKENS": Tokens.setting].merging(settings) { $1 })
    }
}

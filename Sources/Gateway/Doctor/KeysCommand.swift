import Core
import GatewayAPI
import Glibc
import IO
import Keys
package import Settings
import Store

/// What `luma-mcp keys` is asked for.
public enum KeysCall: Sendable, Equatable {
    /// A new key with these members, by the names of the options.
    case create([String: String])
    case list(owner: String?, json: Bool)
    case show(id: String)
    case rotate(id: String, graceSeconds: String?)
    case revoke(id: String)
}

/// `luma-mcp keys`: works on the store itself, as whoever may write that operates the gateway; no gateway needs to run, and one that
/// does hears of it within seconds.
package struct KeysCommand {
    private let call: KeysCall
    private let keys: Configuration.Keys
    private let folder: String

    /// - Parameter folder: where the state is kept; nil for where a gateway keeps it by default.
    package init(_ call: KeysCall, _ keys: Configuration.Keys, folder: String?) {
        self.call = call
        self.keys = keys
        self.folder = folder ?? ServeCommand.dataDirectory
    }

    /// - Returns: the exit code: 0 when it is done, 1 when it cannot be.
    /// - Throws: `StartFailure` when the store cannot be used.
    package func run() async throws -> Int32 {
        let hashing = try keys.hashing()
        if case .create = call {
        } else if access(folder + "/luma.db", F_OK) != 0 {
            throw StartFailure(
                .configuration,
                "There is no state in \(folder). Run it where the gateway runs, or set LUMA_DATA_DIR as it does.")
        }
        let store = SQLiteStateStore(.folder(folder))
        defer { store.close(within: 5) }
        do {
            try await run(store, hashing)
            return 0
        } catch let failure as Refusal {
            StandardError.write("luma-mcp: \(failure.words)")
            return 1
        } catch let error as APIError {
            StandardError.write(Self.words(error).map { "luma-mcp: \($0)" }.joined(separator: "\n"))
            return 1
        } catch is StoreFailure {
            throw StartFailure(.unavailable, "The state in \(folder) cannot be used; luma-mcp doctor says why.")
        }
    }

    private struct Refusal: Error {
        let words: String
    }

    private func run(_ store: SQLiteStateStore, _ hashing: KeyHashing) async throws {
        let now = WallClock.now
        let actor = KeyActor("cli:\(getuid())", at: now)
        switch call {
        case .create(let options):
            let wish = try KeyWish(.object(Self.members(options)), isNew: true)
            let (text, secret) = try draw(hashing, now)
            var key = try wish.made(id: wish.id ?? text.id, by: actor.label, at: now)
            key.secrets = [KeyRotation.first(secret, at: now)]
            let made = key
            try await print(told { store.createKey(made, max: keys.most, by: actor, then: $0) }, text)
        case .rotate(let id, let seconds):
            let grace = try Self.grace(seconds)
            let (text, secret) = try draw(hashing, now)
            let key = try await self.key(id, store)
            let rotated: KeyRecord
            do throws(KeyRotation.Refusal) {
                rotated = try KeyRotation.rotate(key, to: secret, grace: grace, at: now)
            } catch {
                throw Refusal(
                    words: error == .expired
                        ? "\(id) has expired: a new secret would be born dead." : "\(id) was revoked: make another key."
                )
            }
            try await print(
                told { store.changeKey(rotated, .rotate, hasAdmin: true, by: actor, then: $0) }, text)
        case .revoke(let id):
            let done = try await told { store.revokeKey(id, hasAdmin: true, by: actor, then: $0) }
            guard case .done = done else { throw Refusal(words: Self.words(done, id)) }
            StandardError.write("\(id) is revoked. Running gateways hear of it within 2 seconds.")
        case .show(let id):
            let key = try await self.key(id, store)
            StandardOutput.write(JSON.object(key.shown(at: now)).indented)
        case .list(let owner, let asJSON):
            try await list(store, owner, asJSON, now)
        }
    }

    private func list(_ store: SQLiteStateStore, _ owner: String?, _ asJSON: Bool, _ now: Timestamp) async throws {
        let count = 1000
        var found: [KeyRecord] = []
        var isLast = false
        while !isLast {
            let after = found.last?.id ?? ""
            let page = try await told { store.listKeys(after: after, owner: owner, limit: count, then: $0) }
            found += page
            isLast = page.count < count
        }
        if asJSON {
            StandardOutput.write(
                String(
                    decoding: JSON.object(["entries": .array(found.map { .object($0.shown(at: now)) })]).encoded,
                    as: UTF8.self))
            return
        }
        if found.isEmpty { return StandardError.write("There are no keys. luma-mcp keys create --admin makes one.") }
        let lines = found.map { key in
            [
                key.id, key.status(at: now), key.owner, key.permissions.words.joined(separator: " "),
                key.expiresAt.map { "expires " + $0.rfc3339 } ?? "never expires",
            ].joined(separator: "  ")
        }
        StandardOutput.write(lines.joined(separator: "\n"))
    }

    // MARK: Parts

    private func key(_ id: String, _ store: SQLiteStateStore) async throws -> KeyRecord {
        guard let key = try await told({ store.key(id, then: $0) }) else {
            throw Refusal(words: Self.words(.missing, id))
        }
        return key
    }

    private func draw(_ hashing: KeyHashing, _ now: Timestamp) throws -> (KeyText, KeySecret) {
        var random = SystemRandomNumberGenerator()
        let text = KeyText.draw(using: &random)
        guard let secret = try KeyHasher(hashing).secret(text, at: now) else {
            throw Refusal(words: "OpenSSL cannot make digests.")
        }
        return (text, secret)
    }

    /// The key alone on standard output, so that it can be kept without being seen.
    private func print(_ standing: KeyStanding, _ text: KeyText) throws {
        guard case .done(let key) = standing else { throw Refusal(words: Self.words(standing, text.id)) }
        StandardError.write(
            "The key \(key.id) of \(key.owner), \(key.permissions.words.joined(separator: " ")), "
                + (key.expiresAt.map { "valid until " + $0.rfc3339 } ?? "valid for ever")
                + ". It is shown only once:")
        StandardOutput.write(text.secret.reveal())
    }

    private static func words(_ standing: KeyStanding, _ id: String) -> String {
        switch standing {
        case .done: ""
        case .missing: "There is no key \(Neutral.quoted(APIError.shortened(id))). luma-mcp keys list shows all."
        case .taken: "There is a key with this id, or there was one. Choose another --key-id."
        case .full: "There are as many keys as there may be. Revoke one, or raise LUMA_MAX_KEYS."
        case .changed: "The key was changed at the same moment. Try again."
        case .lastAdmin: "Nobody could manage keys afterwards."
        }
    }

    private static func words(_ error: APIError) -> [String] {
        let fields = error.details["fields"]?.arrayValue ?? []
        if fields.isEmpty { return [error.message + "."] }
        return fields.map { field in
            let name = (field["field"]?.stringValue ?? "").split(separator: "_").joined(separator: "-")
            return "--\(name) \(field["problem"]?.stringValue ?? "is not valid")."
        }
    }

    private static func grace(_ text: String?) throws -> Int {
        guard let text else { return KeyRotation.standardGrace }
        guard let seconds = Int(text), KeyRotation.graces.contains(seconds) else {
            throw Refusal(words: "--grace-seconds must be a whole number from 0 to \(KeyRotation.graces.upperBound).")
        }
        return seconds
    }

    /// The members that options stand for, in the form of a request.
    static func members(_ options: [String: String]) -> JSONObject {
        var members: JSONObject = ["owner": "operator"]
        for (name, text) in options.sorted(by: { $0.key < $1.key }) {
            let member = name.dropFirst(2).split(separator: "-").joined(separator: "_")
            members[member] =
                switch member {
                case "admin": nil
                case "permissions", "allowed_ips", "tools":
                    .array(text.split { $0 == "," || $0 == " " }.map { .string(String($0)) })
                case "expiry_days" where text == "never": .null
                case "expiry_days", "daily_quota", "max_concurrent":
                    Int(text).map { .number(JSONNumber($0)) } ?? .string(text)
                default: .string(text)
                }
        }
        if options["--admin"] != nil { members["permissions"] = ["*"] }
        return members
    }

    private func told<Value: Sendable>(_ call: (@escaping Then<Value>) -> Void) async throws -> Value {
        try await withUnsafeContinuation { (continuation: UnsafeContinuation<Result<Value, StoreFailure>, Never>) in
            call { continuation.resume(returning: $0) }
        }.get()
    }
}

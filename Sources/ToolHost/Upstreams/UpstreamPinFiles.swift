import Core
import Crypto
import Dispatch
import Glibc
package import IO
import Synchronization
package import ToolSources

/// Remembers in files, one for each upstream, what it may offer: what it gave first, or what its operator has approved. Safe to use
/// from any thread.
///
/// A gateway writes what it sees first, and `luma-mcp upstreams approve` everything after that; each file is replaced as a whole.
package final class UpstreamPinFiles: UpstreamPins {
    /// Below the directory for state.
    private static let name = "upstream-pins"

    /// The directory for state, which is made when it is not there; nil when nothing is kept.
    private let base: String?
    /// What could not be kept, until the process ends.
    private let unkept = Mutex<[String: SourcePin]>([:])
    private let queue = DispatchQueue(label: "luma-mcp.upstream-pins")

    /// - Parameter base: the directory for state; nil when nothing is kept, so that pins end with the process.
    package init(below base: String?) { self.base = base }

    /// Where the files are; nil when nothing is kept.
    package var folder: String? { base.map { $0 + "/" + Self.name } }

    private static let digest: ToolNames.Digest = { (try? Digest.sha256($0)) ?? [] }

    /// The digest of definitions as a whole, in hexadecimal.
    package static func digest(of definitions: SourceDefinitions) -> String { definitions.digest(digest) }

    package func judge(
        _ entry: UpstreamEntry, _ offer: UpstreamOffer, then: @escaping @Sendable (UpstreamVerdict) -> Void
    ) {
        queue.async { [self] in then(judged(entry, offer)) }
    }

    package func judge(
        recalled offer: UpstreamOffer, of entry: UpstreamEntry, then: @escaping @Sendable (UpstreamVerdict?) -> Void
    ) {
        queue.async { [self] in
            let verdict = compared(entry, offer)
            then(verdict.firstContact == nil ? UpstreamVerdict(verdict, of: offer) : nil)
        }
    }

    private func judged(_ entry: UpstreamEntry, _ offer: UpstreamOffer) -> UpstreamVerdict {
        let verdict = compared(entry, offer)
        var result = UpstreamVerdict(verdict, of: offer)
        guard let first = verdict.firstContact else { return result }
        let pin = SourcePin(first, origin: .firstContact, recorded: WallClock.now.rfc3339)
        do throws(SystemError) {
            try keep(pin, for: entry.name)
        } catch {
            unkept.withLock { $0[entry.name] = pin }
            // Without a directory for state the operator wants nothing to be kept.
            if folder != nil {
                result.notes.append(
                    "what it offers could not be recorded (\(error)): a change while no gateway runs is not seen")
            }
        }
        return result
    }

    /// Compares an offer with what is known, and records nothing. Blocks its thread: never on a loop.
    fileprivate func compared(_ entry: UpstreamEntry, _ offer: UpstreamOffer) -> PinVerdict {
        let now: Result<SourceDefinitions, SourceTooLarge>
        do throws(SourceTooLarge) { now = .success(try SourceDefinitions(offer)) } catch { now = .failure(error) }
        return PinVerdict(
            entry.pin, source: entry.name, pinned: entry.pin == .off ? .none : record(of: entry.name), now: now,
            approvesFirst: entry.approvesFirst)
    }

    /// What is known of an upstream. Blocks its thread: never on a loop.
    package func record(of name: String) -> PinRecord {
        let own = unkept.withLock { $0[name] }.map { PinRecord.pinned($0) } ?? .none
        guard let path = path(of: name) else { return own }
        do throws(SmallFile.Failure) {
            guard let octets = try SmallFile.bytes(path, limit: SourcePin.maxFileBytes) else { return own }
            do throws(UnreadablePin) {
                return .pinned(try SourcePin(reading: octets, Self.digest))
            } catch {
                return .unreadable(error.reason)
            }
        } catch {
            return .unreadable("cannot be read: \(error)")
        }
    }

    /// Trusts these definitions from now on. Blocks its thread: never on a loop.
    /// - Throws: why they could not be kept, as when there is no directory for state.
    package func approve(_ definitions: SourceDefinitions, of name: String) throws(SystemError) {
        try keep(SourcePin(definitions, origin: .approval, recorded: WallClock.now.rfc3339), for: name)
    }

    private func keep(_ pin: SourcePin, for name: String) throws(SystemError) {
        guard let base, let folder, let path = path(of: name) else { throw SystemError("open", code: ENOENT) }
        for place in [base, folder] {
            guard mkdir(place, 0o700) == 0 || errno == EEXIST else { throw SystemError("mkdir") }
        }
        try WholeFile.replace(path, pin.json(Self.digest).encoded, mode: 0o600)
        unkept.withLock { $0[name] = nil }
    }

    /// Names are small letters and digits.
    private func path(of name: String) -> String? { folder.map { "\($0)/\(name).json" } }
}

/// Compares as a gateway does and records nothing, for whoever looks at upstreams from beside it. Safe to use from any thread.
package final class UpstreamProbe: UpstreamPins {
    /// What is known of them.
    package let files: UpstreamPinFiles
    private let offers = Mutex<[String: UpstreamOffer]>([:])
    private let queue = DispatchQueue(label: "luma-mcp.upstream-probe")

    package init(_ files: UpstreamPinFiles) { self.files = files }

    /// What an upstream has offered; nil when it has not, or when it is not compared (`pin` is `off`).
    package func offer(of name: String) -> UpstreamOffer? { offers.withLock { $0[name] } }

    package func judge(
        _ entry: UpstreamEntry, _ offer: UpstreamOffer, then: @escaping @Sendable (UpstreamVerdict) -> Void
    ) {
        offers.withLock { $0[entry.name] = offer }
        queue.async { [files] in then(UpstreamVerdict(files.compared(entry, offer), of: offer)) }
    }

    package func judge(
        recalled offer: UpstreamOffer, of entry: UpstreamEntry, then: @escaping @Sendable (UpstreamVerdict?) -> Void
    ) { files.judge(recalled: offer, of: entry, then: then) }
}

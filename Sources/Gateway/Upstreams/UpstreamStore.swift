import Core
import IO
import Store
import ToolSources

/// Keeps what upstreams have offered in the state, a value for each. What is lost of it is asked of the server again.
struct UpstreamStore: UpstreamMemory {
    let store: any StateStore

    func load(_ name: String, then: @escaping @Sendable ([UInt8]?) -> Void) {
        store.load(Self.value(name)) { result in
            guard case .success(let saved?) = result, !saved.bytes.isEmpty else { return then(nil) }
            then(saved.bytes)
        }
    }

    func save(_ name: String, _ octets: [UInt8]?) {
        store.save(Self.value(name), octets ?? [], at: WallClock.now) { _ in }
    }

    private static func value(_ upstream: String) -> String { "upstream:" + upstream }
}
